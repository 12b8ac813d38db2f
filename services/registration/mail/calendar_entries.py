"""Calendar entries that a letter brings: sessions that are to be, at another time, or not to be any more.

They are published and ask for no answer (METHOD:PUBLISH): nobody reads what comes back to the address that sends, and
one letter tells of a whole series, which a request (RFC 5546, 3.2.2) may not. Colleagues may look into a calendar: an
entry names neither the partner nor the programme.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

from icalendar import Calendar, Event, vCalAddress

from services.registration.board.card import Meeting
from services.registration.mail.claiming import Ready
from services.registration.notices.kinds import Kind
from services.registration.notices.letter import Letter
from shared.language.sessions import Outcome
from shared.language.terms import WorkPlan

PRODUCT = "-//Telemachus//Reverse mentoring//EN"
FILE = "sessions.ics"
BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)
"""Seconds since then number the versions of an entry, and are a number of 32 bits for 68 years."""
GONE = frozenset({Kind.CANCELLED, Kind.LEFT, Kind.ENDED})
"""Letters that take entries back."""


def entries_of(ready: Ready, to_come: Iterable[Meeting]) -> tuple[Meeting, ...]:
    """The sessions whose entries the letter brings, or takes back."""
    letter = ready.letter
    match letter.kind:
        case Kind.PLANNED:
            return tuple(to_come)
        case Kind.MOVED | Kind.CANCELLED:
            return (_told(letter),)
        case Kind.LEFT | Kind.ENDED:
            return ready.card.fallen if ready.card else ()
        case _:
            return ()


class Calendars:
    """Of letters from one address."""

    def __init__(self, sender: str) -> None:
        self._sender = sender

    def attach(
        self, message: EmailMessage, ready: Ready, meetings: Iterable[Meeting], name: str, page: Callable[[str], str]
    ) -> None:
        """``name`` is what each entry is called; ``page`` gives the address of a session's page by its id."""
        gone = ready.letter.kind in GONE
        method, calendar = "CANCEL" if gone else "PUBLISH", Calendar()
        calendar.add("prodid", PRODUCT)
        calendar.add("version", "2.0")
        calendar.add("method", method)
        for meeting in meetings:
            event = self._entry(ready, meeting)
            event.add("summary", name)
            event.add("url", page(meeting.session_id))
            event.add("status", "CANCELLED" if gone else "CONFIRMED")
            if gone:  # whoever it is taken back from has to be named (RFC 5546, 3.2.5)
                event.add("attendee", vCalAddress(f"mailto:{ready.address}"))
            calendar.add_component(event)
        how = {"method": method, "charset": "utf-8"}
        message.add_attachment(calendar.to_ical(), maintype="text", subtype="calendar", filename=FILE, params=how)

    def _entry(self, ready: Ready, meeting: Meeting) -> Event:
        asked_at, event = ready.letter.asked_at, Event()
        event.add("uid", f"{meeting.session_id}@{self._sender.rpartition('@')[2]}")
        event.add("dtstamp", asked_at.astimezone(UTC))
        event.add("sequence", max(0, int((asked_at - BEGINNING).total_seconds())))
        event.add("dtstart", meeting.starts_at.astimezone(UTC))
        event.add("dtend", _ends_at(meeting, ready).astimezone(UTC))
        event.add("organizer", vCalAddress(f"mailto:{self._sender}"))
        event.add("class", "PRIVATE")
        return event


def _told(letter: Letter) -> Meeting:
    """The session as the letter tells of it, whatever has been heard of since."""
    times = {name: letter.facts.get(name) for name in ("starts_at", "ends_at")}
    return Meeting.model_validate({"session_id": letter.subject, "number": 1, "outcome": Outcome.SCHEDULED, **times})


def _ends_at(meeting: Meeting, ready: Ready) -> datetime:
    """Where an earlier version has not kept it, after as long as sessions of the programme take."""
    usual = ready.programme.terms.plan.minutes if ready.programme else WorkPlan().minutes
    return meeting.ends_at or meeting.starts_at + timedelta(minutes=usual)
