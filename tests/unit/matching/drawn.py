"""Small markets cut into blocks anywhere, and the best of all ways to solve them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from itertools import combinations, pairwise
from typing import Any
from unittest.mock import patch

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from services.matching.engine import looking, optimum, ties
from services.matching.engine.flow import Arcs
from services.matching.engine.market import Block, Market, Places, Scores, Which, Whole

Couples = set[tuple[int, int]]
"""Mentee and mentor."""


@dataclass(frozen=True)
class Case:
    """Scores are mentees × mentors; ``cuts`` are where rows and columns are cut into blocks."""

    scores: Whole
    doors: NDArray[np.bool_]
    mentors: Places
    mentees: Places
    cuts: tuple[tuple[int, ...], tuple[int, ...]] = ((), ())
    kind: Any = np.int32

    @property
    def market(self) -> Market:
        """What the engine is given."""
        closed = np.iinfo(self.kind).min
        whole = np.where(self.doors, self.scores, closed).astype(self.kind)
        rows, columns = (_parts(cuts, size) for cuts, size in zip(self.cuts, whole.shape, strict=True))
        blocks = [Block(row, column, partial(_read, whole, row, column)) for row in rows for column in columns]
        return Market(self.mentors, self.mentees, blocks)


def _read(whole: Scores, rows: Which, columns: Which) -> Scores:
    return whole[np.ix_(rows, columns)]


def _parts(cuts: tuple[int, ...], size: int) -> list[NDArray[np.intp]]:
    edges = sorted({0, size, *(cut for cut in cuts if cut < size)})
    return [np.arange(start, end) for start, end in pairwise(edges)]


def places(room: list[int], bonus: list[int] | None = None) -> Places:
    """One side."""
    return Places(np.array(room, dtype=np.int64), np.array(bonus or [0] * len(room), dtype=np.int64))


def matrix(rows: list[list[int]], *, room: int = 1, person: int = 0) -> Case:
    """A market where every pair is allowed and everybody has as much room."""
    scores = np.array(rows, dtype=np.int64)
    mentees, mentors = (places([room] * size, [person] * size) for size in scores.shape)
    return Case(scores, np.ones(scores.shape, dtype=np.bool_), mentors, mentees)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Anything: negative scores, bonuses of none or of more than any total, people without room."""
    shape = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    cells, rooms = shape[0] * shape[1], draw(st.sampled_from([(2, 2, 1, 1, 0), (1, 1, 1, 0)]))
    scores = draw(st.lists(draw(st.sampled_from([_alike, _different])), min_size=cells, max_size=cells))
    doors = draw(st.lists(st.sampled_from([True, True, False]), min_size=cells, max_size=cells))
    return Case(
        np.array(scores, dtype=np.int64).reshape(shape),
        np.array(doors, dtype=np.bool_).reshape(shape),
        draw(_places(shape[1], rooms)),
        draw(_places(shape[0], rooms)),
        (draw(_cuts), draw(_cuts)),
        draw(st.sampled_from([np.int16, np.int32])),
    )


_alike, _different = st.integers(-2, 5), st.integers(-300, 900)
_cuts = st.lists(st.integers(1, 4), max_size=3).map(tuple)


@st.composite
def _places(draw: st.DrawFn, size: int, rooms: tuple[int, ...]) -> Places:
    room = draw(st.lists(st.sampled_from(rooms), min_size=size, max_size=size))
    bonus = draw(st.sampled_from([[0], [0, 10_000], [10_000, 10_000, 80_000]]))
    return places(room, draw(st.lists(st.sampled_from(bonus), min_size=size, max_size=size)))


def best(case: Case, minimum: int = -(2**60), tickets: Whole | None = None) -> tuple[int, int]:
    """The highest value of pairs with this score at least, and the most tickets a solution of that value holds."""
    allowed = case.doors & (case.scores >= minimum)
    lots = np.zeros_like(case.scores) if tickets is None else tickets

    def chosen(row: int, columns: tuple[int, ...], left: tuple[int, ...]) -> tuple[int, int]:
        new = sum(int(case.mentors.bonus[c]) for c in columns if left[c] == case.mentors.room[c])
        own = int(case.mentees.bonus[row]) if columns else 0
        value, lot = rest(row + 1, tuple(free - (c in columns) for c, free in enumerate(left)))
        scores = sum(int(case.scores[row, c]) for c in columns)
        return value + new + own + scores, lot + sum(int(lots[row, c]) for c in columns)

    @cache
    def rest(row: int, left: tuple[int, ...]) -> tuple[int, int]:
        if row == len(case.scores):
            return 0, 0
        there = [c for c, free in enumerate(left) if free and allowed[row, c]]
        some = (which for many in range(int(case.mentees.room[row]) + 1) for which in combinations(there, many))
        return max(chosen(row, which, left) for which in some)

    return rest(0, tuple(case.mentors.room.tolist()))


def fairest(case: Case) -> int:
    """The highest minimum score of a solution of the highest value that has a pair."""
    value, ones = best(case)[0], np.ones_like(case.scores)
    steps: set[int] = set(case.scores[case.doors].tolist())
    return max(step for step in steps if (found := best(case, step, ones))[0] == value and found[1])


def couples(arcs: Arcs) -> Couples:
    """Without their scores."""
    return set(zip(arcs.mentees.tolist(), arcs.mentors.tolist(), strict=True))


def check(case: Case, found: Arcs) -> int:
    """Every pair is allowed and made once, nobody has too many; what the pairs are worth."""
    pairs = couples(found)
    assert len(pairs) == len(found.scores)
    assert all(case.doors[pair] for pair in pairs)
    assert found.scores.tolist() == case.scores[found.mentees, found.mentors].tolist()
    value = int(found.scores.sum())
    for side, people in ((case.mentees, found.mentees), (case.mentors, found.mentors)):
        partners = np.bincount(people, minlength=len(side.room))
        assert (partners <= side.room).all()
        value += int(side.bonus[partners > 0].sum())
    return value


def solved(case: Case) -> optimum.Optimum:
    """From promising pairs on."""
    return optimum.solve(case.market, looking.first_look(case.market).arcs)


def drawn(case: Case, lots: tuple[NDArray[np.uint64], NDArray[np.uint64]]) -> Arcs:
    """The solution chosen among equals; ``lots`` of mentors and mentees."""
    market, found = case.market, solved(case)
    equal = looking.balanced(market, found.prices, 2**62)
    choice = ties.equals(equal, found.prices, market.mentors, market.mentees)
    return ties.drawn(choice, ties.fairest(choice, int(found.arcs.pick(found.used).scores.min(initial=0))), lots)


@contextmanager
def searching(*, promising: int, few: int = 0, heap: int = 1, small: int = 0) -> Iterator[None]:
    """The engine with other habits: the fewer pairs it looks at, the more often it has to look; nothing is small."""
    with (
        patch("services.matching.engine.market.SMALL", small),
        patch.object(looking, "PROMISING", promising),
        patch.object(looking, "FEW", few),
        patch.object(looking, "HEAP", heap),
        patch.object(optimum, "WORTHWHILE", promising),
    ):
        yield
