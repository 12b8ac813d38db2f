"""Exact assignment: as many people paired as can be, and of all such ways the one with the highest total.

Everybody becomes one or two slots and SciPy's ``linear_sum_assignment`` (shortest augmenting paths) pairs slots. It
computes in doubles, which add and compare integers exactly below 2**53; ``_best`` makes sure of that.
"""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

Scores = NDArray[np.int64]
Doors = NDArray[np.bool_]
Edge = tuple[int, int]

EXACT = 2**53


class _Slots(NamedTuple):
    """One side's places: whose each is, and whether it is their first (only that one pairs a person anew)."""

    who: NDArray[np.intp]
    first: Scores


class _Market(NamedTuple):
    """Two sides and what pairing any two of their slots is worth."""

    scores: Scores
    mentors: _Slots
    mentees: _Slots
    person: int
    """Worth of one more person paired: more than any difference in total score."""
    values: Scores
    """Slots × slots; 0 where it must not, or need not, be done."""


def assign(scores: Scores, doors: Doors, mentor_room: Sequence[int], mentee_room: Sequence[int]) -> list[Edge]:
    """The best pairs as (row, column), sorted.

    ``scores`` and ``doors`` (may the two be paired?) are mentors × mentees; rooms are 0, 1 or 2 partners. First the
    number of people with at least one partner is maximal, then the sum of scores; no two are paired twice.
    Raises OverflowError when the scores are too large to stay exact.
    """
    market = _market(scores, doors, _slots(mentor_room), _slots(mentee_room))
    split: list[Edge] = []
    while True:
        # Two people with room for two may be paired twice. Such a pair is split, so that it can be used only once,
        # and all is solved again. Every step is an upper bound: the first solution without doubles is the best.
        edges = _best(market, split)
        twice = [edge for edge, times in Counter(edges).items() if times > 1]
        if not twice:
            return sorted(edges)
        split += sorted(twice)


def _slots(room: Sequence[int]) -> _Slots:
    places = [(who, nth == 0) for who, free in enumerate(room) for nth in range(free)]
    who, first = [who for who, _ in places], [first for _, first in places]
    return _Slots(np.array(who, dtype=np.intp), np.array(first, dtype=np.int64))


def _market(scores: Scores, doors: Doors, mentors: _Slots, mentees: _Slots) -> _Market:
    between = np.ix_(mentors.who, mentees.who)
    allowed, worth = doors[between], np.where(doors, scores, 0)[between]
    spread = int(worth.max(initial=0)) - int(worth.min(initial=0))
    person = spread * min(worth.shape) + 1
    if person >= EXACT:
        raise OverflowError("These scores are too large for exact sums.")
    values = worth + person * np.add.outer(mentors.first, mentees.first)
    return _Market(scores, mentors, mentees, person, np.where(allowed, np.maximum(values, 0), 0))


def _best(market: _Market, split: list[Edge]) -> list[Edge]:
    """The best pairs when every split pair is used once at most; others may come twice."""
    height, width = market.values.shape
    matrix = _with_splits(market, split)
    if int(matrix.max(initial=0)) * 2 * sum(matrix.shape) >= EXACT:
        raise OverflowError("These scores are too large for exact sums.")
    rows, columns = linear_sum_assignment(matrix, maximize=True)
    used = (matrix[rows, columns] > 0) & (rows < height)
    plain, detour = used & (columns < width), used & (columns >= width)
    edges = zip(market.mentors.who[rows[plain]].tolist(), market.mentees.who[columns[plain]].tolist(), strict=True)
    return [*edges, *(split[nth - width] for nth in columns[detour].tolist())]


def _with_splits(market: _Market, split: list[Edge]) -> Scores:
    """The matrix with one more column and one more row for each split pair.

    They make a detour: mentor's slot – new column, new row – mentee's slot. Either both are taken (the pair is used,
    once) or the new two are matched with each other (it is not). ``must`` exceeds what any pair is worth, so that
    a best solution never takes one half of a detour.
    """
    height, width = market.values.shape
    matrix = np.pad(market.values, (0, len(split)))
    must = int(market.values.max(initial=0)) + 1
    for nth, (mentor, mentee) in enumerate(split):
        mine, theirs = np.flatnonzero(market.mentors.who == mentor), np.flatnonzero(market.mentees.who == mentee)
        matrix[np.ix_(mine, theirs)] = 0
        matrix[mine, width + nth] = must + market.person * market.mentors.first[mine] + market.scores[mentor, mentee]
        matrix[height + nth, theirs] = must + market.person * market.mentees.first[theirs]
        matrix[height + nth, width + nth] = 2 * must
    return matrix
