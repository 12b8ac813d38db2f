"""Mentors and mentees as the rules of pairing look at them: all with all, or couple by couple."""

from collections.abc import Callable
from typing import Any, Self, TypeAlias

import numpy as np

from services.matching.rules import lessons
from services.matching.rules.crowd import Column, Crowd, Numbers, Pairwise, Side, Sparse
from shared.language.terms import Terms

Answer: TypeAlias = Any
"""An array: mentees × mentors, or one a couple; anything that can be broadcast to that shape."""


class Meeting:
    """Some mentees (rows) and some mentors (columns) of a crowd; as ``couples`` the first with the first, and so on.

    ``mentors.index`` must be sorted unless they are couples.
    """

    def __init__(self, crowd: Crowd, mentors: Side, mentees: Side, *, couples: bool = False) -> None:
        self.crowd, self.mentors, self.mentees, self.couples = crowd, mentors, mentees, couples
        self.terms: Terms = crowd.terms
        self._products: dict[Callable[[Side], Sparse], Answer] = {}

    @classmethod
    def of_all(cls, crowd: Crowd) -> Self:
        """Everybody with everybody: for small crowds."""
        return cls(crowd, crowd.mentors, crowd.mentees)

    @classmethod
    def of_couples(cls, crowd: Crowd, mentors: Any, mentees: Any) -> Self:
        """Couples by their places in the crowd."""
        return cls(crowd, crowd.mentors.pick(mentors), crowd.mentees.pick(mentees), couples=True)

    @property
    def shape(self) -> tuple[int, ...]:
        """Of a full answer."""
        return (len(self.mentors),) if self.couples else (len(self.mentees), len(self.mentors))

    def mentor(self, column: Column) -> Numbers:
        """The mentors' column."""
        return self.mentors.values(column)

    def mentee(self, column: Column) -> Numbers:
        """The mentees' column, upright when all meet all."""
        values = self.mentees.values(column)
        return values if self.couples else values[:, None]

    def between(self, pairwise: Pairwise) -> Answer:
        """What is known of two values, for every pair."""
        table = self.crowd.table(pairwise)
        mine, theirs = self.mentees.values(pairwise.column), self.mentors.values(pairwise.column)
        if self.couples:
            return table[mine, theirs]
        if len(mine) and (mine == mine[0]).all():
            return table[mine[0]][theirs][None, :]
        return table[mine[:, None], theirs]

    def among(self, marked: Sparse) -> Answer:
        """Whether a pair is marked in a matrix over the whole crowd."""
        answer = np.zeros(self.shape, dtype=np.bool_)
        rows = marked[self.mentees.index]
        if not rows.nnz:
            return answer
        owners, wanted = np.repeat(np.arange(len(self.mentees)), np.diff(rows.indptr)), rows.indices
        if self.couples:
            answer[owners[wanted == self.mentors.index[owners]]] = True
            return answer
        places = np.minimum(np.searchsorted(self.mentors.index, wanted), len(self.mentors) - 1)
        here = self.mentors.index[places] == wanted
        answer[owners[here], places[here]] = True
        return answer

    def product(self, mentees: Callable[[Side], Sparse], mentors: Callable[[Side], Answer]) -> Answer:
        """Sum over common features; ``mentors`` is dense, features × mentors."""
        ours, theirs = self.mentees.features(mentees), self.mentors.dense(mentors)
        if not self.couples:
            return ours @ theirs
        owners = np.repeat(np.arange(len(self.mentees)), np.diff(ours.indptr))
        return np.bincount(owners, ours.data * theirs[ours.indices, owners], len(self.mentees)).astype(np.int32)

    # not cached_property: up to Python 3.11 one lock serves all its instances, and threads would wait for each other

    @property
    def taught(self) -> Answer:
        """What the mentee would learn: gaps between levels times priorities, summed over topics."""
        return self._once(lessons.wishes, lessons.answers)

    @property
    def handed_down(self) -> Answer:
        """What the mentor would learn, likewise."""
        return self._once(lessons.offers, lessons.asks)

    @property
    def common_interests(self) -> Answer:
        """Number of interests and tastes both name."""
        return self._once(lessons.interests, lessons.tastes)

    def _once(self, mentees: Callable[[Side], Sparse], mentors: Callable[[Side], Answer]) -> Answer:
        if mentees not in self._products:
            self._products[mentees] = self.product(mentees, mentors)
        return self._products[mentees]
