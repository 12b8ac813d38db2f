"""All four services on one database with as many people as a large programme has, and pairs, sessions, proposals."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

from fastapi import FastAPI

from services.feedback.momentum.momentum import Meeting, Momentum
from services.matching.markets.outcome import Alternative, Door, LeftOver, Opening
from services.matching.members.member import Member
from services.matching.pairs.pair import Pair, PairState
from services.matching.rounds.report import Place, place_id
from services.matching.rules.rules import HARD
from services.registration.board.card import AtRisk, PairCard
from services.registration.board.card import Meeting as CardMeeting
from services.registration.people.participant import Participant, Standing
from services.registration.people.person import Person
from services.sessions.people.participant import Participant as Attendee
from services.sessions.series.session import Session
from shared.domain.aggregate import Aggregate
from shared.domain.clock import SystemClock
from shared.domain.pieces import chunks
from shared.language.matching import Criterion
from shared.language.profile import Profile
from shared.language.sessions import Outcome
from shared.language.terms import Role
from shared.store.documents import to_document
from tests.support.apps import person
from tests.support.asking import ISSUER
from tests.support.backends import Mongo
from tests.support.seeds import PROGRAMME, ROUND, TERMS, profile, seeded

NOW = SystemClock().now()
RULES = [rule.code for rule in HARD]
WAITING = {"waiting_since": NOW, "waiting_because": (RULES[0], RULES[1]), "changed_at": NOW}


def _profile(number: int) -> Profile:
    role, country = ("mentor", "mentee")[number % 2], ("FR", "GB")[number // 2 % 2]
    more = {"interests": [f"interest {n}" for n in range(8)], "managers": [person(f"e-m{n}") for n in range(6)]}
    return Profile.model_validate({**profile(role, country), **more})


async def _put(app: FastAPI, aggregates: Iterable[Aggregate]) -> None:
    for chunk in chunks(aggregates, 1000):
        documents = [{**to_document(each), "_revision": 1, "_said": 0} for each in chunk]
        await app.state.store.collection(type(chunk[0])).insert_many(documents)


def _people(many: int) -> Iterable[tuple[str, str, Profile]]:
    profiles = [_profile(number) for number in range(4)]
    for number in range(many):
        yield f"crowd-{number:05}", person(f"e-crowd-{number}"), profiles[number % 4]


def _couples(many: int) -> Iterable[tuple[str, str, str]]:
    for number in range(0, many, 2):
        yield f"pair-{number:05}", f"crowd-{number:05}", f"crowd-{number + 1:05}"


def _pair(pair_id: str, mentor_id: str, mentee_id: str) -> Pair:
    other = Alternative(partner_id=mentee_id, score=70, people=0, points=3)
    return Pair(
        id=pair_id,
        programme_id=PROGRAMME,
        round_id=ROUND,
        mentor_id=mentor_id,
        mentee_id=mentee_id,
        countries=("FR", "GB"),
        score=80,
        criteria=tuple(Criterion(rule=rule, points=8) for rule in TERMS.pairing.weights.model_dump()),
        teaches=("the-web",),
        mentors_alternative=other,
        mentees_alternative=replace(other, partner_id=mentor_id),
        state=PairState.FORMED,
        formed_at=NOW,
    )


def _place(participant_id: str) -> Place:
    doors = tuple(Door(rule=rule, closed=40, alone=2) for rule in RULES)
    openings = (Opening(rule="language", value="fr", doors=9), Opening(rule="topic", value="the-web", doors=4))
    left = LeftOver(because=(RULES[0], RULES[1]), open_doors=3, doors=doors, openings=openings)
    return Place(
        id=place_id(ROUND, participant_id), round_id=ROUND, participant_id=participant_id, attempt=0, left_over=left
    )


def _sessions(couple: tuple[str, str, str]) -> Iterable[dict[str, Any]]:
    pair_id, mentor_id, mentee_id = couple
    for number in range(1, 5):
        starts_at = NOW.replace(microsecond=0) + timedelta(days=7 * number, minutes=int(pair_id[-4:]))
        yield {
            "id": f"session-{pair_id}-{number}",
            "programme_id": PROGRAMME,
            "pair_id": pair_id,
            "mentor_id": mentor_id,
            "mentee_id": mentee_id,
            "number": number,
            "starts_at": starts_at,
            "ends_at": starts_at + timedelta(minutes=30),
            "confirm_within_days": 3,
        }


async def _registration(app: FastAPI, many: int) -> None:
    await _put(
        app, (Person(id=of, name="Name", email=f"{who}@x.example", employee_id=who) for who, of, _ in _people(many))
    )
    await _put(
        app,
        (
            Participant(id=who, programme_id=PROGRAMME, person_id=of, profile=known, state=Standing.TRAINED)
            for who, of, known in _people(many)
        ),
    )
    meetings = {
        couple: tuple(
            CardMeeting(
                session_id=each["id"], number=each["number"], starts_at=each["starts_at"], outcome=Outcome.SCHEDULED
            )
            for each in _sessions(couple)
        )
        for couple in _couples(many)
    }
    await _put(
        app,
        (
            PairCard(
                id=pair_id,
                programme_id=PROGRAMME,
                mentor_id=mentor_id,
                mentee_id=mentee_id,
                meetings=of_it,
                at_risk=AtRisk(since=NOW, sessions_lost=2),
                broken=(RULES[0],),
            )
            for (pair_id, mentor_id, mentee_id), of_it in meetings.items()
        ),
    )


async def _matching(app: FastAPI, many: int) -> None:
    await _put(
        app,
        (
            Member(
                id=who,
                programme_id=PROGRAMME,
                person_id=of,
                profile=known,
                waiting_since=NOW,
                waiting_because=(RULES[0], RULES[1]),
                changed_at=NOW,
            )
            for who, of, known in _people(many)
        ),
    )
    await _put(app, (_pair(*couple) for couple in _couples(many)))
    await _put(app, (_place(who) for who, _, _ in _people(many)))


async def _sessions_of(app: FastAPI, many: int) -> None:
    await _put(
        app,
        (
            Attendee(
                id=who,
                programme_id=PROGRAMME,
                person_id=of,
                role=Role(known.role),
                country=known.country,
                time_zone=known.time_zone,
                working_hours=known.working_hours,
            )
            for who, of, known in _people(many)
        ),
    )
    await _put(app, (Session(**each) for couple in _couples(many) for each in _sessions(couple)))


async def _feedback(app: FastAPI, many: int) -> None:
    meetings = {
        couple: tuple(
            Meeting(
                session_id=each["id"],
                number=each["number"],
                starts_at=each["starts_at"],
                outcome=Outcome.MISSED,
                lost=True,
            )
            for each in _sessions(couple)
        )
        for couple in _couples(many)
    }
    await _put(
        app,
        (
            Momentum(
                id=pair_id,
                programme_id=PROGRAMME,
                mentor_id=mentor_id,
                mentee_id=mentee_id,
                meetings=of_it,
                in_a_row=4,
                at_risk=True,
            )
            for (pair_id, mentor_id, mentee_id), of_it in meetings.items()
        ),
    )


@asynccontextmanager
async def crowded(mongodb: Mongo, prefix: str, many: int) -> AsyncIterator[dict[str, FastAPI]]:
    """Service → application, of the programme of ``seeds`` with that many people more."""
    async with seeded(ISSUER, mongodb, prefix) as apps:
        await _registration(apps["registration"], many)
        await _matching(apps["matching"], many)
        await _sessions_of(apps["sessions"], many)
        await _feedback(apps["feedback"], many)
        yield apps
