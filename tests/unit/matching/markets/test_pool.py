"""A pool: its scores, its bonuses, and that it does not matter how it is cut up and how much is remembered."""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching.engine.market import Memory, closed
from services.matching.markets import pool, scoring
from services.matching.markets.areas import pools
from services.matching.markets.outcome import Worth
from services.matching.markets.pool import Pool, Scale
from services.matching.markets.reading import read
from services.matching.rules.candidate import Snapshot
from services.matching.rules.crowd import Crowd
from services.matching.solver.solver import optimum, solve
from shared.language.terms import Goal, Weights
from tests.unit.matching import naive
from tests.unit.matching.drawn import searching
from tests.unit.matching.people import decided, mentee, mentor, terms


@contextmanager
def cut(height: int, width: int, at_once: int, keep: int) -> Iterator[None]:
    with (
        patch.object(scoring, "HEIGHT", height),
        patch.object(scoring, "WIDTH", width),
        patch.object(scoring, "AT_ONCE", at_once),
        patch.object(scoring, "KEEP", keep),
        patch.object(scoring, "FEW", 0),
    ):
        yield


def allowed(crowd: Crowd) -> list[tuple[tuple[str, str], int]]:
    """Pairs and scores in all blocks of all pools."""
    found = []
    for areas in pools(crowd):
        one = Pool.of(crowd, areas, Memory(scoring.KEEP))
        mentors, mentees = one.people()
        for block in one.blocks:
            scores = block.read()
            for row, column in np.argwhere(scores != closed(scores)).tolist():
                pair = mentors[block.mentors[column]].id, mentees[block.mentees[row]].id
                found.append((pair, int(scores[row, column])))
    return found


@settings(max_examples=25)
@given(decided(), st.integers(1, 3), st.integers(1, 3), st.integers(1, 4), st.integers(0, 20))
def test_blocks_hold_every_allowed_pair_once(
    snapshot: Snapshot, height: int, width: int, at_once: int, keep: int
) -> None:
    with cut(height, width, at_once, keep):
        found = allowed(read(snapshot).crowd)
    assert sorted(found) == sorted(naive.allowed(snapshot).items())


@settings(max_examples=25)
@given(decided(), st.integers(1, 3), st.integers(1, 3), st.integers(0, 20))
def test_the_result_is_the_same_however_it_is_computed(snapshot: Snapshot, height: int, width: int, keep: int) -> None:
    plain = solve(snapshot)
    with cut(height, width, 1, keep), searching(promising=1), patch("os.cpu_count", return_value=3):
        other = solve(snapshot)
    assert other.digest == plain.digest
    assert [(match.mentor_id, match.mentee_id) for match in other.matches] == [
        (match.mentor_id, match.mentee_id) for match in plain.matches
    ]
    assert (other.certificate.reached, other.certificate.allowed) == (
        plain.certificate.reached,
        plain.certificate.allowed,
    )


def test_what_fits_is_computed_once_and_the_rest_each_time() -> None:
    crowd = Crowd(Snapshot(terms=terms(), candidates=(mentor("a"), mentor("b"), mentee())))
    with cut(1, 1, 1, 2), patch.object(scoring, "_scores", side_effect=scoring._scores) as computed:
        first, second = Pool.of(crowd, pools(crowd)[0], Memory(scoring.KEEP)).blocks
        for _ in range(3):
            first.read(), second.read()
    assert computed.call_count == 1 + 3


@pytest.mark.parametrize("weight", [1, 100])
def test_scores_are_as_narrow_as_they_can_be_and_exact(weight: int) -> None:
    weights = Weights(**dict.fromkeys(Weights.model_fields, weight))
    crowd = Crowd(Snapshot(terms=terms(weights=weights), candidates=(mentor(), mentee())))
    scores = Pool.of(crowd, pools(crowd)[0], Memory(scoring.KEEP)).blocks[0].read()
    assert scores.dtype == (np.int16 if weight == 1 else np.int32)
    assert scores.tolist() == [[naive.points(mentor(), mentee(), crowd.terms)]]


def test_too_many_equals_leave_the_fairest_unproven_but_the_best_proven() -> None:
    snapshot = Snapshot(terms=terms(), candidates=(mentor("a"), mentor("b"), mentee("c"), mentee("d")))
    with patch.object(pool, "TIES", 3):
        found = optimum(snapshot).certificate
    assert (found.gap, found.fairest) == (0, False)
    assert optimum(snapshot).certificate.fairest


@given(st.integers(0, 9), st.integers(0, 9), st.integers(0, 5), st.integers(-40, 0), st.integers(0, 60))
def test_a_value_can_be_taken_apart_again(people: int, back: int, more: int, lowest: int, above: int) -> None:
    returning, points = min(people, back), lowest + above
    spread = above + more + 1
    scale = Scale(spread * (back + 1), spread if back else 0, lowest)
    value = people * scale.person + returning * scale.returning + points
    assert scale.worth(value) == Worth(people=people, returning=returning, points=points)


@given(st.integers(-1, 3), st.integers(-3, 3), st.integers(-90, 60), st.integers(1, 200))
def test_a_loss_is_never_overstated(people: int, back: int, points: int, above: int) -> None:
    """Whoever had 60 points and 3 people returning loses no more of either, whatever else changes."""
    scale = Scale(4 * 100, 100, -30)
    cost = people * scale.person + back * scale.returning + points - above
    if cost < 0:
        return
    stated = scale.loss(cost, Worth(people=9, returning=3, points=30))
    assert (stated.people, stated.returning, stated.points) <= (people, back, points)
    assert stated.people * scale.person + stated.returning * scale.returning + stated.points == cost
    assert stated.points <= 60


def test_a_lost_person_is_not_told_as_points() -> None:
    stated = Scale(400, 100, 0).loss(395, Worth(people=9, returning=2, points=60))
    assert stated == Worth(people=1, returning=0, points=-5)


@settings(max_examples=25)
@given(decided())
def test_a_person_counts_more_than_anything_their_pool_can_score(snapshot: Snapshot) -> None:
    crowd = Crowd(snapshot)
    for one in [Pool.of(crowd, areas, Memory(scoring.KEEP)) for areas in pools(crowd)]:
        scale, (mentors, mentees) = one.scale(Goal.MOST_PEOPLE), one.people()
        most = min(sum(person.room for person in side) for side in (mentors, mentees))
        total = most * (max(0, one.look.highest) - min(0, one.look.lowest))
        back = sum(person.alone and person.returning for person in (*mentors, *mentees))
        assert scale.person > total + back * scale.returning
        assert scale.returning > total or not back
