"""What keeps two people apart, as one number for each pair: a bit for every hard rule, the manager and the minimum."""

from functools import cached_property
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from services.matching.rules import reasons
from services.matching.rules.asking import scores
from services.matching.rules.declaring import Hard
from services.matching.rules.meeting import Meeting
from services.matching.rules.rules import HARD

Sets = NDArray[np.uint16]
"""Of obstacles; 0 where two may be paired."""

Counts = NDArray[np.int64]
"""Number of pairs, by set."""


def codes() -> list[str]:
    """What may keep people apart, in the order of the bits."""
    return [*(rule.code for rule in HARD), reasons.KEPT_APART, reasons.MINIMUM]


def bit(code: str) -> int:
    """The set of this obstacle alone."""
    return 1 << codes().index(code)


def coarse(meet: Meeting) -> Sets:
    """The obstacles that are the same for whole groups of people (see ``areas``)."""
    return _marked(meet, {place: rule for place, rule in enumerate(HARD) if rule.coarse})


def fine(meet: Meeting) -> Sets:
    """All the others; none of them is a coarse one."""
    found = _marked(meet, {place: rule for place, rule in enumerate(HARD) if not rule.coarse})
    found += meet.among(meet.crowd.kept_apart) * _bit(len(HARD))
    minimum = meet.terms.pairing.minimum_score
    if minimum is not None:
        found += (scores(meet) < minimum) * _bit(len(HARD) + 1)
    return found


def _marked(meet: Meeting, rules: dict[int, Hard]) -> Sets:
    found = np.zeros(meet.shape, dtype=np.uint16)
    for place, rule in rules.items():
        found += ~rule.allows(meet) * _bit(place)
    return found


def _bit(place: int) -> np.uint16:
    return np.uint16(1 << place)


class Census:
    """Reads what has been counted of one person's pairs."""

    def __init__(self) -> None:
        self.codes = codes()
        self.size = 1 << len(self.codes)

    @cached_property
    def holds(self) -> NDArray[np.int64]:
        """Sets × obstacles: 1 where the set holds the obstacle."""
        return np.arange(self.size)[:, None] >> np.arange(len(self.codes)) & 1

    @cached_property
    def _fewest_first(self) -> list[NDArray[np.intp]]:
        """All sets, first those of one obstacle, then those of two and so on; each lot in alphabetical order."""
        named = sorted((len(names), names, number) for number, names in enumerate(map(self.names, range(self.size))))
        lots = groupby(named, key=lambda each: each[0])
        return [np.array([number for _, _, number in lot]) for size, lot in lots if size]

    def names(self, number: int) -> tuple[str, ...]:
        """The obstacles of a set."""
        return tuple(code for place, code in enumerate(self.codes) if number >> place & 1)

    def nearest(self, counts: Counts) -> tuple[str, ...]:
        """The fewest obstacles that would have to give way for one more door, the commonest such set."""
        lot = next(lot for lot in self._fewest_first if counts[lot].any())
        return self.names(int(lot[counts[lot].argmax()]))
