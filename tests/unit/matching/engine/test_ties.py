"""Among equally good solutions the fairest, and among those one by lot that nothing but the lots decides."""

from dataclasses import replace

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from services.matching.engine.market import Places, Whole
from tests.unit.matching.drawn import Case, best, cases, check, couples, drawn, fairest, matrix, searching

Lots = tuple[NDArray[np.uint64], NDArray[np.uint64]]
"""Of mentors and of mentees."""


@st.composite
def lots(draw: st.DrawFn, case: Case) -> Lots:
    seed = np.random.default_rng(draw(st.integers(0, 2**32)))
    numbers = seed.integers(0, 2**64, sum(case.scores.shape), dtype=np.uint64)
    return numbers[len(case.scores) :], numbers[: len(case.scores)]


def tickets(case: Case, numbers: Lots) -> Whole:
    """What the lots of each two make together: SplitMix64's finaliser, in Python's own integers."""
    mentors, mentees = numbers
    return np.array([[ticket(int(one), int(other)) for one in mentors] for other in mentees]).reshape(case.scores.shape)


def ticket(one: int, other: int) -> int:
    mixed = one ^ (other * 0x9E3779B97F4A7C15 % 2**64)
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB % 2**64
    return (mixed >> 32) + 1


@settings(max_examples=60)
@given(cases(), st.data())
def test_optimal_fairest_and_of_the_most_tickets(case: Case, data: st.DataObject) -> None:
    value = best(case)[0]
    assume(value)  # otherwise nobody at all is as good as anything
    numbers = data.draw(lots(case))
    with searching(promising=1):
        found = drawn(case, numbers)
    minimum, ours = fairest(case), tickets(case, numbers)
    assert check(case, found) == value
    assert found.scores.min() == minimum
    assert int(ours[found.mentees, found.mentors].sum()) == best(case, minimum, ours)[1]


@settings(max_examples=60)
@given(cases(), st.data())
def test_the_way_to_the_optimum_does_not_matter(case: Case, data: st.DataObject) -> None:
    numbers = data.draw(lots(case))
    with searching(promising=1, few=0, heap=1):
        found = drawn(case, numbers)
    assert couples(drawn(replace(case, cuts=((), ())), numbers)) == couples(found)


@settings(max_examples=60)
@given(cases(), st.data())
def test_the_order_of_people_does_not_matter(case: Case, data: st.DataObject) -> None:
    mentors, mentees = numbers = data.draw(lots(case))
    rows, columns = (np.array(data.draw(st.permutations(range(size))), dtype=np.intp) for size in case.scores.shape)
    shuffled = replace(
        case,
        scores=case.scores[np.ix_(rows, columns)],
        doors=case.doors[np.ix_(rows, columns)],
        mentors=Places(*(side[columns] for side in case.mentors)),
        mentees=Places(*(side[rows] for side in case.mentees)),
    )
    found = drawn(shuffled, (mentors[columns], mentees[rows]))
    assert {(int(rows[row]), int(columns[column])) for row, column in couples(found)} == couples(drawn(case, numbers))


def test_the_fairest_of_two_that_are_worth_the_same() -> None:
    case = matrix([[9, 5], [5, 1]])
    numbers = np.array([1, 2], dtype=np.uint64), np.array([3, 4], dtype=np.uint64)
    assert couples(drawn(case, numbers)) == {(0, 1), (1, 0)}


def test_another_seed_may_draw_another_solution() -> None:
    case = matrix([[3, 3], [3, 3]])
    seeds = (np.random.default_rng(seed).integers(0, 2**64, (2, 2), dtype=np.uint64) for seed in range(20))
    solutions = {frozenset(couples(drawn(case, (mentors, mentees)))) for mentors, mentees in seeds}
    assert len(solutions) == 2
