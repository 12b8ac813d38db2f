"""What was decided is published, once it is committed.

One relay a service publishes, under a lease, in the order in which things were decided, and keeps what it
published so that it can be said again. Polling is the truth; a wake-up in the process only makes it fast.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from aiokafka import AIOKafkaProducer
from uuid_utils import uuid4

from shared.store.indexes import Index
from shared.store.mongodb import ASCENDING, DuplicateKeyError
from shared.store.store import Store
from shared.telemetry.metrics import Telemetry

log = structlog.get_logger()

TOGETHER = 1000
LEASE = timedelta(seconds=10)
LETTERS = {"dead_letter": True}
OPEN_LETTERS = LETTERS | {"settled": None}
"""A MongoDB query for the dead letters that nobody has retried or dropped yet."""
POLL = 0.5
"""Seconds between two looks when nothing wakes the relay."""
INDEXES = (
    Index("outbox", ("published_at", "_id")),
    Index("outbox", ("subject",)),
    Index("outbox", ("settled", "at"), where=tuple(LETTERS.items())),
)


class Outbox:
    """The relay of one service."""

    def __init__(
        self,
        store: Store,
        start_producer: Callable[[], Awaitable[AIOKafkaProducer]],
        telemetry: Telemetry,
        keep: timedelta,
    ) -> None:
        self._store = store
        self._rows = store.db["outbox"]
        self._leases = store.db["leases"]
        self._start_producer = start_producer
        self._producer: AIOKafkaProducer | None = None
        self._telemetry = telemetry
        self._keep = keep
        self._holder = str(uuid4())
        self._wake = asyncio.Event()
        self._swept_at = datetime.min.replace(tzinfo=UTC)
        store.said_something = self._wake.set

    async def prepare(self) -> None:
        """Create the indexes."""
        await self._store.create(INDEXES)

    async def step(self) -> None:
        """Publish what there is, then wait for more; raises what is transient."""
        if not await self._lead():
            await asyncio.sleep(POLL)
            return
        if await self.publish() < TOGETHER:
            await self._sweep()
            self._wake.clear()
            if await self.pending() == 0:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), POLL)

    async def publish(self) -> int:
        """Publish the oldest that wait; returns how many. They stay pending unless Kafka confirmed them all."""
        pending = self._rows.find({"published_at": None}).sort("_id", ASCENDING).limit(TOGETHER)
        rows = [row async for row in pending]
        if not rows:
            return 0
        try:
            with self._store.tracing.publishing(rows):
                await self._send(rows)
        except BaseException:
            await self.stop()  # an idempotent producer that lost its sequence only recovers as a new one
            raise
        ids = [row["_id"] for row in rows]
        await self._rows.update_many({"_id": {"$in": ids}}, {"$set": {"published_at": datetime.now(UTC)}})
        for row in rows:
            self._telemetry.published.labels(row["topic"]).inc()
        return len(rows)

    async def _send(self, rows: list[dict[str, Any]]) -> None:
        if self._producer is None:
            self._producer = await self._start_producer()
        sent = [
            await self._producer.send(
                row["topic"], row["value"], key=row["key"], headers=[(name, value) for name, value in row["headers"]]
            )
            for row in rows
        ]
        for confirmation in sent:
            await confirmation

    async def _lead(self) -> bool:
        """Hold or take the lease; False while another replica has it."""
        now = datetime.now(UTC)
        free = {"_id": "outbox", "$or": [{"holder": self._holder}, {"until": {"$lt": now}}]}
        try:
            await self._leases.update_one(free, {"$set": {"holder": self._holder, "until": now + LEASE}}, upsert=True)
        except DuplicateKeyError:
            return False
        return True

    async def _sweep(self) -> None:
        """Forget what was published too long ago to be asked for again, but no open dead letter; once an hour."""
        now = datetime.now(UTC)
        if now - self._swept_at > timedelta(hours=1):
            await self._rows.delete_many({"published_at": {"$lt": now - self._keep}, "$nor": [OPEN_LETTERS]})
            self._swept_at = now

    async def pending(self) -> int:
        """How many events wait to be published."""
        return await self._rows.count_documents({"published_at": None})

    async def oldest_pending(self) -> datetime | None:
        """When the oldest that waits was decided."""
        row = await self._rows.find_one({"published_at": None}, sort=[("_id", ASCENDING)], projection=["at"])
        return row["at"] if row else None

    async def open_dead_letters(self) -> int:
        """How many nobody has settled yet; an index of dead letters only answers."""
        return await self._rows.count_documents(OPEN_LETTERS)

    async def kept(self) -> int:
        """How many rows there are, published or not; estimated."""
        return await self._rows.estimated_document_count()

    async def oldest_kept(self) -> datetime | None:
        """When the oldest event that can be said again was decided."""
        which = {"published_at": {"$ne": None}, "dead_letter": False}
        row = await self._rows.find_one(which, sort=[("_id", ASCENDING)], projection=["at"])
        return row["at"] if row else None

    async def leads(self) -> bool:
        """Whether this is the relay that publishes at the moment."""
        mine = {"_id": "outbox", "holder": self._holder, "until": {"$gte": datetime.now(UTC)}}
        return await self._leases.find_one(mine) is not None

    async def replay(
        self,
        topic: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        *,
        dry_run: bool = False,
    ) -> int:
        """Say again what was published, and return how much it was, or only count it. Consumers do not mind.

        Of one topic or of all; what was decided from ``since`` (or ever) and before ``until`` (or now).
        """
        which: dict[str, Any] = {"published_at": {"$ne": None}, "dead_letter": False}
        if topic:
            which["topic"] = topic
        if bounds := _bounds(since, until):
            which["at"] = bounds
        if dry_run:
            return await self._rows.count_documents(which)
        result = await self._rows.update_many(which, {"$set": {"published_at": None}})
        self._wake.set()
        log.info("replay", topic=topic or "all", events=result.modified_count)
        return result.modified_count

    async def stop(self) -> None:
        """Let go of the producer."""
        producer, self._producer = self._producer, None
        if producer is not None:
            with contextlib.suppress(Exception):  # it is given up because it failed
                await asyncio.wait_for(producer.stop(), 5)

    async def leave(self) -> None:
        """Publish what is left, then give the lease to another replica."""
        if await self._lead():
            while await self.publish():
                pass
        await self.stop()
        await self._leases.delete_one({"_id": "outbox", "holder": self._holder})


def _bounds(since: datetime | None, until: datetime | None) -> dict[str, datetime]:
    return {name: moment for name, moment in (("$gte", since), ("$lt", until)) if moment}
