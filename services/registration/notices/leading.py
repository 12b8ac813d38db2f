"""Letters to the contacts of a programme: its week in five figures, and, plainly, that pairs need help."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from services.registration.notices.asking import Post
from services.registration.notices.kinds import Kind
from services.registration.notices.letter import Facts, Letter, letter_id
from services.registration.programmes.contact import Contact
from services.registration.programmes.programme import Programme, Stage

RUNNING = frozenset({Stage.OPEN, Stage.CLOSED})
WEEK = timedelta(days=7)


def monday_of(now: datetime) -> date:
    """Which Monday's figures are to be asked for: from Sunday on the next one's, for somewhere it has begun."""
    tomorrow = (now + timedelta(days=1)).date()
    return tomorrow - timedelta(days=tomorrow.weekday())


def is_told_of(programme: Programme, now: datetime) -> bool:
    """Whether anything happens in it that contacts are told of."""
    return programme.state in RUNNING and not programme.is_over(now)


def of_week(programme: Programme, now: datetime) -> Post:
    """Figures of the week before, for whoever wants them."""
    if not is_told_of(programme, now):
        return Post()
    monday = monday_of(now)
    return Post(tuple(_figures(programme, each, monday, now) for each in programme.contacts if each.weekly))


def of_alarms(programme: Programme, at: datetime) -> Post:
    """A pair is losing its momentum: all of a day are told together, the next morning."""
    return Post(tuple(_alarms(programme, each, at) for each in programme.contacts))


def together(posts: Iterable[Post]) -> Post:
    """All of these in one."""
    return Post(tuple(letter for post in posts for letter in post.asks))


def _figures(programme: Programme, contact: Contact, monday: date, now: datetime) -> Letter:
    since, until = contact.begin_of(monday - WEEK), contact.begin_of(monday)
    facts: Facts = {"since": since.isoformat(), "until": until.isoformat()}
    return _letter(Kind.WEEK, programme, contact, monday, now, facts)


def _alarms(programme: Programme, contact: Contact, at: datetime) -> Letter:
    return _letter(Kind.ALARMS, programme, contact, contact.day_of(at) + timedelta(days=1), at, {})


def _letter(kind: Kind, programme: Programme, contact: Contact, day: date, at: datetime, facts: Facts) -> Letter:
    """One that goes in the first working hours from that day on."""
    reader, begins = contact.id, contact.begin_of(day)
    return Letter(
        id=letter_id(kind, programme.id, reader, day.isoformat()),
        kind=kind,
        programme_id=programme.id,
        participant_id=reader,
        subject=programme.id,
        facts=facts,
        asked_at=at,
        to_go_at=begins,
        due_at=begins,
    )
