"""A consumer that projects events into documents, against the same done plainly and against the bare database.

(a) a FastStream subscriber that takes one message and makes one insert at a time; (b) transactions of 500 upserts
and 500 inserts and nothing else, the least a batch with inbox could cost.
"""

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiokafka import AIOKafkaProducer
from fastapi import APIRouter
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import InsertOne, UpdateOne

from deploy.local.kafka import create_topics
from shared.domain.clock import SystemClock
from shared.language.sessions import SessionScheduled
from shared.running.garbage import settle
from shared.running.running import Running
from shared.service import Service
from shared.settings import Settings
from shared.store.rows import Row
from tests.bench.conftest import Show
from tests.support import ledger
from tests.support.backends import Kafka, Mongo

EVENTS, PLAINLY, TOGETHER = 30_000, 4_000, 500
DEADLINE = 180.0


def _rows(count: int) -> list[Row]:
    return [ledger.row(ledger.event(SessionScheduled, f"s{n}"), 1) for n in range(count)]


async def _publish(bootstrap_servers: str, topic: str, rows: list[Row]) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap_servers, linger_ms=5)
    await producer.start()
    for row in rows:
        await producer.send(topic, row.value, key=row.key, headers=list(row.headers))
    await producer.stop()


async def _rate(count: Callable[[], Awaitable[int]], total: int) -> float:
    """Things a second, from when the first is seen to when all are; counting must cost the database nothing."""
    until = time.monotonic() + DEADLINE
    began, seen = 0.0, 0
    while True:
        now, found = time.perf_counter(), await count()
        if found and not seen:
            began, seen = now, found
        if found >= total:
            return (total - seen) / (now - began)
        assert time.monotonic() < until, f"{found} of {total} after {DEADLINE:.0f} s"
        await asyncio.sleep(0.02)


@asynccontextmanager
async def _ledger(kafka: Kafka, mongodb: Mongo, prefix: str) -> AsyncIterator[Running]:
    settings = Settings(
        kafka_bootstrap_servers=kafka.bootstrap_servers,
        mongodb_url=mongodb.url,
        mongodb_database_prefix=prefix,
        token_issuer="nobody",
        token_keys="none",
        pseudonym_key="not used in this bench",
    )
    service = Service("ledger", (), ledger, APIRouter(), (ledger.Entry, ledger.Receipt))
    running = Running(service, settings, SystemClock())
    usual = gc.get_threshold()
    settle()  # as a service does that is a process
    await running.start()
    try:
        yield running
    finally:
        await running.stop()
        gc.unfreeze()
        gc.set_threshold(*usual)


async def _ours(kafka: Kafka, mongodb: Mongo, prefix: str) -> float:
    await _publish(kafka.bootstrap_servers, SessionScheduled.stream.value, _rows(EVENTS))
    async with _ledger(kafka, mongodb, prefix) as running:
        entries = running.store.db["entries"]
        return await _rate(lambda: entries.estimated_document_count(), EVENTS)


async def _plain(kafka: Kafka, database: Any) -> float:
    topic = "plain"
    if kafka.real:
        create_topics(kafka.bootstrap_servers, [(topic, 12, {})])
    await _publish(kafka.bootstrap_servers, topic, _rows(PLAINLY))
    broker = KafkaBroker(kafka.bootstrap_servers, allow_auto_create_topics=False, logger=None)

    @broker.subscriber(topic, group_id="plain", auto_offset_reset="earliest", ack_policy=AckPolicy.ACK)
    async def insert(event: SessionScheduled) -> None:
        await database["plain"].insert_one({"_id": event.session_id, **event.model_dump(mode="json")})

    await broker.start()
    try:
        return await _rate(lambda: database["plain"].estimated_document_count(), PLAINLY)
    finally:
        await broker.stop()


async def _bare(client: Any, database: Any) -> float:
    rows = _rows(EVENTS)
    began = time.perf_counter()
    for start in range(0, EVENTS, TOGETHER):
        batch = rows[start : start + TOGETHER]
        upserts = [UpdateOne({"_id": r.subject}, {"$set": {"heard": ["scheduled 1"]}}, upsert=True) for r in batch]
        inserts = [InsertOne({"_id": r.id, "subject": r.subject, "value": r.value}) for r in batch]
        async with await client.start_session() as session, session.start_transaction():
            await database["bare"].bulk_write(upserts, ordered=False, session=session)
            await database["bare_outbox"].bulk_write(inserts, ordered=False, session=session)
    return EVENTS / (time.perf_counter() - began)


async def test_projecting(fresh_kafka: Kafka, mongodb: Mongo, database_name: str, show: Show) -> None:
    """Prints events a second and both ratios."""
    client: AsyncIOMotorClient[Any] = AsyncIOMotorClient(mongodb.url)
    database = client[database_name]
    bare = await _bare(client, database)
    plain = await _plain(fresh_kafka, database)
    ours = await _ours(fresh_kafka, mongodb, database_name)
    show(f"projecting consumer         {ours:8.0f} events/s")
    show(f"(a) one by one, FastStream  {plain:8.0f} events/s   ratio {ours / plain:5.1f} (aim 5)")
    show(f"(b) bare transactions       {bare:8.0f} events/s   ratio {ours / bare:5.2f} (aim 0.5)\n")
