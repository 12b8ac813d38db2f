"""A service made for tests: it keeps a ledger of the sessions it hears of, and says so for those that were held."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import ClassVar

from shared.domain.aggregate import Aggregate
from shared.domain.errors import Refused
from shared.domain.handlers import hears
from shared.language.envelope import Origin, Record
from shared.language.feedback import FeedbackSubmitted
from shared.language.registration import ParticipantRegistered
from shared.language.sessions import SessionHeld, SessionMissed, SessionScheduled
from shared.language.streams import Event
from shared.language.terms import Role
from shared.store.rows import Row, row_of
from shared.store.unit import Unit

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ELSEWHERE = Origin("sessions", "test")


@dataclass(frozen=True, kw_only=True)
class Entry(Aggregate):
    """What was heard of one session; ``id`` is the session's."""

    collection: ClassVar[str] = "entries"

    heard: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Receipt(Aggregate):
    """Says that a session was held."""

    collection: ClassVar[str] = "receipts"


def _entry(event: SessionScheduled) -> Entry:
    return Entry(id=event.session_id)


@hears(SessionScheduled, changes=Entry, found_by="session_id", starts=_entry)
def scheduled(entry: Entry, event: SessionScheduled) -> Entry:
    """Write it down."""
    return replace(entry, heard=(*entry.heard, f"scheduled {event.number}"))


@hears(SessionHeld, changes=Entry, found_by="session_id")
def held(entry: Entry, _: SessionHeld) -> Entry:
    """Waits for the session to be known."""
    return replace(entry, heard=(*entry.heard, "held"))


@hears(SessionHeld)
async def receipt(event: SessionHeld, unit: Unit) -> None:
    """Tell of it, with an event of our own."""
    said = FeedbackSubmitted(
        programme_id=event.programme_id,
        pulse_id=f"{event.session_id}.mentor",
        pair_id=event.pair_id,
        session_id=event.session_id,
        role=Role.MENTOR,
    )
    unit.save(Receipt(id=said.pulse_id).raising(said))


@hears(SessionMissed, changes=Entry, found_by="session_id")
def missed(entry: Entry, event: SessionMissed) -> Entry:
    """Refuses the thirteenth, and has a defect for the fourteenth."""
    if event.number == 13:
        raise Refused("no-thirteenth-session")
    if event.number == 14:
        raise ZeroDivisionError
    return replace(entry, heard=(*entry.heard, "missed"))


@hears(ParticipantRegistered, needs={"person_id": Entry})
async def needs_entry(event: ParticipantRegistered, unit: Unit) -> None:
    """Builds on an entry another stream brings."""
    entry = await unit.need(Entry, event.person_id)
    unit.save(replace(entry, heard=(*entry.heard, event.participant_id)))


HANDLERS = [scheduled, held, receipt, missed, needs_entry]


def event(kind: type[Event], session: str, number: int = 1) -> Event:
    """One event of a session."""
    more = {"confirmed_by": "mentor"} if kind is SessionHeld else {}
    return kind.model_validate(
        {
            "programme_id": "test",
            "session_id": session,
            "pair_id": f"pair-of-{session}",
            "mentor_id": "a",
            "mentee_id": "b",
            "number": number,
            "starts_at": NOW,
            "ends_at": NOW + timedelta(minutes=30),
            **more,
        }
    )


def row(event: Event, version: int) -> Row:
    """As its service would publish it."""
    return row_of(event, version=version, origin=ELSEWHERE, now=NOW)


_offset = 0


def record(row: Row) -> Record:
    """As it stands in its topic."""
    global _offset
    _offset += 1
    return Record(row.topic, 0, _offset, 1, row.key, row.value, row.headers)


def said(kind: type[Event], session: str, version: int, number: int = 1) -> Record:
    """One event of a session as it stands in its topic."""
    return record(row(event(kind, session, number), version))
