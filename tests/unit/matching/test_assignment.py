"""The assignment against brute force: people first, then the total, nobody above capacity, no two twice."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching.assignment import Doors, Edge, Scores, assign


def worth(edges: list[Edge], scores: Scores) -> tuple[int, int]:
    """People with a partner, and the total score."""
    people = len({row for row, _ in edges}) + len({column for _, column in edges})
    return people, sum(int(scores[edge]) for edge in edges)


def brute_force(scores: Scores, doors: Doors, mentor_room: list[int], mentee_room: list[int]) -> tuple[int, int]:
    """The best worth of all sets of pairs."""
    allowed = [tuple(edge) for edge in np.argwhere(doors).tolist()]

    @cache
    def best(at: int, rows: tuple[int, ...], columns: tuple[int, ...]) -> tuple[int, int]:
        if at == len(allowed):
            return 0, 0
        row, column = allowed[at]
        answer = best(at + 1, rows, columns)
        if rows[row] and columns[column]:
            new = (rows[row] == mentor_room[row]) + (columns[column] == mentee_room[column])
            people, total = best(at + 1, _less(rows, row), _less(columns, column))
            answer = max(answer, (people + new, total + int(scores[row, column])))
        return answer

    return best(0, tuple(mentor_room), tuple(mentee_room))


def _less(room: tuple[int, ...], at: int) -> tuple[int, ...]:
    return tuple(free - (nth == at) for nth, free in enumerate(room))


@st.composite
def markets(draw: st.DrawFn) -> tuple[Scores, Doors, list[int], list[int]]:
    height, width = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    scores = draw(st.lists(st.integers(-20, 60), min_size=height * width, max_size=height * width))
    doors = draw(st.lists(st.sampled_from([True, True, False]), min_size=height * width, max_size=height * width))
    rooms = st.sampled_from([2, 2, 1, 0])
    return (
        np.array(scores, dtype=np.int64).reshape(height, width),
        np.array(doors, dtype=np.bool_).reshape(height, width),
        draw(st.lists(rooms, min_size=height, max_size=height)),
        draw(st.lists(rooms, min_size=width, max_size=width)),
    )


@settings(max_examples=400, deadline=None)
@given(markets())
def test_the_best_of_all_ways(market: tuple[Scores, Doors, list[int], list[int]]) -> None:
    scores, doors, mentor_room, mentee_room = market
    edges = assign(scores, doors, mentor_room, mentee_room)
    assert worth(edges, scores) == brute_force(scores, doors, mentor_room, mentee_room)
    assert len(set(edges)) == len(edges)
    assert all(doors[edge] for edge in edges)
    assert all(sum(row == who for row, _ in edges) <= room for who, room in enumerate(mentor_room))
    assert all(sum(column == who for _, column in edges) <= room for who, room in enumerate(mentee_room))


def test_a_person_more_beats_any_score() -> None:
    scores = np.array([[1_000_000, 1], [1, 0]], dtype=np.int64)
    doors = np.array([[True, True], [True, False]])
    assert assign(scores, doors, [1, 1], [1, 1]) == [(0, 1), (1, 0)]


def test_two_with_room_for_two_are_paired_once() -> None:
    scores, doors = np.array([[100, 1], [1, 1]], dtype=np.int64), np.ones((2, 2), dtype=np.bool_)
    assert assign(scores, doors, [2, 2], [2, 2]) == [(0, 0), (0, 1), (1, 0), (1, 1)]


def test_nobody_on_one_side() -> None:
    assert assign(np.zeros((2, 0), dtype=np.int64), np.zeros((2, 0), dtype=np.bool_), [1, 1], []) == []


def test_scores_that_would_not_stay_exact_are_refused() -> None:
    doors = np.ones((2, 2), dtype=np.bool_)
    with pytest.raises(OverflowError):
        assign(np.full((2, 2), 2**51, dtype=np.int64), doors, [1, 1], [1, 1])
