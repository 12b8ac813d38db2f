"""The simpler ways a round is compared with, beside the plainest way to write them down."""

from collections.abc import Callable, Iterable
from random import Random
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching.engine.flow import Arcs
from services.matching.explaining import baselines
from services.matching.markets.solution import Solution
from services.matching.rules.candidate import Snapshot
from tests.unit.matching.naive import Couple
from tests.unit.matching.people import mentee, mentor, terms
from tests.unit.matching.suiting import CHANCES, Known, forgetful, short_sighted, suiting


def named(known: Known, found: Arcs | None) -> dict[Couple, int]:
    assert found is not None
    return known.named(found)


def taken(known: Known, turns: Iterable[Couple]) -> dict[Couple, int]:
    """One pair after the other while both have a place left, and the locked ones."""
    left, made = dict(known.room), []
    for pair in turns:
        if all(left[person] for person in pair):
            made.append(pair)
            for person in pair:
                left[person] -= 1
    return known.with_locked(made)


def best_first(known: Known) -> list[Couple]:
    return sorted(known.allowed, key=lambda pair: (-known.allowed[pair], pair))


def longest_waiting_first(known: Known) -> list[Couple]:
    mentees = sorted(known.snapshot.mentees, key=lambda mentee: (-mentee.waited_weeks, mentee.id))
    by_score = best_first(known)
    return [pair for mentee in mentees for pair in by_score if pair[1] == mentee.id]


@settings(max_examples=60)
@given(suiting(most=9))
def test_both_ways_are_exactly_what_they_say(snapshot: Snapshot) -> None:
    known = Known.of(snapshot)
    assert named(known, baselines.greedy(known.solution)) == taken(known, best_first(known))
    assert named(known, baselines.first_come(known.solution)) == taken(known, longest_waiting_first(known))


@settings(max_examples=100)
@given(st.one_of(suiting(most=6), suiting(most=15)), CHANCES)
def test_both_ways_find_what_they_have_not_looked_at(snapshot: Snapshot, chance: Random) -> None:
    with short_sighted():
        known = Known.of(snapshot)
        solution = forgetful(known.solution, chance)
        assert named(known, baselines.greedy(solution)) == taken(known, best_first(known))
        assert named(known, baselines.first_come(solution)) == taken(known, longest_waiting_first(known))


def queue() -> Snapshot:
    """The one who comes first takes the mentor whom the other two would share more with."""
    likes = ("chess", "music")
    people = (
        mentor("m1", interests=likes),
        mentor("m2"),
        mentee("n1", interests=likes),
        mentee("n2", interests=("chess",)),
        mentee("n3", waited_weeks=20, interests=("chess",)),
    )
    return Snapshot(terms=terms(), candidates=people)


def test_the_best_pair_goes_first() -> None:
    known = Known.of(queue())
    assert set(named(known, baselines.greedy(known.solution))) == {("m1", "n1"), ("m2", "n3")}


def test_whoever_waits_longest_goes_first() -> None:
    known = Known.of(queue())
    assert set(named(known, baselines.first_come(known.solution))) == {("m1", "n3"), ("m2", "n1")}


@pytest.mark.parametrize("way", [baselines.greedy, baselines.first_come])
def test_a_programme_that_needs_too_many_looks_is_given_up(way: Callable[[Solution], Arcs | None]) -> None:
    solution = forgetful(Known.of(queue()).solution, Random(1))
    with short_sighted(), patch.object(baselines, "MAY_MISS", 0):
        assert way(solution) is None


@pytest.mark.parametrize("way", [baselines.greedy, baselines.first_come])
@pytest.mark.parametrize(("mentors", "mentees"), [(1, 1), (2, 2), (3, 2), (2, 3)])
def test_among_equals_the_order_of_ids_decides_and_nobody_is_missed(
    way: Callable[[Solution], Arcs | None], mentors: int, mentees: int
) -> None:
    """Whoever is equal to a pair that was made and comes later would not have been taken, and is no reason to go on."""
    people = (*(mentor(f"m{n}") for n in range(mentors)), *(mentee(f"n{n}") for n in range(mentees)))
    known = Known.of(Snapshot(terms=terms(), candidates=people))
    with patch.object(baselines, "MAY_MISS", 0):
        found = named(known, way(known.solution))
    assert set(found) == {(f"m{n}", f"n{n}") for n in range(min(mentors, mentees))}
    with short_sighted():
        for chance in range(5):
            assert named(known, way(forgetful(known.solution, Random(chance)))) == found
