"""One meeting of a pair: scheduled, then held, cancelled or missed.

Whoever repeats what was already done gets the same state again; whoever wants something else of a session that is
over is refused.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from services.sessions.series.diary import Booking
from services.sessions.series.series import Series
from shared.domain.aggregate import Aggregate
from shared.domain.errors import Refused
from shared.domain.shown import Shown
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

LATEST = timedelta(days=30)
"""For which after its end one may say that a session took place that counts as missed."""


@dataclass(frozen=True, kw_only=True)
class Session(Aggregate):
    """``starts_at`` and ``ends_at`` are in UTC. Falls due when somebody should have said that it took place."""

    collection: ClassVar[str] = "sessions"
    about: ClassVar[tuple[str, ...]] = ("mentor_id", "mentee_id")
    shown: ClassVar[Shown] = Shown(
        to_all=(
            "programme_id",
            "pair_id",
            "mentor_id",
            "mentee_id",
            "number",
            "starts_at",
            "ends_at",
            "state",
            "because",
            "confirmed_by",
            "confirmed_at",
        ),
        to_themselves=("confirm_within_days",),
        programme_wide=True,
    )
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("pair_id", "number"), ("programme_id", "starts_at", "_id"))

    programme_id: str
    pair_id: str
    mentor_id: str
    mentee_id: str
    number: int
    starts_at: datetime
    ends_at: datetime
    confirm_within_days: int
    state: Outcome = Outcome.SCHEDULED
    because: Cancellation | None = None
    confirmed_by: Role | None = None
    """Who said that they met; None until somebody has, and of sessions before this was kept."""
    confirmed_at: datetime | None = None

    @classmethod
    def schedule(
        cls, series: Series, number: int, starts_at: datetime, ends_at: datetime, confirm_within_days: int
    ) -> Self:
        """The pair's session of that number, from 1."""
        session = cls(
            id=series.session_ids[number - 1],
            programme_id=series.programme_id,
            pair_id=series.id,
            mentor_id=series.mentor_id,
            mentee_id=series.mentee_id,
            number=number,
            starts_at=starts_at,
            ends_at=ends_at,
            confirm_within_days=confirm_within_days,
            due_at=ends_at + timedelta(days=confirm_within_days),
        )
        return session.raising(SessionScheduled(**session._facts()))

    @property
    def booking(self) -> Booking:
        """As it stands in both diaries."""
        return Booking(session_id=self.id, starts_at=self.starts_at, ends_at=self.ends_at)

    def hold(self, *, by: Role | None, now: datetime) -> Self:
        """The two met, says one of them: for thirty days also where it counts as missed. Raises Refused before it
        started and for anybody else."""
        if self.state is Outcome.HELD:
            return self
        if not self.may_be_said_late(now):
            self._must_be_scheduled()
        if by is None:
            raise Refused("not-one-of-the-two")
        if now < self.starts_at:
            raise Refused("session-not-started")
        held = replace(self, state=Outcome.HELD, due_at=None, confirmed_by=by, confirmed_at=now)
        return held.raising(SessionHeld(**self._facts(), confirmed_by=by))

    def may_be_said_late(self, now: datetime) -> bool:
        """Whether it counts as missed, and one of the two may still say that they met."""
        return self.state is Outcome.MISSED and now - self.ends_at <= LATEST

    def cancel(self, *, by: Role | None, because: Cancellation, now: datetime) -> Self:
        """It does not take place; ``by`` is None for a manager or the product. Raises Refused once it is over."""
        if self.state is Outcome.CANCELLED:
            return self
        self._must_not_be_over(now)
        cancelled = replace(self, state=Outcome.CANCELLED, because=because, due_at=None)
        return cancelled.raising(SessionCancelled(**self._facts(), by=by, because=because))

    def move(self, to: datetime, *, now: datetime) -> Self:
        """It takes place at another time, as long as before. Raises Refused once it is over and for a past time.

        ``to`` is in UTC. Whether both work and are free then is for their calendars and diaries to say.
        """
        if self.state is Outcome.SCHEDULED and to == self.starts_at:
            return self
        self._must_not_be_over(now)
        if to <= now:
            raise Refused("new-time-is-past")
        shift = to - self.starts_at
        moved = replace(self, starts_at=to, ends_at=self.ends_at + shift)
        moved = replace(moved, due_at=moved.ends_at + timedelta(days=self.confirm_within_days))
        return moved.raising(SessionRescheduled(**moved._facts(), moved_from=self.starts_at))

    def miss(self, now: datetime) -> Self:
        """Nobody confirmed it in time; one that is not waiting to be confirmed, or not yet due, stays what it is."""
        if self.due_at is None or now < self.due_at:
            return self
        missed = replace(self, state=Outcome.MISSED, due_at=None)
        return missed.raising(SessionMissed(**self._facts()))

    def without_reason(self) -> Self:
        """One of the two was erased: why it was cancelled is nobody's business any more."""
        return replace(self, because=None)

    def _must_be_scheduled(self) -> None:
        match self.state:
            case Outcome.SCHEDULED:
                return
            case Outcome.HELD:
                raise Refused("session-was-held")
            case Outcome.CANCELLED:
                raise Refused("session-was-cancelled")
            case Outcome.MISSED:
                raise Refused("session-was-missed")

    def _must_not_be_over(self, now: datetime) -> None:
        self._must_be_scheduled()
        if now >= self.ends_at:
            raise Refused("session-time-is-over")

    def _facts(self) -> dict[str, Any]:
        return {
            "programme_id": self.programme_id,
            "session_id": self.id,
            "pair_id": self.pair_id,
            "mentor_id": self.mentor_id,
            "mentee_id": self.mentee_id,
            "number": self.number,
            "starts_at": self.starts_at,
            "ends_at": self.ends_at,
        }
