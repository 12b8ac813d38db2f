"""What another partner would cost is never overstated: the round is solved again with that partner."""

from dataclasses import replace

from hypothesis import given, settings

from services.matching.markets.outcome import Alternative, Match
from services.matching.rules.candidate import Snapshot
from services.matching.solver.solver import solve
from shared.language.terms import Goal
from tests.unit.matching import naive
from tests.unit.matching.people import crowded, decided, mentee, mentor, terms


def both(match: Match) -> list[tuple[tuple[str, str], Alternative]]:
    """The pairs that would be made instead."""
    ours, theirs = match.mentors_alternative, match.mentees_alternative
    found = [((match.mentor_id, ours.partner_id), ours)] if ours else []
    return [*found, ((theirs.partner_id, match.mentee_id), theirs)] if theirs else found


@settings(max_examples=40)
@given(decided() | crowded())
def test_the_stated_cost_is_a_lower_bound(snapshot: Snapshot) -> None:
    outcome, allowed = solve(snapshot), naive.allowed(snapshot)
    reached = naive.value(outcome.certificate.reached)
    for pair, stated in (each for match in outcome.matches for each in both(match)):
        assert stated.score == allowed[pair]
        instead = naive.best(replace(snapshot, locked=(*snapshot.locked, pair)))
        lost = tuple(now - then for now, then in zip(reached, instead, strict=True))
        assert lost >= (stated.people, stated.returning, stated.points) >= (0, 0, 0)


@settings(max_examples=25)
@given(decided() | crowded())
def test_everybody_has_an_alternative_when_somebody_else_is_allowed(snapshot: Snapshot) -> None:
    outcome = solve(snapshot)
    made = {(match.mentor_id, match.mentee_id) for match in outcome.matches}
    others = naive.allowed(snapshot).keys() - made
    for match in (match for match in outcome.matches if not match.locked):
        assert bool(match.mentors_alternative) == any(mentor == match.mentor_id for mentor, _ in others)
        assert bool(match.mentees_alternative) == any(mentee == match.mentee_id for _, mentee in others)


def test_a_returning_persons_place_costs_a_returning_person() -> None:
    people = mentor("returns", wants=(), returning=True), mentor("new"), mentee()
    stated = solve(Snapshot(terms=terms(), candidates=people)).matches[0].mentees_alternative
    assert stated is not None
    assert (stated.partner_id, stated.people, stated.returning) == ("new", 0, 1)


def test_the_cost_in_points_alone() -> None:
    people = mentor("good"), mentor("poor", wants=()), mentee()
    match = solve(Snapshot(terms=terms(goal=Goal.BEST_TOTAL), candidates=people)).matches[0]
    stated = match.mentees_alternative
    assert stated is not None
    assert (stated.partner_id, stated.people, stated.points) == ("poor", 0, match.score - stated.score)


def test_a_place_that_is_left_makes_nobody_dearer() -> None:
    """Whoever has room for one more can take the other without giving up the first."""
    people = (
        mentor("two", capacity=2),
        mentor("one", interests=("chess",)),
        mentee("first"),
        mentee("second", interests=("chess",)),
    )
    rules = terms(goal=Goal.BEST_TOTAL)
    matches = solve(Snapshot(terms=rules, candidates=people, forbidden=(("one", "first"),))).matches
    stated = {match.mentor_id: match.mentors_alternative for match in matches}["two"]
    assert stated is not None
    assert (stated.partner_id, stated.people) == ("second", 0)
    assert stated.points <= 200
