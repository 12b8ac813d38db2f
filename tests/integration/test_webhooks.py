"""Webhooks out of the real database: heard once, told once by two replicas, forgotten with whom they are about."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from services.registration import handlers
from services.registration.calling.courier import Courier
from services.registration.calling.tidying import Tidier
from services.registration.webhooks.asking import hearing
from services.registration.webhooks.delivery import KEPT, Delivery, Fate, Standing
from shared.delivery.inbox import Inbox
from shared.domain.handlers import heard
from shared.domain.work import Unit
from shared.language.envelope import Origin
from shared.language.registration import ParticipantErased, ParticipantTrained
from shared.loops import Pulse
from shared.running.alone import Alone
from shared.store.store import Store
from shared.telemetry.metrics import Telemetry
from tests.support.backends import Mongo
from tests.support.hooks import Receiver, endpoint, receiver
from tests.support.memory import Stopped
from tests.unit.registration.webhooks.test_desk import NOW, WAITING
from tests.unit.shared.samples import NOW as WHEN
from tests.unit.shared.samples import record, row

PEOPLE = 30


class World:
    """A database, an endpoint, and as many replicas as one likes."""

    def __init__(self, url: str, name: str, there: Receiver) -> None:
        self.clock, self.there, self.endpoint = Stopped(NOW), there, endpoint(there.url)
        self._url, self._name = url, name
        self.stores: list[Store] = []
        self.store = self.another_store()

    def another_store(self) -> Store:
        self.stores.append(Store(self._url, self._name, Origin("registration", "test"), self.clock))
        return self.stores[-1]

    def replica(self) -> Alone:
        store = self.another_store()
        return Alone(store, Courier(store, self.endpoint, Pulse()))


@pytest.fixture
async def world(mongodb: Mongo, database_name: str) -> AsyncIterator[World]:
    async with receiver() as there:
        one = World(mongodb.url, database_name, there)
        await one.store.prepare((Delivery, Standing))
        yield one
        for store in one.stores:
            await store.close()


async def test_what_is_heard_again_is_told_once_and_who_is_erased_leaves_nothing(world: World) -> None:
    events = [ParticipantTrained(programme_id="spring", participant_id=f"p-{number}") for number in range(PEOPLE)]
    records = [record(row(event)) for event in events]
    inbox = Inbox(world.store, hearing([world.endpoint]), Telemetry("registration", "test"))
    await inbox.prepare()
    world.clock.moment = WHEN
    for _ in range(2):
        await inbox.take(records)
    assert await world.store.count(Delivery, {}) == PEOPLE

    replicas = [world.replica() for _ in range(2)]

    async def work(replica: Alone) -> None:
        while len(world.there.got) < PEOPLE:
            await replica.step()

    await asyncio.wait_for(asyncio.gather(*map(work, replicas)), 60)
    told = [got.headers["webhook-id"] for got in world.there.got]
    assert len(told) == len(set(told)) == PEOPLE

    erased = ParticipantErased(programme_id="spring", participant_id="p-0")

    async def erase(unit: Unit) -> None:
        for handler in heard(handlers):
            if handler.call is handlers.participant_erased.call:
                await handler.handle(erased, unit)

    await world.store.run(erase)
    assert await world.store.count(Delivery, {}) == PEOPLE - 1


async def test_what_ended_long_ago_is_forgotten(world: World) -> None:
    old = WAITING.sent(NOW - KEPT - timedelta(seconds=1), "204")

    async def save(unit: Unit) -> None:
        unit.save(old)

    await world.store.run(save)
    await Tidier(world.store, [world.endpoint]).tidy()
    assert await world.store.count(Delivery, {"fate": Fate.SENT.value}) == 0
