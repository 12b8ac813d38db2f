"""Events of one pair, as short as a test wants to say them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from services.feedback.momentum.momentum import Momentum
from shared.language.matching import PairDissolved, PairFormed, Parting
from shared.language.sessions import (
    Cancellation,
    SessionCancelled,
    SessionEvent,
    SessionHeld,
    SessionMissed,
    SessionRescheduled,
    SessionScheduled,
    Settled,
)
from shared.language.terms import MomentumRules, Role

FIRST = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CADENCE = timedelta(days=28)
PAIR = {"programme_id": "p", "pair_id": "pair", "mentor_id": "mentor", "mentee_id": "mentee"}


def of_session(number: int, starts_at: datetime | None = None) -> dict[str, Any]:
    """The fields that every event of the pair's n-th session has."""
    begin = starts_at or FIRST + number * CADENCE
    return {
        **PAIR,
        "session_id": f"s{number}",
        "number": number,
        "starts_at": begin,
        "ends_at": begin + timedelta(minutes=30),
    }


def scheduled(number: int) -> SessionScheduled:
    return SessionScheduled(**of_session(number))


def moved(number: int, starts_at: datetime) -> SessionRescheduled:
    return SessionRescheduled(**of_session(number, starts_at), moved_from=FIRST + number * CADENCE)


def held(number: int, starts_at: datetime | None = None) -> SessionHeld:
    return SessionHeld(**of_session(number, starts_at), confirmed_by=Role.MENTOR)


def cancelled(number: int) -> SessionCancelled:
    return SessionCancelled(**of_session(number), by=Role.MENTEE, because=Cancellation.NO_TIME)


def released(number: int) -> SessionCancelled:
    """Cancelled by the product, because the pair ended."""
    return SessionCancelled(**of_session(number), by=None, because=Cancellation.PAIR_ENDED)


def missed(number: int) -> SessionMissed:
    return SessionMissed(**of_session(number))


def formed() -> PairFormed:
    return PairFormed(**PAIR, round_id="r", score=10, criteria=())


def dissolved() -> PairDissolved:
    return PairDissolved(**PAIR, because=Parting.OWN_WISH)


def told(momentum: Momentum, event: SessionEvent, rules: MomentumRules) -> Momentum:
    """The pair after one more session event."""
    if isinstance(event, Settled):
        return momentum.settled(event, rules)
    return momentum.planned(event)


def after(*events: SessionEvent, alarm_after: int = 2) -> Momentum:
    """The pair after these events, with everything it raised."""
    rules = MomentumRules(alarm_after=alarm_after)
    momentum = Momentum.of(formed())
    for event in events:
        momentum = told(momentum, event, rules)
    return momentum
