"""How many doors each change that people can make about themselves would open, counted pair by pair."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array

from services.matching.explaining import obstacles
from services.matching.explaining.obstacles import Sets
from services.matching.rules import reasons
from services.matching.rules.asking import scores
from services.matching.rules.candidate import Candidate
from services.matching.rules.changes import Change
from services.matching.rules.crowd import Crowd, Side
from services.matching.rules.declaring import Hard
from services.matching.rules.meeting import Meeting
from services.matching.rules.rules import HARD
from shared.language.terms import Role

HEIGHT, WIDTH = 64, 4096
"""Changed people and others the rules are asked about at once."""

TRIED = 2**26
"""Pairs of people left over and others up to which changes that change scores are tried under a minimum score."""

Doors = NDArray[np.int64]
"""People × values of a change."""


@dataclass(frozen=True, eq=False)
class Way:
    """A rule's change, for people of one role."""

    crowd: Crowd
    role: Role
    rule: Hard
    change: Change

    @cached_property
    def others(self) -> Side:
        """Everybody of the other role."""
        return self.crowd.mentees if self.role is Role.MENTOR else self.crowd.mentors

    @cached_property
    def values(self) -> list[str]:
        """Everything that could be added to some use."""
        return sorted({value for values in self._reach for value in values})

    @cached_property
    def _reach(self) -> list[frozenset[str]]:
        return [frozenset(self.change.reach(other, self.crowd.terms)) for other in self.others.everybody]

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
        if self.tries:
            return self._tried(people, sets)
        rows, columns = np.divmod(np.flatnonzero(sets == self._bit), len(self.others))
        hit = coo_array((np.ones(len(rows), dtype=np.int32), (rows, columns)), shape=sets.shape)
        found: Doors = (hit.tocsr() @ self._reached).astype(np.int64)
        return found

    @property
    def tries(self) -> bool:
        """Whether pairs have to be scored anew to know who would suit."""
        return self.change.scored and self.crowd.terms.pairing.minimum_score is not None

    def _tried(self, people: Sequence[Candidate], sets: Sets) -> Doors:
        """The same where scores change too: each value is added, and the rule and the scores are asked again."""
        further = [np.flatnonzero(self.further(person)) for person in people]
        owners, values = np.repeat(np.arange(len(people)), list(map(len, further))), np.concatenate(further)
        each = zip(owners.tolist(), values.tolist(), strict=True)
        changed = [self.change.made(people[owner], self.values[value]) for owner, value in each]
        concerned = (sets & ~np.uint16(self._bit | obstacles.bit(reasons.MINIMUM))) == 0
        found = np.zeros((len(people), len(self.values)), dtype=np.int64)
        suit = self._suit(Side(changed, self.crowd.codes), concerned[owners])
        found[owners, values] = suit - np.count_nonzero(sets == 0, axis=1)[owners]
        return found

    def _suit(self, changed: Side, concerned: NDArray[np.bool_]) -> NDArray[np.int64]:
        """How many others suit each of these, of those whom no other rule keeps away."""
        found = np.zeros(len(changed), dtype=np.int64)
        for rows in _cut(len(changed), HEIGHT):
            own = changed.pick(rows)
            for columns, others in self._parts:
                found[rows] += np.count_nonzero(self._allowed(own, others) & concerned[rows, columns], axis=1)
        return found

    @cached_property
    def _parts(self) -> list[tuple[slice, Side]]:
        """The others in parts that keep what is computed of them."""
        return [(columns, self.others.pick(columns)) for columns in _cut(len(self.others), WIDTH)]

    def _allowed(self, changed: Side, others: Side) -> NDArray[np.bool_]:
        teaches = self.role is Role.MENTOR
        meet = Meeting(self.crowd, changed, others) if teaches else Meeting(self.crowd, others, changed)
        minimum = self.crowd.terms.pairing.minimum_score or 0
        allowed: NDArray[np.bool_] = self.rule.allows(meet) & (scores(meet) >= minimum)
        return allowed.T if teaches else allowed


def _cut(length: int, size: int) -> list[slice]:
    return [slice(start, min(start + size, length)) for start in range(0, length, size)]


def ways(crowd: Crowd, role: Role, number: int) -> list[Way]:
    """Everything so many people of a role may change to meet more of the other one; what would take too long to count
    is left out."""
    found = [Way(crowd, role, rule, rule.change) for rule in HARD if rule.change]
    return [way for way in found if not way.tries or number * len(way.others) <= TRIED]
