"""Kafka, then MongoDB, goes away for twenty seconds in the middle of a programme, while people go on using it."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from deploy.local.scenario.drawing.people import Person
from deploy.local.scenario.playing.gateway import participant
from deploy.local.scenario.playing.opening import opening
from deploy.local.scenario.playing.stage import Stage
from tests.support.backends import Kafka, Mongo
from tests.support.playing import broken, is_sane, play, stage_for
from tests.support.processes import NAMES, Processes

AWAY_SECONDS = 20.0
NOTICED_SECONDS = 90.0
OTHER = "second-call"
"""A programme that takes applications while the first one is played."""

Backend = Kafka | Mongo


@dataclass(frozen=True)
class World:
    """Services, what they need, and the programmes in front of them."""

    processes: Processes
    stage: Stage
    kafka: Kafka
    mongodb: Mongo
    prefix: str

    async def unpublished(self) -> int:
        """What registration has decided and not published."""
        return await asyncio.to_thread(self._count, "registration", "outbox", {"published_at": None})

    async def members(self) -> int:
        """Whom matching knows of in the other programme."""
        return await asyncio.to_thread(self._count, "matching", "members", {"programme_id": OTHER})

    def _count(self, service: str, collection: str, where: dict[str, Any]) -> int:
        with MongoClient[dict[str, Any]](self.mongodb.url) as client:
            return client[f"{self.prefix}_{service}"][collection].count_documents(where)


@pytest.fixture
async def world(fresh_kafka: Kafka, mongodb: Mongo, database_name: str, tmp_path: Path) -> AsyncIterator[World]:
    """A programme with its sessions planned, and another one that takes applications."""
    with Processes(tmp_path, fresh_kafka, mongodb, database_name) as processes:
        async with stage_for("bnp-uk", processes) as stage:
            await opening(stage)
            terms = stage.scenario.terms.model_dump(mode="json")
            ask, manager = stage.gateway.ask, stage.manager
            await ask(manager, "POST", "registration", "/programmes", json={"id": OTHER, "terms": terms})
            await ask(manager, "POST", "registration", f"/programmes/{OTHER}/open")
            yield World(processes, stage, fresh_kafka, mongodb, database_name)


@asynccontextmanager
async def away(backend: Backend) -> AsyncIterator[None]:
    """Without it for the length of the block, and for twenty seconds at least."""
    began = time.monotonic()
    await asyncio.to_thread(backend.stop)
    try:
        yield
        await asyncio.sleep(began + AWAY_SECONDS - time.monotonic())
    finally:
        await asyncio.to_thread(backend.start)


async def apply(stage: Stage, person: Person) -> int:
    """The status of an application to the other programme, asked until there is an answer."""
    who, path = participant(person.employee_id, person.profile.country), f"/programmes/{OTHER}/participants"
    return (await stage.gateway.ask(who, "POST", "registration", path, json=person.application())).status


async def all_say_it_is_away(processes: Processes, name: str, ready: int) -> None:
    """Every service is alive all the time, and says before long whether it is ready, and that this is in its way."""
    silent = set(NAMES)
    async with asyncio.timeout(NOTICED_SECONDS):
        while silent:
            assert await asyncio.gather(*(asyncio.to_thread(processes.alive, one) for one in NAMES)) == [200] * 4
            said = await asyncio.gather(*(asyncio.to_thread(processes.ready, one) for one in sorted(silent)))
            named = [status == ready and name in obstacles for status, obstacles in said]
            silent = {one for one, done in zip(sorted(silent), named, strict=True) if not done}


async def comes_to_a_good_end(world: World, playing: "asyncio.Task[Any]") -> None:
    """All are ready again, the programme ends as it should, and nothing of either programme is lost."""
    await asyncio.to_thread(world.processes.wait_until_ready)
    report = await playing
    assert await broken(world.processes) == []
    assert is_sane(report), report
    assert await world.members() == len(world.stage.scenario.people)


@pytest.mark.real
@pytest.mark.timeout(600)
async def test_without_kafka_people_go_on_and_the_others_hear_of_it_later(world: World) -> None:
    playing = asyncio.create_task(play(world.stage))
    people = world.stage.scenario.people
    async with away(world.kafka):
        statuses = await asyncio.gather(*(apply(world.stage, person) for person in people))
        assert statuses == [201] * len(people)
        assert await world.unpublished() >= len(people)
        assert await world.members() == 0
        await all_say_it_is_away(world.processes, "kafka", ready=200)
    await comes_to_a_good_end(world, playing)


@pytest.mark.real
@pytest.mark.timeout(600)
async def test_without_mongodb_nothing_is_lost_and_whoever_asks_again_is_served(world: World) -> None:
    playing = asyncio.create_task(play(world.stage))
    async with away(world.mongodb):
        applying = [asyncio.create_task(apply(world.stage, person)) for person in world.stage.scenario.people]
        await all_say_it_is_away(world.processes, "mongodb", ready=503)
    assert set(await asyncio.gather(*applying)) <= {200, 201}
    await comes_to_a_good_end(world, playing)
