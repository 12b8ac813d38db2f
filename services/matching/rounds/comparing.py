"""Two rounds side by side: what each reaches, who gets another partner, and which settings made the difference."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any, NamedTuple, Self

from services.matching.rounds.choices import Choices, Two
from services.matching.rounds.report import Report, Tally

Partners = dict[str, int]
"""Partner's participant id → score of the pair."""


class Proposal(NamedTuple):
    """A pair, as far as a comparison looks at it."""

    mentor_id: str
    mentee_id: str
    score: int


@dataclass(frozen=True, kw_only=True)
class Reached:
    """What one round reaches. Scores in points; ``mean`` and ``coverage`` are 0 when there is nothing to divide by."""

    pairs: int
    people: int
    total_score: int
    mean: float
    minimum_score: int
    coverage: float
    """People paired of those that could be at most under this round's rules, 0 to 1."""
    returning: int
    """Of the people paired, those whose last pair had ended before its time."""
    gap: int

    @classmethod
    def of(cls, tally: Tally, report: Report) -> Self:
        """From what the round proposed."""
        most = report.quality.most_possible
        return cls(
            pairs=tally.pairs,
            people=tally.people,
            total_score=tally.total_score,
            mean=tally.total_score / tally.pairs if tally.pairs else 0.0,
            minimum_score=tally.minimum_score,
            coverage=tally.people / most if most else 0.0,
            returning=report.certificate.reached.returning,
            gap=report.certificate.gap,
        )

    def beyond(self, other: "Reached") -> dict[str, float]:
        """How much more than the other, figure by figure."""
        mine, theirs = asdict(self), asdict(other)
        return {each.name: mine[each.name] - theirs[each.name] for each in fields(self)}


class Turn(StrEnum):
    """What the second round would mean for somebody, beside the first."""

    GAINS = "gains"
    """A partner (more), and keeps those there were."""
    LOSES = "loses"
    """A partner, and gets no other."""
    ANOTHER = "another"


@dataclass(frozen=True, kw_only=True)
class Change:
    """One participant whose partners differ."""

    participant_id: str
    turn: Turn
    before: Partners
    after: Partners


@dataclass(frozen=True, kw_only=True)
class Setting:
    """A setting that differs."""

    name: str
    before: Any
    after: Any


def changes(before: Iterable[Proposal], after: Iterable[Proposal]) -> list[Change]:
    """Whose partners differ, by participant id."""
    old, new = _partners(before), _partners(after)
    everybody = sorted(old.keys() | new.keys())
    return [
        Change(participant_id=who, turn=_turn(old[who], new[who]), before=old[who], after=new[who])
        for who in everybody
        if old[who].keys() != new[who].keys()
    ]


def _partners(proposals: Iterable[Proposal]) -> Mapping[str, Partners]:
    found: defaultdict[str, Partners] = defaultdict(dict)
    for mentor, mentee, score in proposals:
        found[mentor][mentee] = score
        found[mentee][mentor] = score
    return found


def _turn(before: Partners, after: Partners) -> Turn:
    if before.keys() < after.keys():
        return Turn.GAINS
    return Turn.LOSES if after.keys() < before.keys() else Turn.ANOTHER


def settings(before: Choices, after: Choices) -> list[Setting]:
    """Which settings differ: rules of pairing and weights by name, the seed, who is put together or kept apart.

    A round that has not been started goes by no rules yet: they are None there.
    """
    old, new = _flat(before), _flat(after)
    both = [(name, old.get(name), new.get(name)) for name in old | new]
    return [Setting(name=name, before=then, after=now) for name, then, now in both if then != now]


def _flat(choices: Choices) -> dict[str, Any]:
    rules = choices.pairing.model_dump(mode="json") if choices.pairing else {}
    weights = {f"weights.{name}": weight for name, weight in rules.pop("weights", {}).items()}
    decided = {"locked": _couples(choices.locked), "forbidden": _couples(choices.forbidden)}
    return {**rules, **weights, "seed": choices.seed, **decided}


def _couples(twos: Iterable[Two]) -> list[list[str]]:
    return sorted(map(list, twos))
