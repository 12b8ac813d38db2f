"""A person's diary: all sessions they stand in, in whatever pair and programme, so that no two ever overlap."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import ClassVar, Self

from shared.domain.aggregate import Aggregate
from shared.domain.errors import Refused
from shared.domain.shown import Shown
from shared.domain.working.hours import Span


@dataclass(frozen=True, kw_only=True, slots=True)
class Booking:
    """One session's time."""

    session_id: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, kw_only=True)
class Diary(Aggregate):
    """``id`` is the person's. ``booked`` is sorted by time; what is past is dropped when something is added."""

    collection: ClassVar[str] = "diaries"
    about: ClassVar[tuple[str, ...]] = ("id",)
    shown: ClassVar[Shown] = Shown(to_themselves=("booked",))

    booked: tuple[Booking, ...] = ()

    @property
    def busy(self) -> tuple[Span, ...]:
        """The booked times, in seconds since 1970."""
        return tuple((int(one.starts_at.timestamp()), int(one.ends_at.timestamp())) for one in self.booked)

    def book(self, bookings: Iterable[Booking], now: datetime) -> Self:
        """Enter sessions, or move those that are entered; raises Refused when two would overlap."""
        new = tuple(bookings)
        moved = {one.session_id for one in new}
        kept = (one for one in self.booked if one.ends_at > now and one.session_id not in moved)
        booked = sorted((*kept, *new), key=lambda one: one.starts_at)
        if any(later.starts_at < earlier.ends_at for earlier, later in pairwise(booked)):
            raise Refused("booked-already", about=self.id)
        return replace(self, booked=tuple(booked))

    def free(self, session_ids: Collection[str]) -> Self:
        """Strike sessions out; those that are not in the diary do not matter."""
        return replace(self, booked=tuple(one for one in self.booked if one.session_id not in session_ids))
