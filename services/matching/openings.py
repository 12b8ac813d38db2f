"""How many doors each change that people can make about themselves would open, counted pair by pair."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array

from services.matching import obstacles, reasons
from services.matching.candidate import Candidate
from services.matching.changes import Change
from services.matching.meeting import Meeting
from services.matching.obstacles import Sets
from services.matching.people import Crowd, Side, Which
from services.matching.rules import HARD, Hard, scores
from shared.programme import Role

AT_ONCE = 2**18
"""Pairs the rules are asked about at once."""

Doors = NDArray[np.int64]
"""People × values of a change."""


@dataclass(frozen=True, eq=False)
class Way:
    """A rule's change, for people of one role."""

    crowd: Crowd
    rule: Hard
    change: Change
    others: Sequence[Candidate]
    """Everybody of the other role."""

    @cached_property
    def values(self) -> list[str]:
        """Everything that could be added to some use."""
        return sorted({value for values in self._reach for value in values})

    @cached_property
    def _reach(self) -> list[frozenset[str]]:
        return [frozenset(self.change.reach(other, self.crowd.terms)) for other in self.others]

    @cached_property
    def _reached(self) -> NDArray[np.int32]:
        """Others × values: 1 where adding the value would open their door."""
        places = {value: place for place, value in enumerate(self.values)}
        found = np.zeros((len(self.others), len(places)), dtype=np.int32)
        for row, values in enumerate(self._reach):
            found[row, [places[value] for value in values]] = 1
        return found

    @cached_property
    def _bit(self) -> int:
        return obstacles.bit(self.rule.code)

    def further(self, person: Candidate) -> NDArray[np.bool_]:
        """Which values they do not have yet."""
        has = frozenset(self.change.has(person))
        return np.array([value not in has for value in self.values], dtype=np.bool_)

    def doors(self, people: Sequence[Candidate], sets: Sets) -> Doors:
        """How many doors more these people would have; ``sets`` is people × others."""
        minimum = self.crowd.terms.pairing.minimum_score
        if self.change.scored and minimum is not None:
            return self._tried(people, sets, minimum)
        rows, columns = np.divmod(np.flatnonzero(sets == self._bit), len(self.others))
        hit = coo_array((np.ones(len(rows), dtype=np.int32), (rows, columns)), shape=sets.shape)
        found: Doors = (hit.tocsr() @ self._reached).astype(np.int64)
        return found

    def _tried(self, people: Sequence[Candidate], sets: Sets, minimum: int) -> Doors:
        """The same where scores change too: each value is added, and the rule and the scores are asked again."""
        further = [np.flatnonzero(self.further(person)) for person in people]
        changed = [
            self.change.made(person, self.values[value])
            for person, values in zip(people, further, strict=True)
            for value in values
        ]
        everybody, ends = Side(changed, self.crowd.codes), np.cumsum([0, *map(len, further)])
        concerned = (sets & ~np.uint16(self._bit | obstacles.bit(reasons.MINIMUM))) == 0
        found = np.zeros((len(people), len(self.values)), dtype=np.int64)
        for row, values in enumerate(further):
            own = everybody.pick(slice(ends[row], ends[row + 1]))
            suit = self._suit(own, np.flatnonzero(concerned[row]), minimum)
            found[row, values] = suit - np.count_nonzero(sets[row] == 0)
        return found

    def _suit(self, own: Side, others: Which, minimum: int) -> Doors:
        """How many of these others suit each of the changed people, whom no other rule keeps away."""
        found, width = np.zeros(len(own), dtype=np.int64), AT_ONCE // max(1, len(own))
        for start in range(0, len(others) if len(own) else 0, width):
            meet = self._meet(own, others[start : start + width])
            open_ = self.rule.allows(meet) & (scores(meet) >= minimum)
            found += np.count_nonzero(open_, axis=0 if self._teaches else 1)
        return found

    @cached_property
    def _teaches(self) -> bool:
        """Whether the people are mentors."""
        return self.others[0].profile.role is Role.MENTEE

    def _meet(self, people: Side, others: Which) -> Meeting:
        if self._teaches:
            return Meeting(self.crowd, people, self.crowd.mentees.pick(others))
        return Meeting(self.crowd, self.crowd.mentors.pick(others), people)


def ways(crowd: Crowd, others: Sequence[Candidate]) -> list[Way]:
    """Everything people may change to meet more of these others."""
    return [Way(crowd, rule, rule.change, others) for rule in HARD if rule.change]
