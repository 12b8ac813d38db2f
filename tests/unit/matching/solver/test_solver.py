"""A whole round against every way to pair, rule by rule: it is the best, and nothing but the snapshot decides it."""

from collections import Counter
from dataclasses import replace
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching.markets.outcome import Outcome, Progress, Stage
from services.matching.rules.candidate import Snapshot
from services.matching.solver.solver import solve
from shared.language.skills import Skill, Wish
from shared.language.terms import Goal, Weights
from tests.unit.matching import naive
from tests.unit.matching.people import crowded, decided, mentee, mentor, terms


def couples(outcome: Outcome) -> set[tuple[str, str]]:
    return {(match.mentor_id, match.mentee_id) for match in outcome.matches}


@settings(max_examples=25)
@given(decided() | crowded())
def test_the_best_of_all_ways_and_its_certificate(snapshot: Snapshot) -> None:
    outcome, best = solve(snapshot), naive.best(snapshot)
    assert naive.worth(snapshot, couples(outcome)) == best
    found = outcome.certificate
    assert (naive.value(found.reached), naive.value(found.bound), found.gap) == (best, best, 0)
    assert found.allowed == len(naive.allowed(snapshot))


@settings(max_examples=25)
@given(decided() | crowded())
def test_the_fairest_of_the_best(snapshot: Snapshot) -> None:
    outcome, best = solve(snapshot), naive.best(snapshot)
    chosen = [match.score for match in outcome.matches if not match.locked]
    if not outcome.certificate.fairest or not chosen:
        return
    fairer = {score for score in naive.allowed(snapshot).values() if score > min(chosen)}
    assert all(naive.best(snapshot, score) < best for score in fairer)


@settings(max_examples=25)
@given(decided() | crowded())
def test_every_pair_is_allowed_and_nobody_has_too_many(snapshot: Snapshot) -> None:
    outcome, allowed = solve(snapshot), naive.allowed(snapshot)
    people = {person.id: person for person in snapshot.candidates}
    assert {pair for pair in couples(outcome) if pair not in allowed} == set(snapshot.locked)
    assert len(couples(outcome)) == len(outcome.matches)
    load = Counter(person for pair in couples(outcome) for person in pair)
    assert all(times <= people[person].room for person, times in load.items())
    for match in outcome.matches:
        assert match.locked == ((match.mentor_id, match.mentee_id) in snapshot.locked)
        assert match.score == naive.points(people[match.mentor_id], people[match.mentee_id], snapshot.terms)
        assert match.score == sum(criterion.points for criterion in match.criteria)


@settings(max_examples=25)
@given(decided() | crowded(), st.data(), st.sampled_from([1, 5]))
def test_neither_the_order_people_come_in_nor_the_machine_matters(
    snapshot: Snapshot, data: st.DataObject, processors: int
) -> None:
    shuffled = replace(snapshot, candidates=tuple(data.draw(st.permutations(snapshot.candidates))))
    with patch("os.cpu_count", return_value=processors):
        one, other = (replace(solve(each), seconds={}) for each in (shuffled, snapshot))
    assert one == other


def test_the_digest_tells_every_change_of_the_snapshot() -> None:
    plain = Snapshot(terms=terms(), candidates=(mentor(), mentee()))
    others = [
        replace(plain, terms=terms(grade_gap=2)),
        replace(plain, candidates=(mentor(waited_weeks=1), mentee())),
        replace(plain, candidates=(mentor(interests=("chess",)), mentee())),
        replace(plain, candidates=(mentor(returning=True), mentee())),
        replace(plain, seed=1),
        replace(plain, locked=(("junior", "senior"),)),
        replace(plain, forbidden=(("junior", "senior"),)),
    ]
    assert len({solve(snapshot).digest for snapshot in (plain, *others)}) == 8


POOR = (Skill(topic="social-media", level=2),)
EVERYTHING = Wish(topic="social-media", level=1, priority=3), Wish(topic="the-web", level=0, priority=3)


def crossed(minimum_score: int | None = None) -> Outcome:
    """One pair of the highest score, or two poor ones; «late» can only be taught by «good»."""
    people = (
        mentor("good", offers=(*POOR, Skill(topic="the-web", level=5))),
        mentor("poor", offers=POOR, wants=()),
        mentee("early", wants=EVERYTHING),
        mentee("late", wants=(Wish(topic="the-web", level=4, priority=1),), offers=()),
    )
    return solve(Snapshot(terms=terms(minimum_score=minimum_score), candidates=people))


