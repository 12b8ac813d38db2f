"""Builders of what sessions knows."""

from datetime import UTC, date, datetime, timedelta

from services.sessions import handlers
from services.sessions.series.series import Series
from services.sessions.series.session import Session
from shared.language.matching import PairFormed
from shared.language.profile import Profile, WorkingHours
from shared.language.registration import ParticipantRegistered, ProgrammeOpened
from shared.language.streams import Event
from shared.language.terms import Role, Terms, WorkPlan
from tests.support.memory import MemoryStore
from tests.support.memory import hear as heard_by

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
"""A Monday."""


def terms(
    *, starts_on: date = date(2026, 3, 1), ends_on: date = date(2026, 12, 31), plan: WorkPlan | None = None
) -> Terms:
    return Terms(
        title="Reverse mentoring",
        countries=("FR", "GB"),
        languages=("en",),
        topics=("the-web",),
        starts_on=starts_on,
        ends_on=ends_on,
        plan=plan or WorkPlan(),
    )


def opened(programme: Terms | None = None) -> ProgrammeOpened:
    return ProgrammeOpened(programme_id="programme", terms=programme or terms())


def registered(
    participant: str, role: Role, *, zone: str = "Europe/Paris", country: str = "FR", hours: WorkingHours | None = None
) -> ParticipantRegistered:
    profile = Profile(
        role=role,
        country=country,
        time_zone=zone,
        languages=("en",),
        unit="finance",
        grade=3,
        working_hours=hours or WorkingHours(),
    )
    return ParticipantRegistered(
        programme_id="programme", participant_id=participant, person_id=f"person-{participant}", profile=profile
    )


def formed(pair: str = "pair", mentor: str = "mentor", mentee: str = "mentee") -> PairFormed:
    return PairFormed(
        programme_id="programme",
        pair_id=pair,
        mentor_id=mentor,
        mentee_id=mentee,
        round_id="round",
        score=1,
        criteria=(),
    )


PEOPLE = (registered("mentor", Role.MENTOR), registered("mentee", Role.MENTEE, zone="Europe/London", country="GB"))


def scheduled(starts_at: datetime = NOW + timedelta(days=1), minutes: int = 30) -> Session:
    series = Series.of(formed(), count=1, shortfall=None)
    return Session.schedule(series, 1, starts_at, starts_at + timedelta(minutes=minutes), 3)


def empty() -> MemoryStore:
    """A store that knows nothing yet."""
    return MemoryStore(now=NOW)


async def paired() -> MemoryStore:
    """A store that knows of one pair, with a series planned: the mentor in Paris, the mentee in London."""
    store = empty()
    await hear(store, opened(), *PEOPLE, formed())
    return store


async def first(store: MemoryStore) -> Session:
    """The first session of the series."""
    return (await store.all(Session, {}, sort=(("number", 1),)))[0]


def said(store: MemoryStore, kind: type[Event]) -> list[Event]:
    """The events of that kind, in the order they were said in."""
    return [event for event in store.said if isinstance(event, kind)]


async def hear(store: MemoryStore, *events: Event) -> None:
    """Each event in one unit of work, by the handlers that hear it."""
    await heard_by(store, handlers, *events)
