"""The very moments at which something of a session just may be done, or just may not any more."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from services.sessions.series.diary import Booking, Diary
from services.sessions.series.session import LATEST, Session
from shared.domain.errors import Refused
from shared.language.sessions import Cancellation, Outcome, SessionHeld
from shared.language.terms import Role
from tests.unit.sessions.support import NOW, scheduled

MOMENT = timedelta(milliseconds=1)
SESSION = scheduled()
STARTS, ENDS = SESSION.starts_at, SESSION.ends_at
UNTIL = ENDS + timedelta(days=3)


def refusal(work: Callable[[], object]) -> str:
    """The code it is refused with, empty where it is not."""
    try:
        work()
    except Refused as refused:
        return refused.reason.code
    return ""


def cancelled(now: datetime) -> Session:
    return SESSION.cancel(by=Role.MENTEE, because=Cancellation.NO_TIME, now=now)


@pytest.mark.parametrize(("now", "code"), [(STARTS - MOMENT, "session-not-started"), (STARTS, "")])
def test_they_have_met_from_the_moment_it_starts(now: datetime, code: str) -> None:
    assert refusal(lambda: SESSION.hold(by=Role.MENTOR, now=now)) == code


@pytest.mark.parametrize(("now", "code"), [(ENDS - MOMENT, ""), (ENDS, "session-time-is-over")])
def test_it_can_be_called_off_and_moved_until_it_ends(now: datetime, code: str) -> None:
    assert refusal(lambda: cancelled(now)) == code
    assert refusal(lambda: SESSION.move(ENDS + timedelta(days=1), now=now)) == code


@pytest.mark.parametrize(("to", "code"), [(NOW, "new-time-is-past"), (NOW + MOMENT, "")])
def test_it_is_moved_to_a_time_that_comes(to: datetime, code: str) -> None:
    assert refusal(lambda: SESSION.move(to, now=NOW)) == code


@pytest.mark.parametrize(("now", "state"), [(UNTIL - MOMENT, Outcome.SCHEDULED), (UNTIL, Outcome.MISSED)])
def test_it_is_missed_once_the_days_to_confirm_it_are_over(now: datetime, state: Outcome) -> None:
    assert SESSION.miss(now).state is state


ENDED = {
    "session-was-held": SESSION.hold(by=Role.MENTOR, now=STARTS),
    "session-was-cancelled": cancelled(NOW),
    "session-was-missed": SESSION.miss(UNTIL),
}


@pytest.mark.parametrize(("code", "session"), ENDED.items())
def test_what_has_come_to_an_end_says_which(code: str, session: Session) -> None:
    assert refusal(lambda: session.move(ENDS + timedelta(days=1), now=NOW)) == code


@pytest.mark.parametrize(("gap", "code"), [(timedelta(0), ""), (-MOMENT, "booked-already")])
def test_one_session_may_begin_when_the_other_ends(gap: timedelta, code: str) -> None:
    first = Booking(session_id="a", starts_at=STARTS, ends_at=ENDS)
    then = Booking(session_id="b", starts_at=ENDS + gap, ends_at=ENDS + timedelta(hours=1))
    assert refusal(lambda: Diary(id="person").book([first], NOW).book([then], NOW)) == code


@pytest.mark.parametrize(("now", "kept"), [(ENDS - MOMENT, ["a", "b"]), (ENDS, ["b"])])
def test_what_has_ended_leaves_the_diary(now: datetime, kept: list[str]) -> None:
    first = Booking(session_id="a", starts_at=STARTS, ends_at=ENDS)
    later = Booking(session_id="b", starts_at=ENDS, ends_at=ENDS + timedelta(hours=1))
    diary = Diary(id="person").book([first], NOW).book([later], now)
    assert [one.session_id for one in diary.booked] == kept


@pytest.mark.parametrize(("now", "code"), [(ENDS + LATEST, ""), (ENDS + LATEST + MOMENT, "session-was-missed")])
def test_what_counts_as_missed_may_be_said_to_have_taken_place_for_thirty_days(now: datetime, code: str) -> None:
    assert refusal(lambda: SESSION.miss(UNTIL).hold(by=Role.MENTOR, now=now)) == code


def test_who_said_when_that_they_met_is_kept_also_when_it_is_said_late() -> None:
    late = SESSION.miss(UNTIL).hold(by=Role.MENTEE, now=UNTIL)
    assert (late.state, late.confirmed_by, late.confirmed_at) == (Outcome.HELD, Role.MENTEE, UNTIL)
    assert isinstance(late.raised[-1], SessionHeld)
    assert late.hold(by=Role.MENTOR, now=UNTIL) is late
