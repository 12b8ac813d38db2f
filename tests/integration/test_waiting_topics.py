"""A topic that is missing or too small for a record holds up its own events, and nobody else's."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import KafkaTimeoutError
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._config import AlterConfigOpType, ConfigEntry, ConfigResource
from confluent_kafka.admin._resource import ResourceType
from fastapi import APIRouter
from prometheus_client.parser import text_string_to_metric_families

from deploy.local.issuer import Issuer
from deploy.local.kafka import ADMIN_SECONDS, wait_for_topics
from shared.delivery.dead_letters import dead_letter
from shared.delivery.outbox import Outbox
from shared.delivery.replays.confirmed import Confirmed
from shared.domain.work import Unit
from shared.kafka.connection import start_producer
from shared.language.envelope import Origin, Record
from shared.language.everybody import ReplayRequested
from shared.language.sessions import SessionHeld, SessionMissed, SessionScheduled
from shared.language.streams import Event, Stream
from shared.loops import Pulse
from shared.running.running import Running
from shared.service import Service
from shared.store.store import Store
from shared.telemetry.metrics import Telemetry
from tests.support import ledger
from tests.support.apps import new_issuer, settings_for
from tests.support.backends import Kafka, Mongo, create_our_topics
from tests.support.ledger import Entry, event, row
from tests.support.reading import read, write
from tests.support.serving import serving, until

pytestmark = pytest.mark.real

SESSIONS, REQUESTS = Stream.SESSIONS.value, Stream.REPLAY_REQUESTS.value
LETTERS = Stream.SESSIONS.dead_letters
LEDGER = Service("ledger", (), ledger, APIRouter(), (ledger.Entry, ledger.Receipt))


@pytest.fixture
def pulse(monkeypatch: pytest.MonkeyPatch) -> Pulse:
    monkeypatch.setattr("shared.delivery.relaying.waiting.LONGEST", 0.3)
    return Pulse()


@pytest.fixture
async def outbox(store: Store, fresh_kafka: Kafka, telemetry: Telemetry, pulse: Pulse) -> AsyncIterator[Outbox]:
    settings = settings_for(new_issuer(), kafka_bootstrap_servers=fresh_kafka.bootstrap_servers)
    confirmed = Confirmed(store, [Stream.SESSIONS.value], telemetry)
    outbox = Outbox(store, partial(start_producer, settings, "ledger"), telemetry, pulse, confirmed)
    await outbox.prepare()
    yield outbox
    await outbox.stop()


@pytest.fixture
def admin(fresh_kafka: Kafka) -> AdminClient:
    return AdminClient({"bootstrap.servers": fresh_kafka.bootstrap_servers})


async def decide(store: Store, *events: Event) -> None:
    async def work(unit: Unit) -> None:
        for said in events:
            entry = await unit.find(Entry, said.subject) or Entry(id=said.subject)
            unit.save(entry.raising(said))

    await store.run(work)


def another(nth: int) -> ReplayRequested:
    """Said to a topic of its own."""
    return ReplayRequested(request_id=f"r-{nth}-{uuid4()}", wanted=Stream.PAIRS, since=datetime(2026, 1, 1, tzinfo=UTC))


async def written(kafka: Kafka, topic: str) -> list[Any]:
    return await asyncio.to_thread(read, kafka.bootstrap_servers, [topic])


async def publish_all(outbox: Outbox, but: int = 0) -> None:
    """Until no more than so many wait; raises TimeoutError after a long while."""
    async with asyncio.timeout(60):
        while await outbox.pending() > but:
            await outbox.publish()
            await asyncio.sleep(0.02)


def delete(admin: AdminClient, topic: str) -> None:
    admin.delete_topics([topic], operation_timeout=ADMIN_SECONDS)[topic].result(ADMIN_SECONDS)
    wait_for_topics(admin, lambda served: topic not in served)


def make_room(admin: AdminClient, topic: str, largest: int) -> None:
    """So many bytes a batch of records may have from now on."""
    entry = ConfigEntry("max.message.bytes", str(largest), incremental_operation=AlterConfigOpType.SET)
    resource = ConfigResource(ResourceType.TOPIC, topic, incremental_configs=[entry])
    admin.incremental_alter_configs([resource])[resource].result(ADMIN_SECONDS)
    until = time.monotonic() + ADMIN_SECONDS
    while admin.describe_configs([resource])[resource].result(ADMIN_SECONDS)["max.message.bytes"].value != str(largest):
        assert time.monotonic() < until, "the broker does not follow its controller"
        time.sleep(0.05)


@pytest.mark.parametrize("known", [True, False], ids=["in use", "never seen"])
async def test_a_deleted_topic_holds_up_no_other_and_is_made_good_in_order(
    store: Store, outbox: Outbox, fresh_kafka: Kafka, pulse: Pulse, admin: AdminClient, known: bool
) -> None:
    if known:
        await decide(store, event(SessionScheduled, "earlier"), another(0))
        await publish_all(outbox)
    await asyncio.to_thread(delete, admin, SESSIONS)
    await decide(store, event(SessionScheduled, "s"), another(1), event(SessionMissed, "s"), another(2))
    await publish_all(outbox, but=2)
    await decide(store, event(SessionHeld, "s"), another(3))
    await publish_all(outbox, but=3)

    assert pulse.delays == {f"outbox {SESSIONS}": "is not there"}
    assert {topic: messages for topic, (messages, _) in (await outbox.waiting()).items()} == {SESSIONS: 3}
    said = [record.header("ce_subject")[:3] for record in await written(fresh_kafka, REQUESTS)]
    assert said == ["r-0"] * known + ["r-1", "r-2", "r-3"]

    await asyncio.to_thread(create_our_topics, fresh_kafka.bootstrap_servers)
    await publish_all(outbox)
    assert [record.header("ce_version") for record in await written(fresh_kafka, SESSIONS)] == ["1", "2", "3"]
    assert (pulse.delays, await outbox.waiting()) == ({}, {})


async def test_a_topic_that_waits_does_not_fill_the_window(
    store: Store, outbox: Outbox, fresh_kafka: Kafka, admin: AdminClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.delivery.outbox.TOGETHER", 5)
    await asyncio.to_thread(delete, admin, SESSIONS)
    await decide(store, *(event(SessionScheduled, f"s{n}") for n in range(20)), another(1))
    await publish_all(outbox, but=20)
    assert len(await written(fresh_kafka, REQUESTS)) == 1


async def test_one_without_a_leader_does_not_fill_the_window(
    store: Store, outbox: Outbox, fresh_kafka: Kafka, pulse: Pulse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """aiokafka tries it again for ever, so a future that never comes stands for it: one node cannot be without one."""
    monkeypatch.setattr("shared.delivery.outbox.TOGETHER", 5)
    monkeypatch.setattr("shared.kafka.publisher.PATIENCE", 1.5)
    send = AIOKafkaProducer.send_batch

    async def leaderless(producer: AIOKafkaProducer, batch: Any, topic: str, *, partition: int) -> Any:
        if topic == SESSIONS:
            return asyncio.get_running_loop().create_future()
        return await send(producer, batch, topic, partition=partition)

    monkeypatch.setattr(AIOKafkaProducer, "send_batch", leaderless)
    await decide(store, *(event(SessionScheduled, f"s{n}") for n in range(20)), another(1))
    await publish_all(outbox, but=20)
    assert len(await written(fresh_kafka, REQUESTS)) == 1
    assert pulse.delays == {f"outbox {SESSIONS}": "does not answer"}


async def test_where_no_broker_answers_either_it_is_kafka_that_is_away(
    store: Store, outbox: Outbox, pulse: Pulse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.kafka.publisher.PATIENCE", 1.5)
    await decide(store, another(0))
    await publish_all(outbox)

    def never(*_: Any, **__: Any) -> asyncio.Future[Any]:
        return asyncio.get_running_loop().create_future()

    async def sent(*_: Any, **__: Any) -> asyncio.Future[Any]:
        return never()

    monkeypatch.setattr(AIOKafkaProducer, "send_batch", sent)
    monkeypatch.setattr(AIOKafkaClient, "force_metadata_update", never)
    await decide(store, another(1))
    with pytest.raises(KafkaTimeoutError):
        await outbox.publish()
    assert (await outbox.pending(), pulse.delays) == (1, {})


async def test_a_topic_that_is_published_while_it_is_counted_waits_no_longer(
    store: Store, outbox: Outbox, admin: AdminClient, fresh_kafka: Kafka, monkeypatch: pytest.MonkeyPatch
) -> None:
    await asyncio.to_thread(delete, admin, SESSIONS)
    await decide(store, event(SessionScheduled, "s"))
    await outbox.publish()
    assert SESSIONS in await outbox.waiting()
    await asyncio.to_thread(create_our_topics, fresh_kafka.bootstrap_servers)
    oldest = outbox._oldest

    async def meanwhile(which: dict[str, Any]) -> datetime | None:
        found = await oldest(which)
        await publish_all(outbox)
        return found

    monkeypatch.setattr(outbox, "_oldest", meanwhile)
    assert await outbox.waiting() == {}


def letter(key: bytes | None, nth: int, size: int) -> Record:
    return Record(SESSIONS, 0, nth, 1, key, b"x" * size, [("nth", str(nth).encode())])


async def died(store: Store, *records: Record) -> None:
    unit = store.unit()
    for record in records:
        unit.rows.append(dead_letter(record, None, "not-json", Origin("ledger", "test"), datetime.now(UTC)))
    await unit.commit()


async def test_a_record_too_large_for_its_topic_holds_up_its_own_key_alone(
    store: Store, outbox: Outbox, fresh_kafka: Kafka, pulse: Pulse, admin: AdminClient
) -> None:
    await asyncio.to_thread(make_room, admin, LETTERS, 2000)
    small = [letter(f"k{n}".encode(), n, 300) for n in range(20)]
    large = [letter(b"large", 100, 5000), letter(b"huge", 101, 9000), letter(None, 102, 6000)]
    behind = [letter(b"large", 103, 10), letter(None, 104, 10)]
    await died(store, *small[:10], *large, *behind, *small[10:])
    await decide(store, event(SessionScheduled, "s"), another(1))
    late = {100, 101, 102} | await _rows_after(store, {103}, {100})
    await publish_all(outbox, but=len(late))

    assert pulse.delays == {f"outbox {LETTERS}": "takes no record as large as one of 3 that wait"}
    assert {int(record.header("nth")) for record in await written(fresh_kafka, LETTERS)} == (
        {*range(20), 103, 104} - late
    )
    assert len(await written(fresh_kafka, REQUESTS)) == len(await written(fresh_kafka, SESSIONS)) == 1

    await asyncio.to_thread(make_room, admin, LETTERS, 7000)
    await publish_all(outbox, but=1)
    assert pulse.delays == {f"outbox {LETTERS}": "takes no record as large as one of 1 that wait"}
    await asyncio.to_thread(make_room, admin, LETTERS, 8_000_000)
    await publish_all(outbox)
    assert pulse.delays == {}
    assert sorted(int(record.header("nth")) for record in await written(fresh_kafka, LETTERS)) == [
        *range(20),
        *range(100, 105),
    ]


async def _rows_after(store: Store, these: set[int], those: set[int]) -> set[int]:
    """Of these, the ones whose rows come after one of those: dead letters have ids that tell no time."""
    order = [
        int(dict(row["headers"])["nth"]) async for row in store.db["outbox"].find({"dead_letter": True}).sort("_id")
    ]
    return {nth for nth in these if any(order.index(nth) > order.index(other) for other in those)}


async def test_no_more_is_read_at_once_than_there_is_room_for(
    store: Store, outbox: Outbox, fresh_kafka: Kafka, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.delivery.outbox.BYTES", 5000)
    await died(store, *(letter(f"k{n}".encode(), n, 1000) for n in range(12)))
    assert [await outbox.publish() for _ in range(4)] == [5, 5, 2, 0]
    await died(store, letter(b"large", 100, 9000), letter(b"larger", 101, 9000))
    assert [await outbox.publish() for _ in range(3)] == [1, 1, 0]
    assert len(await written(fresh_kafka, LETTERS)) == 14


async def test_a_service_stays_ready_and_tells_what_waits(
    fresh_kafka: Kafka, mongodb: Mongo, database_name: str, tmp_path: Path, admin: AdminClient, pulse: Pulse
) -> None:
    feedback = Stream.FEEDBACK.value
    async with serving(LEDGER, Issuer(tmp_path), fresh_kafka, mongodb, database_name) as (app, client):
        running: Running = app.state.running
        await asyncio.to_thread(delete, admin, feedback)
        held = [row(event(SessionScheduled, "s"), 1), row(event(SessionHeld, "s"), 2)]
        died = [row(event(SessionScheduled, "t"), 1), row(event(SessionMissed, "t", 13), 2)]
        records = [(said.topic, said.key, said.value, said.headers) for said in (*held, *died)]
        await asyncio.to_thread(write, fresh_kafka.bootstrap_servers, records)

        async def waits() -> bool:
            return running.pulse.delays == {f"outbox {feedback}": "is not there"}

        async def published(events: int) -> bool:
            return await running.outbox.pending() == 1 and len(await written(fresh_kafka, LETTERS)) == events

        async def waiting() -> float:
            shown = text_string_to_metric_families((await client.get("/metrics")).text)
            [family] = [family for family in shown if family.name == "telemachus_outbox_waiting_messages"]
            return next(sample.value for sample in family.samples if sample.labels["topic"] == feedback)

        await until(waits)
        await until(lambda: published(1))
        ready = await client.get("/health/ready")
        assert (ready.status_code, ready.json()) == (
            200,
            {"ready": True, "because": {}, "obstacles": {}, "delayed": {f"outbox {feedback}": "is not there"}},
        )
        assert await waiting() == 1

        await asyncio.to_thread(create_our_topics, fresh_kafka.bootstrap_servers)

        async def all_of_it() -> bool:
            return await running.outbox.pending() == 0 and not running.pulse.delays

        await until(all_of_it)
        assert len(await written(fresh_kafka, feedback)) == 1
        assert await waiting() == 0
