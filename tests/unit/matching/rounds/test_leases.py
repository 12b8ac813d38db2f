"""What a round knows of whoever computes it: their lease, their progress, their losses."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from services.matching.markets.outcome import Progress, Stage
from services.matching.rounds.choices import Choices
from services.matching.rounds.round import LEASE, LOSSES, Round, RoundState
from shared.language.matching import MatchingRoundFailed, MatchingRoundProgressed, RoundFailure
from shared.store.documents import from_document, to_document
from tests.unit.matching.people import terms

NOW = datetime(2026, 9, 1, 9, tzinfo=UTC)
LATER = NOW + timedelta(seconds=7)
RULES = terms().pairing
ROUND = Round(id="round", programme_id="p", requested_at=NOW).ready(NOW)
CLAIMED = ROUND.claimed(RULES, NOW)
HALF = Progress(stage=Stage.SCORING, done=5, of=10)


def test_a_claimed_round_is_somebody_elses_when_the_lease_runs_out() -> None:
    assert (CLAIMED.state, CLAIMED.due_at, CLAIMED.attempts) == (RoundState.RUNNING, NOW + LEASE, 1)
    assert CLAIMED.at_work(None, LATER).due_at == LATER + LEASE


def test_news_of_progress_are_told_once() -> None:
    told = CLAIMED.at_work(HALF, LATER)
    [news] = told.raised
    assert isinstance(news, MatchingRoundProgressed)
    assert (news.stage, news.done, news.of, news.round_id) == ("scoring", 5, 10, "round")
    assert told.progress == HALF

    quiet = replace(told, raised=())
    assert quiet.at_work(HALF, LATER).raised == quiet.at_work(None, LATER).raised == ()
    assert quiet.at_work(replace(HALF, done=6), LATER).raised


def test_nobody_hears_of_a_what_if() -> None:
    trial = replace(CLAIMED, choices=Choices(what_if=True)).at_work(HALF, LATER)
    assert (trial.progress, trial.raised) == (HALF, ())


def test_a_round_that_was_lost_too_often_fails() -> None:
    claimed = CLAIMED
    for lost in range(1, LOSSES):
        claimed = claimed.lost(LATER).claimed(RULES, LATER)
        assert (claimed.state, claimed.losses, claimed.attempts) == (RoundState.RUNNING, lost, lost + 1)
    failed = claimed.claimed(RULES, LATER)
    assert (failed.state, failed.failure) == (RoundState.FAILED, RoundFailure.WORKER_LOST)
    assert isinstance(failed.raised[-1], MatchingRoundFailed)


def test_a_round_that_is_handed_back_is_due_at_once_and_not_lost() -> None:
    claimed = CLAIMED.at_work(HALF, NOW)
    for nth in range(2, LOSSES + 3):
        back = claimed.handed_back(LATER)
        assert (back.state, back.due_at, back.progress) == (RoundState.REQUESTED, LATER, None)
        claimed = back.claimed(RULES, LATER)
        assert (claimed.attempts, claimed.losses) == (nth, 0)


def test_the_next_one_begins_from_the_start() -> None:
    assert CLAIMED.at_work(HALF, NOW).lost(LATER).claimed(RULES, LATER).progress is None


def test_progress_is_stored() -> None:
    kept = replace(CLAIMED.at_work(HALF, LATER), raised=())
    assert from_document(Round, to_document(kept)) == kept
