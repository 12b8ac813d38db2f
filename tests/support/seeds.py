"""All four services on one database, knowing the same small programme: two people, a pair, its sessions."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from fastapi import FastAPI

from deploy.local.issuer import Issuer
from deploy.services import SERVICES
from services.matching.members.member import Member
from services.matching.pairs.pair import Pair, PairState
from services.matching.rounds.choices import Choices
from services.matching.rounds.report import Report
from services.matching.rounds.round import Round, RoundState
from services.registration.people.participant import Participant
from services.registration.people.person import Person
from services.registration.programmes.programme import Programme, Stage
from services.sessions.series.session import Session
from shared.domain.clock import SystemClock
from shared.language.envelope import Origin, Record
from shared.language.matching import PairFormed
from shared.language.registration import ParticipantRegistered, ProgrammeOpened
from shared.language.sessions import SessionHeld, SessionScheduled
from shared.language.streams import Event
from shared.language.terms import Terms
from shared.store.rows import row_of
from shared.store.unit import Unit
from tests.support.apps import person, settings_for
from tests.support.backends import Mongo
from tests.support.outcomes import outcome_of

PROGRAMME, PAIR, HELD, COMING = "programme-1", "pair-1", "session-held", "session-coming"
ROUND, ANOTHER_ROUND = "round-1", "round-2"
MENTOR, MENTEE = "mentor-1", "mentee-1"
"""Participant ids; the employee ids of the two are the same with an «e-» before them."""
TODAY = SystemClock().now().date()
TERMS = Terms(
    title="Reverse mentoring",
    countries=("FR", "GB"),
    languages=("en",),
    topics=("the-web",),
    starts_on=TODAY,
    ends_on=TODAY + timedelta(days=200),
)


def profile(role: str, country: str) -> dict[str, Any]:
    """Somebody who works in that country."""
    zone = {"FR": "Europe/Paris", "GB": "Europe/London"}[country]
    said = {"role": role, "country": country, "time_zone": zone, "languages": ["en"], "unit": "u", "grade": 3}
    return {**said, "offers": [{"topic": "the-web", "level": 5}]}


def registered(who: str, role: str, country: str) -> ParticipantRegistered:
    said = {"programme_id": PROGRAMME, "participant_id": who, "person_id": person(f"e-{who}")}
    return ParticipantRegistered.model_validate({**said, "profile": profile(role, country)})


OPENED = ProgrammeOpened(programme_id=PROGRAMME, terms=TERMS)
PEOPLE = (registered(MENTOR, "mentor", "FR"), registered(MENTEE, "mentee", "GB"))
FORMED = PairFormed(
    programme_id=PROGRAMME, pair_id=PAIR, mentor_id=MENTOR, mentee_id=MENTEE, round_id=ROUND, score=7, criteria=()
)


def session(kind: type[Event], session_id: str, number: int, days: int, **more: Any) -> Event:
    """Something that happened to a session, so many days from now."""
    starts_at = SystemClock().now().replace(microsecond=0, second=0) + timedelta(days=days)
    times = {"starts_at": starts_at, "ends_at": starts_at + timedelta(minutes=30)}
    of_pair = {"programme_id": PROGRAMME, "pair_id": PAIR, "mentor_id": MENTOR, "mentee_id": MENTEE}
    return kind.model_validate({**of_pair, "session_id": session_id, "number": number, **times, **more})


async def hear(app: FastAPI, *events: Event) -> None:
    """Tell a service, without a broker; the second event of a subject is its second change."""
    told: dict[str, int] = {}
    records = []
    for offset, event in enumerate(events):
        told[event.subject] = told.get(event.subject, 0) + 1
        origin = Origin("elsewhere", "test")
        row = row_of(event, version=told[event.subject], origin=origin, now=SystemClock().now())
        records.append(Record(row.topic, 0, offset, 1, row.key, row.value, row.headers))
    await app.state.running.inbox.take(records)


async def _registration(unit: Unit) -> None:
    unit.save(Programme(id=PROGRAMME, terms=TERMS, state=Stage.OPEN))
    for event in PEOPLE:
        name = event.participant_id
        unit.save(Person(id=event.person_id, name=name, email=f"{name}@company.example", employee_id=f"e-{name}"))
        unit.save(Participant(id=name, programme_id=PROGRAMME, person_id=event.person_id, profile=event.profile))


async def _matching(unit: Unit) -> None:
    pair = Pair(
        id=PAIR,
        programme_id=PROGRAMME,
        round_id=ROUND,
        mentor_id=MENTOR,
        mentee_id=MENTEE,
        countries=("FR", "GB"),
        score=7,
        criteria=(),
        state=PairState.FORMED,
        formed_at=unit.now,
    )
    unit.save(pair)
    for round_id in (ROUND, ANOTHER_ROUND):
        unit.save(
            Round(
                id=round_id,
                programme_id=PROGRAMME,
                requested_at=unit.now,
                choices=Choices(pairing=TERMS.pairing),
                state=RoundState.PROPOSED,
                report=Report.of(outcome_of(), {}),
            )
        )
    unit.save((await unit.get(Member, MENTOR)).paired(PAIR, MENTEE, unit.now))
    unit.save((await unit.get(Member, MENTEE)).paired(PAIR, MENTOR, unit.now))


async def _sessions(unit: Unit) -> None:
    for identity, number, days in ((HELD, 90, -1), (COMING, 91, 30)):
        event = session(SessionScheduled, identity, number, days)
        facts = event.model_dump()
        unit.save(Session(id=facts.pop("session_id"), **facts, confirm_within_days=3))


async def sow(apps: Mapping[str, FastAPI]) -> None:
    """Let each of them know the programme; their databases are prepared."""
    await apps["registration"].state.store.run(_registration)
    await hear(apps["matching"], OPENED, *PEOPLE)
    await apps["matching"].state.store.run(_matching)
    await hear(apps["sessions"], OPENED, *PEOPLE, FORMED)
    await apps["sessions"].state.store.run(_sessions)
    held, coming = session(SessionScheduled, HELD, 90, -1), session(SessionScheduled, COMING, 91, 30)
    met = session(SessionHeld, HELD, 90, -1, confirmed_by="mentor")
    await hear(apps["feedback"], OPENED, *PEOPLE, FORMED, held, coming, met)


@asynccontextmanager
async def seeded(issuer: Issuer, mongodb: Mongo, prefix: str, **told: Any) -> AsyncIterator[dict[str, FastAPI]]:
    """Service → application; there is no broker, so nothing moves by itself. ``told`` are further settings."""
    settings = settings_for(issuer, mongodb_url=mongodb.url, mongodb_database_prefix=prefix, **told)
    apps = {service.name: service.app(settings) for service in SERVICES}
    for service in SERVICES:
        await apps[service.name].state.store.prepare(service.aggregates)
        await apps[service.name].state.running.inbox.prepare()
    await sow(apps)
    yield apps
    for app in apps.values():
        await app.state.store.close()
