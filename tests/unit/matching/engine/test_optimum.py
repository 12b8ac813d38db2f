"""The optimum is the optimum: against every way there is, however little the engine looks at to begin with."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from services.matching.engine import looking, optimum
from services.matching.engine.flow import Unsolvable
from services.matching.engine.market import SMALL
from services.matching.engine.prices import Prices
from tests.unit.matching.drawn import Case, best, cases, check, couples, matrix, places, searching, solved


@settings(max_examples=120)
@given(cases(), st.sampled_from([1, 1, 2, 12]), st.integers(0, 1), st.sampled_from([0, 0, SMALL]))
def test_the_best_of_all_ways_and_its_proof(case: Case, promising: int, few: int, small: int) -> None:
    with searching(promising=promising, few=few, small=small):
        found = solved(case)
    value = best(case)[0]
    assert check(case, found.arcs.pick(found.used)) == value
    assert (found.value, found.bound) == (value, value)


@settings(max_examples=60)
@given(cases(), st.data())
def test_what_is_known_beforehand_only_makes_it_faster(case: Case, data: st.DataObject) -> None:
    everything = looking.first_look(case.market).arcs
    arcs = everything.pick(np.array(data.draw(some(len(everything.scores), st.booleans())), dtype=np.bool_))
    with searching(promising=1):
        found = optimum.solve(case.market, arcs, any_prices(case, data))
    assert found.value == found.bound == best(case)[0]


@settings(max_examples=60)
@given(cases(), st.data())
def test_wrong_prices_prove_less_but_nothing_wrong(case: Case, data: st.DataObject) -> None:
    prices = any_prices(case, data)
    with searching(promising=1):
        bound = optimum.bound(case.market, prices, looking.undervalued(case.market, prices, looking.none()))
    assert bound >= best(case)[0]


@settings(max_examples=60)
@given(cases(), st.data())
def test_every_undervalued_pair_is_counted_and_the_strongest_are_named(case: Case, data: st.DataObject) -> None:
    prices = any_prices(case, data)
    margin = case.scores - prices.mentees[:, None] - prices.mentors
    above = {(row, column): int(margin[row, column]) for row, column in np.argwhere(case.doors & (margin > 0)).tolist()}
    with searching(promising=1):
        missed = looking.undervalued(case.market, prices, looking.none())
    assert missed.excess == sum(above.values())
    assert couples(missed.arcs) <= above.keys()
    assert bool(couples(missed.arcs)) == bool(above)


def some(size: int, of: st.SearchStrategy[int]) -> st.SearchStrategy[list[int]]:
    return st.lists(of, min_size=size, max_size=size)


def any_prices(case: Case, data: st.DataObject) -> Prices:
    largest = data.draw(st.sampled_from([3, 1_000, 90_000, 2**31]))
    sides = (some(len(side.room), st.integers(-largest, largest)) for side in (case.mentors, case.mentees))
    return Prices(*(np.array(data.draw(side), dtype=np.int64) for side in sides))


@settings(max_examples=40)
@given(cases())
def test_all_allowed_pairs_are_counted_with_their_lowest_and_highest_score(case: Case) -> None:
    scores = case.scores[case.doors]
    with searching(promising=1):
        looks = [looking.first_look(case.market)]
    for look in (*looks, looking.first_look(case.market)):
        assert look.allowed == len(scores)
        assert (look.lowest, look.highest) == (scores.min(initial=0), scores.max(initial=0))


def test_a_person_more_beats_any_score() -> None:
    case = matrix([[900, 1], [1, 0]], person=10_000)
    case.doors[1, 1] = False
    found = solved(case)
    assert couples(found.arcs.pick(found.used)) == {(0, 1), (1, 0)}


def test_a_pair_that_costs_more_than_it_brings_is_not_made() -> None:
    found = solved(matrix([[-1]]))
    assert (found.value, found.bound, int(found.used.sum())) == (0, 0, 0)


def test_two_with_room_for_two_are_paired_once() -> None:
    found = solved(matrix([[100, 1], [1, 1]], room=2))
    assert couples(found.arcs.pick(found.used)) == {(0, 0), (0, 1), (1, 0), (1, 1)}
    assert found.value == found.bound == 103


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (0, 0)])
def test_nobody_on_a_side(shape: tuple[int, int]) -> None:
    nothing = np.zeros(shape, dtype=np.int64)
    found = solved(Case(nothing, nothing > 0, places([1] * shape[1]), places([1] * shape[0])))
    assert (found.value, found.bound) == (0, 0)


def test_what_would_not_stay_exact_is_refused() -> None:
    with pytest.raises(Unsolvable):
        solved(matrix([[1, 2], [3, 4]], person=2**61))


def test_pairs_in_use_do_not_hide_undervalued_ones() -> None:
    """Everybody has room for two and two partners who are worth most; nothing else of their block is promising."""
    size, width = 204, 17
    scores = np.full((size, size), 10)
    for row in range(size):
        start = row // width * width
        scores[row, start : start + width] = 500
        scores[row, [row, start + (row - start + 1) % width]] = 1000
    with searching(promising=12, few=1, heap=2**22):
        found = solved(matrix(scores.tolist(), room=2))
    assert found.value == found.bound == size * 2 * 1000


def test_prices_whose_sum_needs_more_than_32_bits() -> None:
    case = matrix([[60_000] * 3] * 3)
    prices = Prices(np.full(3, 1 - 2**30), np.full(3, 1 - 2**30))
    with searching(promising=1):
        missed = looking.undervalued(case.market, prices, looking.none())
    assert missed.excess == 9 * (60_000 + 2**31 - 2)
    assert len(missed.arcs.scores) >= 3


@pytest.mark.parametrize("room", [1, 2])
@pytest.mark.parametrize("scores", [3, 2_000])
def test_a_hundred_and_more_by_way_of_a_few_pairs(room: int, scores: int) -> None:
    """Too many for all ways: against SciPy's assignment of places, or against all pairs at once."""
    numbers = np.random.default_rng(scores).integers(-1, scores, (110, 140))
    case = replace(matrix(numbers.tolist(), room=room, person=10**6), cuts=((40, 77), (50,)))
    case.doors[numbers % 5 == 0] = False
    with searching(promising=2, few=1):
        found = solved(case)
    assert check(case, found.arcs.pick(found.used)) == found.value == found.bound
    if room == 1:
        worth = np.where(case.doors, case.scores + 2 * 10**6, 0)
        assert found.value == worth[linear_sum_assignment(worth, maximize=True)].sum()
    assert found.value == solved(case).value
