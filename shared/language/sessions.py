"""What sessions says: of each session of a pair."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from shared.language.streams import OfProgramme, Stream
from shared.language.terms import Id, Role
from shared.language.values.days import Instant


class _Session(OfProgramme):
    abstract: ClassVar[bool] = True
    stream = Stream.SESSIONS
    subject_field = "session_id"
    key_field = "pair_id"

    session_id: Id
    pair_id: Id
    mentor_id: Id
    mentee_id: Id
    number: Annotated[int, Field(ge=1)]
    starts_at: Instant
    ends_at: Instant


class SessionScheduled(_Session):
    """A session stands in both calendars."""


class SessionRescheduled(_Session):
    """The session takes place at another time; ``starts_at`` is the new one."""

    moved_from: Instant


class Cancellation(StrEnum):
    """Why a session does not take place."""

    NO_TIME = "no-time"
    ILL = "ill"
    TRAVELLING = "travelling"
    OTHER = "other"
    PAIR_ENDED = "pair-ended"


class SessionCancelled(_Session):
    """The session does not take place. ``by`` is None when a manager or the product (the pair ended) cancelled it."""

    by: Role | None
    because: Cancellation


class SessionHeld(_Session):
    """The two met."""

    confirmed_by: Role


class SessionMissed(_Session):
    """Nobody confirmed that it took place within the days the work plan allows."""


Settled = SessionHeld | SessionCancelled | SessionMissed
SessionEvent = SessionScheduled | SessionRescheduled | Settled


class Outcome(StrEnum):
    """What became of a session; all but the first are final."""

    SCHEDULED = "scheduled"
    HELD = "held"
    CANCELLED = "cancelled"
    MISSED = "missed"


def outcome_of(event: SessionEvent) -> Outcome:
    """What that event says became of the session."""
    match event:
        case SessionScheduled() | SessionRescheduled():
            return Outcome.SCHEDULED
        case SessionHeld():
            return Outcome.HELD
        case SessionCancelled():
            return Outcome.CANCELLED
        case SessionMissed():
            return Outcome.MISSED


def fell_away(event: SessionEvent) -> bool:
    """Whether the session was called off because its pair ended: that is nobody's loss."""
    return isinstance(event, SessionCancelled) and event.because is Cancellation.PAIR_ENDED