def test_most_people_or_a_minimum_score() -> None:
    assert couples(crossed()) == {("good", "late"), ("poor", "early")}
    assert couples(crossed(1_200)) == {("good", "early")}


@pytest.mark.parametrize(("minimum", "pairs"), [(1_650, 1), (1_651, 0)])
def test_a_pair_of_just_the_minimum_score_is_made(minimum: int, pairs: int) -> None:
    outcome = solve(Snapshot(terms=terms(minimum_score=minimum), candidates=(mentor(), mentee())))
    assert len(outcome.matches) == outcome.certificate.allowed == pairs


def test_the_best_total_may_pair_fewer() -> None:
    weights = Weights(units=100, overlap=0)
    bad = mentee(unit="marketing", wants=(Wish(topic="social-media", level=3, priority=1),), offers=(), grade=4)
    both = (terms(goal=goal, same_unit="avoid", weights=weights) for goal in (Goal.BEST_TOTAL, Goal.MOST_PEOPLE))
    best, most = (solve(Snapshot(terms=each, candidates=(mentor(), bad))) for each in both)
    assert couples(best) == set()
    assert couples(most) == {("junior", "senior")}
    assert best.certificate.reached.people == 0


def test_whoever_lost_a_partner_comes_first_even_with_a_lower_score() -> None:
    people = mentor(), mentee("returns", wants=(Wish(topic="social-media", level=3),), returning=True), mentee("new")
    assert couples(solve(Snapshot(terms=terms(), candidates=people))) == {("junior", "returns")}
    best = terms(goal=Goal.BEST_TOTAL)
    assert couples(solve(Snapshot(terms=best, candidates=people))) == {("junior", "new")}


def test_somebody_with_a_partner_counts_as_no_person_more() -> None:
    people = mentor(), mentee("partnered", alone=False), mentee("alone", wants=(Wish(topic="social-media", level=3),))
    assert couples(solve(Snapshot(terms=terms(), candidates=people))) == {("junior", "alone")}


def test_the_managers_choices_are_kept() -> None:
    people = mentor("m1"), mentor("m2"), mentee("n1"), mentee("n2")
    kept = Snapshot(terms=terms(), candidates=people, locked=(("m2", "n1"),))
    assert couples(solve(kept)) == {("m2", "n1"), ("m1", "n2")}
    apart = Snapshot(terms=terms(), candidates=people, forbidden=(("m1", "n1"), ("m2", "n1")))
    assert "n1" not in {person for pair in couples(solve(apart)) for person in pair}


def test_another_seed_may_decide_otherwise_between_equals() -> None:
    people = mentor("m1"), mentor("m2"), mentee("n1"), mentee("n2")
    found = {frozenset(couples(solve(Snapshot(terms=terms(), candidates=people, seed=seed)))) for seed in range(12)}
    assert len(found) == 2


def test_progress_is_told_from_the_beginning_to_the_end() -> None:
    told: list[Progress] = []
    pools = mentor("m1"), mentee("n1"), mentor("m2", languages=("de",)), mentee("n2", languages=("de",))
    outcome = solve(Snapshot(terms=terms(), candidates=pools), told.append)
    assert (told[0].stage, told[-1].stage) == (Stage.READING, Stage.EXPLAINING)
    assert {progress.stage for progress in told} == set(Stage) == set(outcome.seconds)
    assert all(progress.done <= progress.of for progress in told)
    assert max(progress.of for progress in told) == outcome.certificate.pools == 2


def test_what_each_brings_to_the_other() -> None:
    teaches = Skill(topic="the-web", level=3), Skill(topic="social-media", level=5), Skill(topic="vision", level=5)
    wants = Wish(topic="the-web", level=2), Wish(topic="social-media", level=2), Wish(topic="negotiation")
    match = solve(Snapshot(terms=terms(), candidates=(mentor(offers=teaches), mentee(wants=wants)))).matches[0]
    assert (match.teaches, match.hands_down) == (("social-media", "the-web"), ("negotiation",))


def test_nobody_and_nobody_of_the_other_role() -> None:
    for people in ((), (mentor(),), (mentee(),)):
        outcome = solve(Snapshot(terms=terms(), candidates=people))
        assert (outcome.matches, outcome.certificate.gap, outcome.certificate.pools) == ((), 0, 0)
