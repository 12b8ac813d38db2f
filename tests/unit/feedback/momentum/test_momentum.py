"""The alarm is raised in time, taken back in time, and never for a pair that has parted."""

from datetime import timedelta

from services.feedback.momentum.momentum import Momentum
from shared.language.feedback import PairAtRisk, PairRecovered, Recovery, Risk
from shared.language.matching import PairState
from shared.language.sessions import Outcome
from shared.language.terms import MomentumRules
from tests.unit.feedback.examples import (
    CADENCE,
    FIRST,
    after,
    cancelled,
    dissolved,
    formed,
    held,
    missed,
    moved,
    released,
    scheduled,
)

AT_RISK = PairAtRisk(programme_id="p", pair_id="pair", because=Risk.SESSIONS_LOST, sessions_lost=2)
RECOVERED = PairRecovered(programme_id="p", pair_id="pair")


def test_one_lost_session_is_no_alarm() -> None:
    pair = after(scheduled(1), cancelled(1))
    assert pair.raised == ()
    assert not pair.at_risk
    assert pair.in_a_row == 1


def test_the_second_in_a_row_raises_the_alarm_whether_cancelled_or_missed() -> None:
    assert after(cancelled(1), missed(2)).raised == (AT_RISK,)


def test_the_alarm_is_raised_once_however_many_follow() -> None:
    pair = after(cancelled(1), cancelled(2), cancelled(3))
    assert pair.raised == (AT_RISK,)
    assert pair.in_a_row == 3


def test_meeting_ends_the_alarm_and_the_next_one_can_come() -> None:
    pair = after(missed(1), missed(2), held(3), cancelled(4), cancelled(5))
    assert pair.raised == (AT_RISK, RECOVERED, AT_RISK)
    assert pair.recoveries == 1


def test_a_session_held_between_two_losses_keeps_the_momentum() -> None:
    assert after(missed(1), held(2), missed(3)).raised == ()


def test_the_programme_decides_how_many_are_too_many() -> None:
    assert after(missed(1), alarm_after=1).at_risk
    assert not after(missed(1), missed(2), alarm_after=3).at_risk


def test_sessions_that_fall_away_with_the_pair_are_not_lost() -> None:
    pair = after(cancelled(1), released(2), released(3))
    assert not pair.at_risk
    assert pair.by_outcome()[Outcome.CANCELLED] == 3


def test_sessions_cancelled_ahead_of_time_stay_lost_until_a_later_one_is_held() -> None:
    pair = after(cancelled(5), cancelled(6), held(4))
    assert pair.at_risk
    assert after(cancelled(5), cancelled(6), held(4), held(7)).raised == (AT_RISK, RECOVERED)


def test_a_session_that_was_moved_counts_where_it_stands_in_the_calendar() -> None:
    later = FIRST + 3 * CADENCE + timedelta(days=1)
    pair = after(scheduled(1), moved(1, later), missed(2), missed(3), held(1, later))
    assert pair.raised == (AT_RISK, RECOVERED)
    assert [meeting.number for meeting in pair.meetings] == [2, 3, 1]


def test_a_session_that_counted_as_missed_and_took_place_after_all_ends_the_alarm_and_says_why() -> None:
    pair = after(missed(1), missed(2), held(2))
    assert (pair.at_risk, pair.in_a_row) == (False, 0)
    assert pair.raised == (AT_RISK, RECOVERED.model_copy(update={"because": Recovery.SAID_LATE}))


def test_a_pair_that_has_parted_raises_nothing() -> None:
    pair = after(missed(1)).ended(dissolved())
    assert pair.state is PairState.DISSOLVED
    assert pair.settled(missed(2), MomentumRules()).raised == ()


def test_a_pair_may_first_be_heard_of_through_any_event() -> None:
    assert Momentum.of(scheduled(1)) == Momentum.of(formed()) == Momentum.of(dissolved()) == Momentum.of(missed(1))


def test_the_facts_of_an_alarm() -> None:
    pair = after(held(1), cancelled(2), missed(3), scheduled(4), scheduled(5))
    assert [meeting.session_id for meeting in pair.losses()] == ["s2", "s3"]
    assert pair.last_met() == FIRST + CADENCE
    assert pair.next_meeting() == FIRST + 4 * CADENCE
    last = pair.last_settled()
    assert last is not None
    assert last.outcome is Outcome.MISSED
