"""What two rounds reach and went by, in rows of a table: what it is, in the one, in the other."""

from collections.abc import Iterable, Mapping
from typing import Any

from services.matching.pages.desk.asking import GOALS
from services.matching.rounds.comparing import Setting
from services.matching.rounds.recalling import Comparison
from services.matching.rules.soft_rules import SOFT
from services.matching.telling.sentences import told
from shared.domain.marking import Say, _

FIGURES: Mapping[str, str] = {
    "pairs": _("Pairs proposed"),
    "people": _("People who get a partner"),
    "returning": _("Of these, people whose last pair had ended"),
    "total_score": _("Points of all pairs together"),
    "mean": _("Points of a pair on average"),
    "minimum_score": _("Points of the lowest pair"),
}
SETTINGS: Mapping[str, str] = {
    "goal": _("What comes first?"),
    "minimum_score": _("Lowest score a pair may have"),
    "grade_gap": _("Smallest difference in grade between the two"),
    "same_unit": _("Two of the same unit"),
    "training": _("Training"),
    "approval": _("New pairs"),
    "decline_within_days": _("Days in which either of the two may say no"),
    "seed": _("Random choice among equally good results"),
    "locked": _("Pairs that are put together"),
    "forbidden": _("Pairs that are kept apart"),
}
WORDS: Mapping[str, Mapping[str, str]] = {
    "goal": GOALS,
    "same_unit": {
        "forbid": _("are not paired"),
        "avoid": _("are paired where nothing better is found"),
        "allow": _("are paired as any others"),
    },
    "training": {
        "both": _("for both, before they are paired"),
        "mentor": _("for mentors, before they are paired"),
        "none": _("not needed"),
    },
    "approval": {"automatic": _("They begin by themselves"), "manager": _("A manager approves them")},
}
"""Setting → its value → the word for it."""
COUPLES = ("locked", "forbidden")
WEIGHTS = {f"weights.{rule.code}": rule.sentence for rule in SOFT}


def figures(found: Comparison, say: Say) -> list[tuple[str, str, str, str]]:
    """Figure, before, after, and how much more that is."""
    before, after = found.before, found.after
    rows = [(title, round(getattr(before, name)), round(getattr(after, name))) for name, title in FIGURES.items()]
    return [(say(title), str(old), str(new), _more(new - old)) for title, old, new in rows]


def _more(difference: int) -> str:
    return f"{difference:+d}".replace("-", "−") if difference else "0"


def settings(differing: Iterable[Setting], say: Say) -> list[tuple[str, str, str]]:
    """Setting, before, after: those that differ."""
    return [
        (_title(each.name, say), _value(each.name, each.before, say), _value(each.name, each.after, say))
        for each in differing
    ]


def _title(name: str, say: Say) -> str:
    if name in WEIGHTS:
        return say(_("Weight: %(rule)s"), rule=told(WEIGHTS[name], say))
    return say(SETTINGS[name])


def _value(name: str, value: Any, say: Say) -> str:
    if name in COUPLES:
        return str(len(value))
    word = WORDS.get(name, {}).get(str(value))
    return say(word) if word else "–" if value is None else str(value)
