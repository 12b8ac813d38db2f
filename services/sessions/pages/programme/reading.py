"""Reads the sessions of a programme by what became of them, a page at a time, with the clocks of both sides."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from services.sessions.people.participant import Participant
from services.sessions.people.programme import Programme
from services.sessions.series.session import Session
from shared.domain.marking import _
from shared.domain.work import Key, Order, Store
from shared.language.sessions import Outcome
from shared.language.values.zones import UTC as UNKNOWN

AT_ONCE = 30
"""Sessions on a page."""
EARLIEST_FIRST: Order = (("starts_at", 1), ("_id", 1))
LATEST_FIRST: Order = (("starts_at", -1), ("_id", -1))


class Part(StrEnum):
    """Which of them are listed."""

    UPCOMING = "upcoming"
    UNCONFIRMED = "unconfirmed"
    """They have begun, and nobody has said yet that they took place."""
    HELD = "held"
    MISSED = "missed"
    CANCELLED = "cancelled"


OUTCOMES: Mapping[Part, Outcome] = {
    Part.UPCOMING: Outcome.SCHEDULED,
    Part.UNCONFIRMED: Outcome.SCHEDULED,
    Part.HELD: Outcome.HELD,
    Part.MISSED: Outcome.MISSED,
    Part.CANCELLED: Outcome.CANCELLED,
}

WHY: Mapping[str, str] = {
    "no-time": _("no time"),
    "ill": _("illness"),
    "travelling": _("travelling"),
    "other": _("another reason"),
    "pair-ended": _("the pair ended"),
}
"""Why one was cancelled → in a word."""


@dataclass(frozen=True)
class Meeting:
    """A session, and in which zones its two live: none where nothing is known of them any more."""

    session: Session
    mentors_zone: str
    mentees_zone: str

    @property
    def zone(self) -> str:
        """The mentor's, or whatever else is known."""
        return self.mentors_zone or self.mentees_zone or UNKNOWN


def where(programme: Programme, part: Part, now: datetime) -> dict[str, Any]:
    """How the database is asked for them; times are stored in UTC, to the second, so that text compares like time."""
    found: dict[str, Any] = {"programme_id": programme.id, "state": OUTCOMES[part].value}
    moment = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if part is Part.UPCOMING:
        found["starts_at"] = {"$gt": moment}
    if part is Part.UNCONFIRMED:
        found["starts_at"] = {"$lte": moment}
    return found


async def read_sessions(store: Store, programme: Programme, part: Part, after: Key) -> tuple[list[Meeting], Key]:
    """What comes is told from the earliest on, what was from the latest."""
    which = where(programme, part, store.clock.now())
    sort = EARLIEST_FIRST if part is Part.UPCOMING else LATEST_FIRST
    page = await store.page(Session, which, sort=sort, after=after, limit=AT_ONCE)
    return await _with_clocks(store, page.items), page.then


async def _with_clocks(store: Store, sessions: Sequence[Session]) -> list[Meeting]:
    unit = store.unit()
    ids = {one for each in sessions for one in (each.mentor_id, each.mentee_id)}
    await unit.fetch((Participant, one) for one in ids)
    people = [found for one in ids if (found := await unit.find(Participant, one)) and not found.erased]
    zones = {each.id: each.time_zone for each in people}
    return [Meeting(each, zones.get(each.mentor_id, ""), zones.get(each.mentee_id, "")) for each in sessions]


async def count_sessions(store: Store, programme: Programme) -> dict[Part, int]:
    """How many there are of each part."""
    now = store.clock.now()
    return {part: await store.count(Session, where(programme, part, now)) for part in Part}
