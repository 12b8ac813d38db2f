"""What becomes of webhooks: told once and noted, tried again, given up, stopped; and one endpoint holds up no other."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest

from services.registration import handlers
from services.registration.calling import courier
from services.registration.calling.courier import AT_ONCE, TOGETHER, Courier
from services.registration.calling.tidying import Tidier
from services.registration.metrics import Metrics
from services.registration.webhooks.delivery import IN_HAND, KEPT, PAUSES, Because, Delivery, Fate, Standing
from services.registration.webhooks.desk import drop, send_again
from shared.domain.endpoints import Endpoint
from shared.language.registration import ParticipantErased
from shared.loops import Pulse
from tests.support.hooks import Received, Receiver, answer, asks_for_rest, endpoint, receiver, says
from tests.support.memory import MemoryStore, hear
from tests.unit.registration.webhooks.test_desk import NOW, WAITING


class Ended(BaseException):
    """Of a process."""


class World:
    """A database, an endpoint, and as many replicas as one likes."""

    def __init__(self, there: Receiver) -> None:
        self.there, self.pulse = there, Pulse()
        self.endpoint = endpoint(there.url)
        self.store = MemoryStore(WAITING, now=NOW)

    def another(self, of: Endpoint | None = None) -> Courier:
        return Courier(self.store, of or self.endpoint, self.pulse)

    async def at(self, now: datetime) -> Delivery:
        self.store.stopped.moment = now
        await self.another().deliver()
        return await self.one()

    async def one(self) -> Delivery:
        [found] = await self.store.all(Delivery, {"_id": WAITING.id})
        return found

    async def keep(self, *deliveries: Delivery) -> None:
        async def save(unit: Any) -> None:
            for each in deliveries:
                unit.save(each)

        await self.store.run(save)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with receiver() as there:
        yield World(there)


async def test_it_is_told_once_and_noted(world: World) -> None:
    found = await world.at(NOW)
    assert (found.fate, found.answer, found.due_at, found.ended_at) == (Fate.SENT, "204", None, NOW)
    await world.at(NOW + timedelta(days=1))
    assert len(world.there.got) == 1


async def test_what_is_not_taken_is_tried_as_standard_webhooks_suggests_and_given_up(world: World) -> None:
    world.there.answers = says(500)
    pauses, found = [], await world.at(NOW)
    while found.waits:
        assert found.due_at and found.answer == "500"
        pauses.append(found.due_at - world.store.stopped.moment)
        found = await world.at(found.due_at)
        assert len(pauses) < 20
    assert tuple(pauses) == PAUSES
    assert (found.fate, found.because, found.attempts) == (Fate.GIVEN_UP, Because.NOT_TAKEN, len(PAUSES) + 1)
    assert len({got.headers["webhook-id"] for got in world.there.got}) == 1


async def test_it_goes_on_when_the_endpoint_comes_back(world: World) -> None:
    world.there.answers = says(503, 200)
    await world.at(NOW)
    assert world.pulse.delays == {"webhooks:chat": "503"}
    assert (await world.at(NOW + PAUSES[0])).fate is Fate.SENT
    assert world.pulse.delays == {}


async def test_an_endpoint_that_asks_for_rest_is_left_alone_with_all_that_waits_for_it(world: World) -> None:
    world.there.answers = asks_for_rest(429, "600")
    await world.keep(replace(WAITING, id="later", due_at=NOW + timedelta(minutes=1)))
    one = world.another()
    await one.deliver()
    for moment in (timedelta(minutes=1), timedelta(seconds=599)):
        world.store.stopped.moment = NOW + moment
        assert await one.deliver() == 0
    assert len(world.there.got) == 1
    world.there.answers = None
    world.store.stopped.moment = NOW + timedelta(seconds=600)
    assert await one.deliver() == 2
    assert {each.fate for each in await world.store.all(Delivery, {})} == {Fate.SENT}


@pytest.mark.parametrize(("asked", "pause"), [("600", timedelta(minutes=10)), ("1", PAUSES[0])])
async def test_also_another_replica_leaves_to_rest_what_was_not_taken(
    world: World, asked: str, pause: timedelta
) -> None:
    world.there.answers = asks_for_rest(503, asked)
    found = await world.at(NOW)
    assert (found.due_at, found.answer, found.attempts) == (NOW + pause, "503", 1)
    await world.at(NOW + pause - timedelta(seconds=1))
    assert len(world.there.got) == 1


async def test_an_endpoint_that_is_there_no_more_is_told_nothing_until_an_operator_says_so(world: World) -> None:
    world.there.answers = says(410)
    await world.keep(
        *(replace(WAITING, id=f"later-{number}", due_at=NOW + timedelta(minutes=1)) for number in range(3))
    )
    found = await world.at(NOW)
    assert (found.fate, found.because, found.answer) == (Fate.GIVEN_UP, Because.STOPPED, "410")
    await world.at(NOW + timedelta(minutes=1))
    assert len(world.there.got) == 1
    assert {each.because for each in await world.store.all(Delivery, {})} == {Because.STOPPED}
    world.there.answers = None
    await world.store.run(lambda unit: send_again(unit, WAITING.id))
    assert (await world.at(NOW + timedelta(minutes=2))).fate is Fate.SENT


async def test_another_address_under_its_name_is_another_endpoint(world: World) -> None:
    await world.keep(Standing(id="chat", address="of another", stopped_at=NOW))  # type: ignore[arg-type]
    assert (await world.at(NOW)).fate is Fate.SENT


async def test_when_the_process_ends_before_it_is_noted_the_same_webhook_goes_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, runs = world.store.run, count(1)

    async def fail(work: Any) -> Any:
        if next(runs) == 2:
            raise Ended
        return await run(work)

    monkeypatch.setattr(world.store, "run", fail)
    with pytest.raises(Ended):
        await world.at(NOW)
    monkeypatch.undo()
    await world.at(NOW + IN_HAND - timedelta(seconds=1))
    assert len(world.there.got) == 1
    assert (await world.at(NOW + IN_HAND)).fate is Fate.SENT
    one, again = world.there.got
    assert one.headers["webhook-id"] == again.headers["webhook-id"]


async def test_when_the_database_is_away_for_a_moment_nothing_goes_twice(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, runs, one = world.store.run, count(1), world.another()

    async def fail(work: Any) -> Any:
        if next(runs) == 2:
            raise ConnectionError
        return await run(work)

    monkeypatch.setattr(world.store, "run", fail)
    with pytest.raises(ConnectionError):
        await one.deliver()
    world.store.stopped.moment = NOW + IN_HAND
    await one.deliver()
    assert len(world.there.got) == 1
    assert (await world.one()).fate is Fate.SENT


async def test_two_replicas_that_both_believe_it_is_theirs_tell_it_once(world: World) -> None:
    await world.keep(*(replace(WAITING, id=f"more-{number}") for number in range(TOGETHER - 1)))
    await asyncio.gather(*(world.another().deliver() for _ in range(3)))
    told = [got.headers["webhook-id"] for got in world.there.got]
    assert len(told) == len(set(told)) == TOGETHER
    assert 1 < world.there.most_under_way <= AT_ONCE * 3


async def test_a_slow_endpoint_holds_up_no_other(world: World) -> None:
    go_on = asyncio.Event()

    async def slowly(_: Received) -> bytes:
        await go_on.wait()
        return answer(204)

    world.there.answers = slowly
    async with receiver() as other:
        second = endpoint(other.url, name="log")
        await world.keep(replace(WAITING, id="event-1_log", endpoint="log"))
        slow = asyncio.create_task(world.another().deliver())
        await asyncio.wait_for(world.another(second).deliver(), 5)
        assert (len(other.got), slow.done()) == (1, False)
        go_on.set()
        await slow


async def test_what_is_dropped_while_it_is_sent_is_noted_as_it_was(world: World) -> None:
    async def meanwhile(_: Received) -> bytes:
        await world.store.run(lambda unit: drop(unit, WAITING.id))
        return answer(500)

    world.there.answers = meanwhile
    assert (await world.at(NOW)).fate is Fate.DROPPED


async def test_of_whom_is_erased_meanwhile_nothing_is_noted(world: World) -> None:
    async def meanwhile(_: Received) -> bytes:
        await hear(world.store, handlers, ParticipantErased(programme_id="spring", participant_id="junior"))
        return answer(204)

    world.there.answers = meanwhile
    await world.another().deliver()
    assert await world.store.ids(Delivery, {}) == []


async def test_it_rests_when_there_is_nothing_to_tell(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    rested: list[float] = []

    async def rest(seconds: float) -> None:
        rested.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", rest)
    await world.another().step()
    assert rested == [courier.LOOK]


async def test_what_ended_long_ago_is_forgotten_and_what_has_no_endpoint_is_given_up(world: World) -> None:
    old = replace(WAITING, id="old").sent(NOW - KEPT - timedelta(seconds=1), "204")
    recent = replace(WAITING, id="recent").sent(NOW - KEPT + timedelta(seconds=1), "204")
    lost = replace(WAITING, id="lost", endpoint="nowhere")
    await world.keep(old, recent, lost)
    assert await Tidier(world.store, [world.endpoint]).tidy() == 1
    found = {each.id: (each.fate, each.because) for each in await world.store.all(Delivery, {})}
    assert found == {
        WAITING.id: (Fate.WAITING, None),
        "recent": (Fate.SENT, None),
        "lost": (Fate.GIVEN_UP, Because.UNKNOWN),
    }


async def test_what_waits_is_counted(world: World) -> None:
    metrics = Metrics()
    await metrics.measure(world.store)
    oldest = metrics.registry.get_sample_value("telemachus_webhooks_oldest_timestamp_seconds")
    assert oldest == WAITING.happened_at.timestamp()
    assert metrics.registry.get_sample_value("telemachus_webhooks", {"fate": "waiting"}) == 1
    await world.at(NOW)
    await metrics.measure(world.store)
    assert metrics.registry.get_sample_value("telemachus_webhooks_oldest_timestamp_seconds") == 0
    assert metrics.registry.get_sample_value("telemachus_webhooks", {"fate": "sent"}) == 1
