"""The life of a session."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.sessions.app import service
from services.sessions.series.session import Session
from shared.domain.errors import Refused
from shared.language.sessions import (
    Cancellation,
    Outcome,
    SessionCancelled,
    SessionHeld,
    SessionMissed,
    SessionRescheduled,
    SessionScheduled,
)
from shared.language.terms import Role
from tests.support.sentences import refusing
from tests.unit.sessions.support import NOW, scheduled

DURING = NOW + timedelta(days=1, minutes=10)
AFTER = NOW + timedelta(days=2)
LATER = NOW + timedelta(days=8)


def cancel(session: Session, now: datetime = NOW) -> Session:
    return session.cancel(by=Role.MENTEE, because=Cancellation.NO_TIME, now=now)


def final() -> list[Session]:
    session = scheduled()
    return [session.hold(by=Role.MENTOR, now=DURING), cancel(session), session.miss(AFTER + timedelta(days=3))]


def test_a_scheduled_session_says_so_and_falls_due_when_it_should_be_confirmed() -> None:
    session = scheduled()
    [event] = session.raised
    assert isinstance(event, SessionScheduled)
    assert (event.subject, event.key, event.number) == (session.id, "pair", 1)
    assert session.due_at == session.ends_at + timedelta(days=3)


def test_held_once_it_has_started() -> None:
    held = scheduled().hold(by=Role.MENTEE, now=DURING)
    assert (held.state, held.due_at) == (Outcome.HELD, None)
    assert isinstance(held.raised[-1], SessionHeld)
    assert held.raised[-1].confirmed_by is Role.MENTEE


def test_not_held_before_it_starts_nor_by_a_stranger() -> None:
    with refusing(service.spoken, "not started"):
        scheduled().hold(by=Role.MENTOR, now=NOW)
    with refusing(service.spoken, "Only the two"):
        scheduled().hold(by=None, now=DURING)


@pytest.mark.parametrize("now", [NOW, DURING])
def test_cancelled_before_its_end(now: datetime) -> None:
    cancelled = cancel(scheduled(), now)
    assert (cancelled.state, cancelled.due_at, cancelled.because) == (Outcome.CANCELLED, None, Cancellation.NO_TIME)
    assert isinstance(cancelled.raised[-1], SessionCancelled)
    assert cancelled.raised[-1].by is Role.MENTEE


MOMENT = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("do", "first", "holds"),
    [
        (lambda session, now: session.hold(by=Role.MENTOR, now=now), scheduled().starts_at, True),
        (cancel, scheduled().ends_at, False),
        (lambda session, now: session.move(LATER, now=now), scheduled().ends_at, False),
    ],
    ids=["held from its start", "cancelled before its end", "moved before its end"],
)
def test_what_can_be_done_changes_at_one_moment(
    do: Callable[[Session, datetime], Session], first: datetime, holds: bool
) -> None:
    for now, goes in ((first - MOMENT, not holds), (first, holds), (first + MOMENT, holds)):
        if goes:
            assert do(scheduled(), now).raised
        else:
            with pytest.raises(Refused):
                do(scheduled(), now)


def test_it_is_moved_to_what_is_still_to_come() -> None:
    with pytest.raises(Refused):
        scheduled().move(NOW, now=NOW)
    assert scheduled().move(NOW + MOMENT, now=NOW).starts_at == NOW + MOMENT


def test_it_is_missed_at_the_moment_it_falls_due() -> None:
    session = scheduled()
    assert session.due_at
    assert session.miss(session.due_at - MOMENT) is session
    assert session.miss(session.due_at).state is Outcome.MISSED


def test_what_is_over_is_neither_cancelled_nor_moved() -> None:
    with refusing(service.spoken, "is over"):
        cancel(scheduled(), AFTER)
    with refusing(service.spoken, "is over"):
        scheduled().move(LATER, now=AFTER)


def test_moved_it_keeps_its_length_and_falls_due_later() -> None:
    moved = scheduled(minutes=45).move(LATER, now=NOW)
    assert (moved.starts_at, moved.ends_at) == (LATER, LATER + timedelta(minutes=45))
    assert moved.due_at == moved.ends_at + timedelta(days=3)
    event = moved.raised[-1]
    assert isinstance(event, SessionRescheduled)
    assert (event.starts_at, event.moved_from) == (LATER, NOW + timedelta(days=1))


def test_never_moved_into_the_past() -> None:
    with refusing(service.spoken, "already passed"):
        scheduled().move(NOW, now=NOW)


def test_missed_when_nobody_confirmed_it_and_not_before() -> None:
    session = scheduled()
    assert session.due_at
    assert session.miss(session.due_at - timedelta(seconds=1)) is session
    missed = session.miss(session.due_at)
    assert (missed.state, missed.due_at) == (Outcome.MISSED, None)
    assert isinstance(missed.raised[-1], SessionMissed)


@pytest.mark.parametrize("session", final(), ids=lambda session: session.state.value)
def test_what_is_final_stays_and_says_why(session: Session) -> None:
    sentence = "no longer be changed"
    if session.state is Outcome.CANCELLED:
        with refusing(service.spoken, sentence):
            session.hold(by=Role.MENTOR, now=DURING)
    if session.state is not Outcome.CANCELLED:
        with refusing(service.spoken, sentence):
            cancel(session)
    with refusing(service.spoken, sentence):
        session.move(LATER, now=NOW)
    assert session.miss(LATER) is session


ENDINGS = SessionHeld | SessionCancelled | SessionMissed
ACTIONS = st.lists(
    st.tuples(st.sampled_from(["hold", "cancel", "move", "miss"]), st.integers(0, 10 * 24), st.integers(-24, 20 * 24))
)


@given(ACTIONS)
def test_whatever_people_do_a_session_ends_once_but_for_what_is_said_late(actions: list[tuple[str, int, int]]) -> None:
    session, now = scheduled(), NOW
    for action, hours, to in actions:
        now += timedelta(hours=hours)
        before = session
        try:
            session = _act(session, action, now, NOW + timedelta(hours=to))
        except Refused:
            assert session is before
        else:
            assert _act(session, action, now, NOW + timedelta(hours=to)) is session  # done twice is done once
        if before.state is Outcome.MISSED:
            assert session.state in (Outcome.MISSED, Outcome.HELD)
        elif before.state is not Outcome.SCHEDULED:
            assert session.state is before.state
    endings = [type(event) for event in session.raised if isinstance(event, ENDINGS)]
    if len(endings) > 1:
        assert endings == [SessionMissed, SessionHeld]
    assert bool(endings) == (session.state is not Outcome.SCHEDULED)
    assert (session.due_at is None) is (session.state is not Outcome.SCHEDULED)


def _act(session: Session, action: str, now: datetime, to: datetime) -> Session:
    match action:
        case "hold":
            return session.hold(by=Role.MENTOR, now=now)
        case "cancel":
            return cancel(session, now)
        case "move":
            return session.move(to, now=now)
        case _:
            return session.miss(now)
