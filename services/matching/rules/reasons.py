"""Why somebody has no partner, as codes that are stored and as sentences that are shown."""

from collections import Counter
from collections.abc import Callable, Iterable

from services.matching.rules.rules import HARD
from shared.domain.marking import _

Because = tuple[str, ...]
"""One code; or several obstacles that each would have to give way: rules in their order, the manager, the minimum."""

NO_ROUND_YET = "no-round-yet"
NOBODY_THERE = "nobody-there"
UNTRAINED = "untrained"
ALL_TAKEN = "all-taken"
CHANGED_MEANWHILE = "changed-meanwhile"
PAIR_ENDED = "pair-ended"
NOT_CHOSEN = "not-chosen"
WITHDRAWN = "withdrawn"
NO_GAIN = "no-gain"
KEPT_APART = "kept-apart"
MINIMUM = "minimum-score"
SEVERAL = "several-rules"

SENTENCES = {
    NO_ROUND_YET: _("No matching round has taken place since they joined."),
    NOBODY_THERE: _("Nobody of the other role takes part yet."),
    UNTRAINED: _("They have not done the training for their role yet."),
    ALL_TAKEN: _("Everybody who suits them was paired with somebody else."),
    CHANGED_MEANWHILE: _("While the round ran, something changed for them or for the partner chosen for them."),
    PAIR_ENDED: _("Their pair ended; somebody new is being looked for."),
    NOT_CHOSEN: _("A manager did not choose the pair that was proposed for them."),
    WITHDRAWN: _("They no longer take part."),
    NO_GAIN: _(
        "The programme goes for the best total score: those who suit them were paired with somebody else, "
        "or a pair with them would not have raised it."
    ),
    KEPT_APART: _("A manager keeps them apart from those who would suit."),
    SEVERAL: _("Several rules together left nobody."),
    MINIMUM: _("A pair with those who would suit would score less than the programme asks for."),
    **{rule.code: rule.closed for rule in HARD},
}


BROKEN = {rule.code: rule.broken for rule in HARD}
"""What it means for two people that a hard rule keeps them apart."""


def code(because: Because) -> str:
    """One code to count by."""
    return because[0] if len(because) == 1 else SEVERAL


def count(left_over: Iterable[Because]) -> dict[str, int]:
    """Reason code → number of people, by code."""
    return dict(sorted(Counter(code(because) for because in left_over).items()))


def sentence(because: Because, say: Callable[[str], str] = str) -> str:
    """The reason in words; ``say`` puts each sentence into the reader's language."""
    if len(because) == 1:
        return say(SENTENCES[because[0]])
    nearest = say(_("Even of those nearest it must be said:"))
    return " ".join([say(SENTENCES[SEVERAL]), nearest, *(say(SENTENCES[each]) for each in because)])
