"""What is published of a programme's ratings: figures that stand still until enough further people have answered.

A threshold alone protects nobody: whoever reads a mean before and after an answer subtracts the one from the other.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from services.feedback.pulse.pulse import Pulse
from shared.domain.aggregate import Aggregate

FEWEST = 5
"""People who must stand behind every figure, and behind every difference of two: fewer, and it would tell of them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally:
    """How many gave this pair of answers."""

    feeling: int
    useful: int
    times: int


@dataclass(frozen=True, kw_only=True)
class Release(Aggregate):
    """The ratings that are published; ``id`` is the programme's. Only ever added to, and never by few."""

    collection: ClassVar[str] = "releases"

    tallies: tuple[Tally, ...] = ()
    people: int = 0
    """Who gave these answers."""

    @property
    def answers(self) -> Mapping[tuple[Any, ...], int]:
        """How it felt and how useful it was → how often that was answered."""
        return {(each.feeling, each.useful): each.times for each in self.tallies}

    def adding(self, pulses: Iterable[Pulse], new_people: int) -> "Release":
        """These are published from now on, too; so many of those who gave them had no answer among the others."""
        counted = Counter(self.answers)
        counted.update((pulse.answer.feeling, pulse.answer.useful) for pulse in pulses)
        tallies = (Tally(feeling=f, useful=u, times=times) for (f, u), times in sorted(counted.items()))
        return replace(self, tallies=tuple(tallies), people=self.people + new_people)


def tell_of_nobody(pulses: Iterable[Pulse]) -> bool:
    """Whether these may be published together: enough people, who did not all say the same.

    They are what two published figures differ by, so they have to be enough by themselves.
    """
    all_of_them = list(pulses)
    people = {pulse.participant_id for pulse in all_of_them}
    feelings, uses = ({getattr(pulse.answer, name) for pulse in all_of_them} for name in ("feeling", "useful"))
    return len(people) >= FEWEST and len(feelings) > 1 and len(uses) > 1
