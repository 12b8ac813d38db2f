"""Rounds through their lives: what each step allows, and what it says."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.matching.members.programme import Programme, ProgrammeState
from services.matching.rounds.choices import Choices
from services.matching.rounds.report import Report, Tally
from services.matching.rounds.requesting import Request
from services.matching.rounds.round import APPROVED, LEASE, LOSSES, OPEN, Round, RoundState
from services.matching.rules import reasons
from shared.domain.errors import Refused
from shared.language.matching import (
    MatchingRequested,
    MatchingRoundCancelled,
    MatchingRoundCompleted,
    MatchingRoundFailed,
    MatchingRoundProposed,
    RoundCancellation,
    RoundFailure,
)
from shared.language.terms import Approval, PairingRules
from shared.store.documents import from_document, to_document
from tests.support.outcomes import outcome_of
from tests.unit.matching.people import terms

NOW = datetime(2026, 10, 1, 9, tzinfo=UTC)
ROUND = Round(id="round", programme_id="p", requested_at=NOW)
REPORT = Report.of(outcome_of(people=6), {})
PROPOSED = Tally(pairs=3, people=6, total_score=12, minimum_score=2)
BY_HAND, BY_ITSELF = PairingRules(approval=Approval.MANAGER), PairingRules(approval=Approval.AUTOMATIC)


def running(pairing: PairingRules = BY_HAND, **choices: object) -> Round:
    asked = replace(ROUND, choices=Choices(**choices))  # type: ignore[arg-type]
    return asked.ready(NOW).claimed(pairing, NOW)


def found(pairing: PairingRules = BY_HAND, **choices: object) -> Round:
    return running(pairing, **choices).found(REPORT, PROPOSED, [("topic",), ("topic",), ("a", "b")], NOW)


def test_a_request_says_that_a_round_is_wanted() -> None:
    assert isinstance(Request(id="round", programme_id="p").made("manager").raised[0], MatchingRequested)


def test_a_round_goes_by_the_rules_there_are_when_it_starts_unless_it_has_its_own() -> None:
    own = PairingRules(grade_gap=3)
    assert running().choices.pairing == BY_HAND
    assert running(pairing=own).choices.pairing == own
    assert replace(ROUND, choices=Choices(pairing=own)).claimed(BY_HAND, NOW).choices.pairing == own


def test_a_claimed_round_comes_back_when_its_lease_runs_out_but_not_for_ever() -> None:
    claimed = running()
    assert (claimed.state, claimed.due_at) == (RoundState.RUNNING, NOW + LEASE)
    assert claimed.ready(NOW) == claimed
    for _ in range(LOSSES - 1):
        claimed = claimed.lost(NOW).claimed(BY_HAND, NOW)
    given_up = claimed.claimed(BY_HAND, NOW)
    assert (given_up.state, given_up.failure) == (RoundState.FAILED, RoundFailure.WORKER_LOST)


def test_a_round_that_waits_for_a_manager_says_what_it_proposes() -> None:
    waits = found()
    assert (waits.state, waits.due_at, waits.unmatched) == (
        RoundState.PROPOSED,
        None,
        {reasons.SEVERAL: 1, "topic": 2},
    )
    [told] = waits.raised
    assert isinstance(told, MatchingRoundProposed)
    assert (told.pairs, told.people, told.total_score, told.gap) == (3, 6, 12, 0)


def test_an_automatic_round_goes_on_without_a_word() -> None:
    goes_on = found(BY_ITSELF)
    assert (goes_on.state, goes_on.due_at, goes_on.raised) == (RoundState.APPROVING, NOW, ())


@pytest.mark.parametrize("pairing", [BY_HAND, BY_ITSELF])
def test_a_trial_waits_whoever_approves_and_says_nothing_before(pairing: PairingRules) -> None:
    trial = found(pairing, what_if=True)
    assert (trial.state, trial.raised) == (RoundState.PROPOSED, ())
    for ended in (trial.cancelled(NOW), trial.superseded(NOW), trial.failed(RoundFailure.DEFECT, NOW)):
        assert ended.raised == ()
    assert trial.approved(NOW).failed(RoundFailure.PROGRAMME_OVER, NOW).raised


def test_what_was_formed_is_told_at_the_end() -> None:
    approving = found().approved(NOW)
    assert approving.unmatched == {}
    done = approving.forms(7, 2).forms(3, 1).told([("topic",)], "a").told([("topic",), ("x", "y")], "b").completed(NOW)
    told = done.raised[-1]
    assert isinstance(told, MatchingRoundCompleted)
    assert (told.pairs, told.people, told.total_score, told.minimum_score) == (2, 3, 10, 3)
    assert (told.most_possible, told.unmatched) == (6, {reasons.SEVERAL: 1, "topic": 2})
    assert (done.state, done.told_up_to, done.ended_at, done.due_at) == (RoundState.COMPLETED, "b", NOW, None)


@pytest.mark.parametrize("state", RoundState)
def test_a_round_is_approved_once_and_only_when_it_proposes(state: RoundState) -> None:
    round_ = replace(found(), state=state, raised=())
    if state in APPROVED:
        assert round_.approved(NOW) == round_
    elif state is RoundState.PROPOSED:
        assert round_.approved(NOW).state is RoundState.APPROVING
    else:
        with pytest.raises(Refused):
            round_.approved(NOW)


@pytest.mark.parametrize("state", RoundState)
def test_a_round_is_cancelled_only_before_it_is_approved(state: RoundState) -> None:
    round_ = replace(found(), state=state, raised=())
    if state is RoundState.CANCELLED:
        assert round_.cancelled(NOW) == round_
    elif state in (RoundState.REQUESTED, RoundState.RUNNING, RoundState.PROPOSED):
        cancelled = round_.cancelled(NOW)
        assert (cancelled.state, cancelled.due_at, cancelled.is_over) == (RoundState.CANCELLED, NOW, True)
        [told] = cancelled.raised
        assert isinstance(told, MatchingRoundCancelled)
        assert told.because is RoundCancellation.MANAGER
    else:
        with pytest.raises(Refused):
            round_.cancelled(NOW)


@pytest.mark.parametrize("state", RoundState)
def test_only_what_waits_for_approval_is_superseded(state: RoundState) -> None:
    round_ = replace(found(), state=state, raised=())
    superseded = round_.superseded(NOW)
    if state is RoundState.PROPOSED:
        assert (superseded.state, len(superseded.raised)) == (RoundState.SUPERSEDED, 1)
    else:
        assert superseded == round_


def test_a_failed_round_says_why_and_is_due_once_more() -> None:
    failed = running().failed(RoundFailure.DEFECT, NOW)
    assert isinstance(failed.raised[-1], MatchingRoundFailed)
    assert (failed.due_at, failed.swept().due_at) == (NOW, None)
    assert failed.is_over
    assert {state for state in RoundState if not replace(ROUND, state=state).is_over} == set(OPEN)


def test_a_programme_is_busy_with_one_round() -> None:
    busy = Programme(id="p", terms=terms()).busy("one")
    assert busy.free_of("other").busy_with == "one"
    assert busy.free_of("one").busy_with == ""
    with pytest.raises(Refused):
        busy.closed().must_be_open()
    assert busy.closed().state is ProgrammeState.CLOSED


@pytest.mark.parametrize(
    "round_",
    [
        ROUND.ready(NOW),
        found(locked=(("m", "n"),), forbidden=(("m", "o"),), seed=3).approved(NOW + timedelta(hours=1)),
        running().failed(RoundFailure.DEFECT, NOW),
    ],
)
def test_what_is_stored_comes_back(round_: Round) -> None:
    round_ = replace(round_, raised=())
    assert from_document(Round, to_document(round_)) == round_
