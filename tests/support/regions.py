"""Two stacks side by side, and a search through everything one of them holds."""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from bson.raw_bson import RawBSONDocument
from confluent_kafka.admin import AdminClient
from pymongo import MongoClient

from deploy.local.kafka import ADMIN_SECONDS
from deploy.local.mongod import Mongod
from deploy.local.program import CannotStart
from deploy.local.scenario.drawing.people import Person
from deploy.local.scenario.playing.gateway import Identity, participant
from deploy.local.scenario.playing.opening import participants
from deploy.local.scenario.playing.player import CLOCK_SPREADS
from deploy.local.scenario.playing.settle import settle
from deploy.local.scenario.playing.stage import Stage
from shared.domain.people import person_id
from tests.support.apache_kafka import ApacheKafka
from tests.support.backends import Kafka, Mongo, create_our_topics, real_required
from tests.support.mirror_maker import MirrorMaker
from tests.support.reading import read

MINUTE = timedelta(minutes=1)
COMMENT = "a comment like no other"
KEY = "for tests only, no secret"
OFFICE = Identity(employee_id="group-office", roles=frozenset({"manager"}), countries=frozenset({"*"}))
"""Whoever sees the whole group."""


@contextmanager
def another_kafka_and_mongodb(directory: Path) -> Iterator[tuple[Kafka, Mongo]]:
    """Those of another region; empty but for the topics."""
    with ApacheKafka(directory / "kafka") as kafka, Mongod(directory / "mongodb") as mongod:
        create_our_topics(kafka.bootstrap_servers)
        yield Kafka("another one", True, kafka), Mongo("another one", mongod)


@contextmanager
def mirrored(directory: Path, source: Kafka, target: Kafka) -> Iterator[None]:
    """What may cross regions does; without MirrorMaker the test is skipped, or fails if the run is to skip nothing."""
    maker = MirrorMaker(directory, source.bootstrap_servers, target.bootstrap_servers)
    try:
        maker.start()
    except CannotStart as problem:
        (pytest.fail if real_required() else pytest.skip)(str(problem))
    try:
        yield
    finally:
        maker.stop()


def _oneself(person: Person) -> Identity:
    return participant(person.employee_id, person.profile.country)


async def moved(stage: Stage, moment: datetime) -> None:
    """It is then, for every process."""
    stage.clock.move_to(moment)
    await asyncio.sleep(CLOCK_SPREADS)


async def met_once(stage: Stage) -> list[str]:
    """A session is held, both say how it was; returns every trace of everybody who takes part."""
    everybody = await participants(stage)
    sessions = await stage.gateway.all(stage.manager, "sessions", f"{stage.programme}/sessions")
    first = min(sessions, key=lambda one: one["ends_at"])
    await moved(stage, datetime.fromisoformat(first["ends_at"]) + MINUTE)
    session = f"/sessions/{first['session_id']}"
    for nth, side in enumerate(("mentor", "mentee")):
        who = _oneself(everybody[first[side]["participant_id"]][0])
        if nth == 0:
            await stage.gateway.ask(who, "POST", "sessions", f"{session}/held")
            await settle(stage.gateway, stage.operator)
        pulse = {"feeling": 4, "useful": 5, "comment": COMMENT}
        await stage.gateway.ask(who, "POST", "feedback", f"{session}/pulse", json=pulse)
    people = [person for person, _ in everybody.values()]
    return [
        COMMENT,
        *everybody,
        *{one["session_id"] for one in sessions},
        *{one["pair_id"] for one in sessions},
        *(trace for one in people for trace in (one.employee_id, one.name, one.email, person_id(one.employee_id, KEY))),
    ]


def found_in_databases(mongodb: Mongo, traces: Iterable[str], prefix: str = "") -> dict[str, str]:
    """Trace → where it stands in any document of any database whose name starts so, as bytes."""
    found: dict[str, str] = {}
    with MongoClient[RawBSONDocument](mongodb.url, document_class=RawBSONDocument) as client:
        for database in (name for name in client.list_database_names() if name.startswith(prefix)):
            for collection in client[database].list_collection_names():
                content = b"".join(document.raw for document in client[database][collection].find())
                found |= _found(content, traces, f"{database}.{collection}")
    return found


def found_in_topics(kafka: Kafka, traces: Iterable[str]) -> dict[str, str]:
    """Trace → where it stands in any record of any topic, those of others too."""
    with AdminClient({"bootstrap.servers": kafka.bootstrap_servers}) as admin:
        topics = list(admin.list_topics(timeout=ADMIN_SECONDS).topics)
    found: dict[str, str] = {}
    for record in read(kafka.bootstrap_servers, topics):
        headers = b" ".join(value or b"" for _, value in record.headers)
        found |= _found(b" ".join((record.key or b"", record.value or b"", headers)), traces, record.topic)
    return found


def found_in_logs(directory: Path, traces: Iterable[str]) -> dict[str, str]:
    """Trace → the log of a service it stands in."""
    found: dict[str, str] = {}
    for log in directory.glob("*.log"):
        found |= _found(log.read_bytes(), traces, log.name)
    return found


def _found(content: bytes, traces: Iterable[str], where: str) -> dict[str, str]:
    return {trace: where for trace in traces if trace.encode() in content}


async def group_of(stage: Stage) -> Any:
    """What the group's office sees there."""
    return await stage.gateway.get(OFFICE, "feedback", "/group")
