"""How a newcomer and a block of the other role look to each other."""

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from services.matching.rules.asking import closers, doors, scores
from services.matching.rules.candidate import Candidate
from services.matching.rules.crowd import Crowd, Pairwise, Side, Sparse
from services.matching.rules.meeting import Meeting
from services.matching.waiting.block import Block
from shared.language.terms import Role

CLOSED = -1
LOWEST = 1 << 31
RETURNING = 1 << 32
"""What somebody is worth to a newcomer: the score and more than any score for whoever returns; CLOSED for nobody."""

Forbidden = frozenset[tuple[str, str]]
"""Mentor and mentee ids that are kept apart."""


class View:
    """What one newcomer may expect of one block."""

    def __init__(self, block: Block, newcomer: Candidate, forbidden: Forbidden) -> None:
        self.block, self._newcomer = block, newcomer
        crowd = Beside(block, newcomer, forbidden)
        self._meet = Meeting.of_all(crowd)
        open_ = np.ravel(doors(self._meet)) & block.here & (block.alone | newcomer.alone)
        self.scores = np.ravel(scores(self._meet)).astype(np.int64)
        minimum = block.terms.pairing.minimum_score
        if minimum is not None:
            open_ &= self.scores >= minimum
        first = RETURNING * block.returning.astype(np.int64)
        self.values = np.where(open_, self.scores + first + LOWEST, CLOSED)

    @property
    def best(self) -> int:
        """The highest value left, or CLOSED."""
        return int(self.values.max(initial=CLOSED))

    def places(self, value: int) -> list[int]:
        """Whoever has that value."""
        found: list[int] = np.flatnonzero(self.values == value).tolist()
        return found

    def closed(self) -> Iterator[tuple[tuple[str, ...], int]]:
        """Sets of rules that keep the newcomer and people apart, and how many people each."""
        marks = closers(self._meet)
        sets = np.zeros(len(self.block), dtype=np.int64)
        for nth, closed in enumerate(marks.values()):
            sets |= np.ravel(closed).astype(np.int64) << nth
        kinds, times = np.unique(sets[self.block.here], return_counts=True)
        for kind, count in zip(kinds.tolist(), times.tolist(), strict=True):
            yield tuple(code for nth, code in enumerate(marks) if kind >> nth & 1), count


class Beside(Crowd):
    """A newcomer and a block of the other role; who stands how to whom is looked up instead of joined."""

    def __init__(self, block: Block, newcomer: Candidate, forbidden: Forbidden) -> None:
        self.terms, self.codes, self._tables = block.terms, block.codes, {}
        self._block, self._newcomer, self._forbidden = block, newcomer, forbidden
        self._is_mentor = newcomer.profile.role is Role.MENTOR
        own = Side([newcomer], block.codes)
        self.mentors, self.mentees = (own, block.side) if self._is_mentor else (block.side, own)
        self._own = own

    @override
    def table(self, pairwise: Pairwise) -> NDArray[Any]:
        """Kept with the block: few newcomers bring languages or working hours that none before them had."""
        key = pairwise, int(self._own.values(pairwise.column)[0])
        if key not in self._block.tables:
            self._block.tables[key] = super().table(pairwise)
        return self._block.tables[key]

    @cached_property
    @override
    def related(self) -> Sparse:
        block, newcomer = self._block, self._newcomer
        above = [place for person in newcomer.profile.managers for place in block.persons.get(person, ())]
        below = block.reports.get(newcomer.person_id, [])
        return self._row([*above, *below, *block.persons.get(newcomer.person_id, ())])

    @cached_property
    @override
    def met(self) -> Sparse:
        block, newcomer = self._block, self._newcomer
        mine = [block.places[partner] for partner in newcomer.partners if partner in block.places]
        return self._row([*mine, *block.met.get(newcomer.id, ())])

    @cached_property
    @override
    def kept_apart(self) -> Sparse:
        own, other = (0, 1) if self._is_mentor else (1, 0)
        others = [two[other] for two in self._forbidden if two[own] == self._newcomer.id]
        return self._row([self._block.places[each] for each in others if each in self._block.places])

    def _row(self, places: Iterable[int]) -> Sparse:
        return self._marked([(place, 0) if self._is_mentor else (0, place) for place in sorted(set(places))])
