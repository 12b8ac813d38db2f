"""What a letter puts into its reader's calendar, and takes out again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar

from services.registration.board.card import Meeting
from services.registration.mail.claiming import Ready
from services.registration.notices.kinds import Kind
from shared.language.sessions import Outcome
from shared.web.wording import languages
from tests.support.letters import MONDAY
from tests.unit.registration.mail.test_writing import THEN, ready, written

BRINGS = {
    Kind.PLANNED: "PUBLISH",
    Kind.MOVED: "PUBLISH",
    Kind.CANCELLED: "CANCEL",
    Kind.LEFT: "CANCEL",
    Kind.ENDED: "CANCEL",
}
LATE = Meeting(session_id="late", number=6, starts_at=THEN + timedelta(days=90), outcome=Outcome.CANCELLED)


def with_fallen(of: Ready) -> Ready:
    if of.card is None:
        return of
    return replace(of, card=replace(of.card, fallen=(LATE,)))


def brought(of: Ready) -> tuple[str, list[Any]]:
    """The method, and the entries."""
    message = written(of)[0]
    [part] = message.iter_attachments()
    assert (part.get_content_type(), part.get_filename()) == ("text/calendar", "sessions.ics")
    calendar: Any = Calendar.from_ical(str(part.get_content()))
    assert part.get_param("method") == calendar["method"]
    return str(calendar["method"]), list(calendar.walk("VEVENT"))


@pytest.mark.parametrize("kind", list(Kind))
def test_letters_of_when_one_meets_bring_entries_and_no_other_does(kind: Kind) -> None:
    of = with_fallen(ready(kind))
    if kind not in BRINGS:
        assert list(written(of)[0].iter_attachments()) == []
        return
    method, entries = brought(of)
    assert method == BRINGS[kind]
    assert len(entries) == 1


def test_an_entry_is_at_that_moment_whatever_the_clock_and_as_long_as_the_session() -> None:
    [entry] = brought(ready(Kind.PLANNED))[1]
    assert entry["uid"] == "session-2@example.com"
    assert entry.start == THEN
    assert entry["dtstart"].to_ical() == b"20260508T080000Z"
    assert entry.end - entry.start == timedelta(minutes=30), "as the programme has it"
    of = ready(Kind.MOVED)
    of = replace(of, letter=replace(of.letter, facts=of.letter.facts | {"ends_at": str(THEN + timedelta(minutes=45))}))
    [entry] = brought(of)[1]
    assert entry.end - entry.start == timedelta(minutes=45), "as was told"


def at(of: Ready, asked_at: datetime, subject: str) -> Any:
    [entry] = brought(replace(of, letter=replace(of.letter, asked_at=asked_at, subject=subject)))[1]
    return entry


def test_an_entry_that_is_moved_and_taken_back_is_the_same_one_and_each_time_a_later_version() -> None:
    planned = at(ready(Kind.PLANNED), MONDAY, "pair")
    moved = at(ready(Kind.MOVED), MONDAY + timedelta(minutes=3), "session-2")
    gone = at(ready(Kind.CANCELLED), MONDAY + timedelta(minutes=3, seconds=1), "session-2")
    assert planned["uid"] == moved["uid"] == gone["uid"]
    assert planned["sequence"] < moved["sequence"] < gone["sequence"] < 2**31
    assert (planned["status"], gone["status"]) == ("CONFIRMED", "CANCELLED")
    assert gone["attendee"] == "mailto:senior@x.example"
    assert "attendee" not in planned, "an entry that is published asks nobody"


def test_before_there_were_letters_a_clock_that_stands_makes_the_first_version() -> None:
    assert at(ready(Kind.MOVED), datetime(2019, 12, 31, tzinfo=UTC), "session-2")["sequence"] == 0


@pytest.mark.parametrize("language", languages())
def test_whoever_looks_into_a_calendar_learns_of_no_partner_and_no_programme(language: str) -> None:
    [part] = written(ready(Kind.PLANNED, language=language))[0].iter_attachments()
    payload = part.get_payload(decode=True)
    assert isinstance(payload, bytes)
    text = payload.decode().replace("\r\n ", "")
    assert "CLASS:PRIVATE" in text
    assert "SUMMARY:" in text
    for private in ("Ada", "Byron", "Blaise", "Spring", "pair"):
        assert private not in text
    assert "URL:https://mentoring.example.com/sessions/our/session-2" in text


def test_where_nothing_was_to_come_nothing_is_brought() -> None:
    of = ready(Kind.LEFT)
    assert list(written(of)[0].iter_attachments()) == []
    assert list(written(replace(of, card=None))[0].iter_attachments()) == []
