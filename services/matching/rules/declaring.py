"""How rules of pairing are declared: with a code, a unit and their sentences, where the function stands."""

from collections.abc import Callable
from dataclasses import dataclass

from services.matching.rules.changes import Change
from services.matching.rules.meeting import Answer, Meeting
from shared.domain.marking import Addressed, Sentence


@dataclass(frozen=True)
class Hard:
    """A rule that must hold. ``closed`` is the sentence for somebody whose last doors it closed."""

    code: str
    unit: str
    closed: Sentence | Addressed
    broken: Sentence | Addressed
    """The sentence for two people whom it keeps apart; they read it themselves when it breaks while they are a pair."""
    allows: Callable[[Meeting], Answer]
    coarse: bool
    """Whether it looks at ``columns.PLACE`` alone, so that it can be asked of groups of people instead of everybody."""
    change: Change | None
    """What people may change about themselves to meet more of those it keeps away."""


@dataclass(frozen=True)
class Soft:
    """A rule that says how good a pair is, in per cent. ``code`` is the name of its weight."""

    code: str
    unit: str
    sentence: Sentence | Addressed
    per_cent: Callable[[Meeting], Answer]


DECLARED_HARD: list[Hard] = []
DECLARED_SOFT: list[Soft] = []
"""Whoever wants all of them takes them from where they are declared: ``rules.HARD`` and ``rules.SOFT``."""


def hard(
    code: str,
    *,
    unit: str,
    closed: Sentence | Addressed,
    broken: Sentence | Addressed,
    coarse: bool = False,
    change: Change | None = None,
) -> Callable[[Callable[[Meeting], Answer]], Hard]:
    """Declare a hard rule ``meeting -> whether each two may be paired``."""

    def declare(allows: Callable[[Meeting], Answer]) -> Hard:
        DECLARED_HARD.append(Hard(code, unit, closed, broken, allows, coarse, change))
        return DECLARED_HARD[-1]

    return declare


def soft(code: str, *, unit: str, sentence: Sentence | Addressed) -> Callable[[Callable[[Meeting], Answer]], Soft]:
    """Declare a soft rule ``meeting -> per cent for each two``."""

    def declare(per_cent: Callable[[Meeting], Answer]) -> Soft:
        DECLARED_SOFT.append(Soft(code, unit, sentence, per_cent))
        return DECLARED_SOFT[-1]

    return declare
