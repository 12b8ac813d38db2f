"""What was decided is published, once it is committed.

One relay a service publishes, under a lease, in the order in which things were decided, and keeps what it
published so that it can be said again. Polling is the truth; a wake-up in the process only makes it fast. What order
is promised, and what becomes of events that Kafka does not take: docs/decisions/0027-order-in-the-relay.md.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from aiokafka import AIOKafkaProducer

from shared.delivery.relaying.lease import Lease
from shared.delivery.relaying.order import Row, earlier, in_order
from shared.delivery.relaying.waiting import Waiting
from shared.delivery.replays.confirmed import Confirmed
from shared.kafka.publisher import Publisher
from shared.language.topics import LARGEST_RECORD, TOPICS
from shared.loops import Pulse
from shared.store.indexes import Index
from shared.store.mongodb import ASCENDING
from shared.store.store import Store
from shared.telemetry.metrics import Telemetry

log = structlog.get_logger()

PART = "outbox "
"""Before a topic: what waits is told of as a part of its own."""
TOGETHER, BYTES = 1000, 2 * LARGEST_RECORD
"""Rows that are published together at most, and bytes after which no further one is: dead letters may be large."""
LEASE = timedelta(seconds=10)
LETTERS = {"dead_letter": True}
OPEN_LETTERS = LETTERS | {"settled": None}
"""A MongoDB query for the dead letters that nobody has retried or dropped yet."""
POLL = 1.0
"""Seconds between two looks when nothing wakes the relay: what another replica decides waits as long at most."""
PENDING: dict[str, Any] = {"published_at": None, "topic": {"$in": [topic.name for topic in TOPICS]}}
"""A MongoDB query for what is not published; naming the topics, it finds the oldest in the index."""
INDEXES = (
    Index("outbox", ("published_at", "topic", "_id")),
    Index("outbox", ("subject", "published_at", "version")),
    Index("outbox", ("settled", "at", "_id"), where=tuple(LETTERS.items())),
)


class Outbox:
    """The relay of one service."""

    def __init__(
        self,
        store: Store,
        start_producer: Callable[[], Awaitable[AIOKafkaProducer]],
        telemetry: Telemetry,
        pulse: Pulse,
        confirmed: Confirmed,
    ) -> None:
        self._store = store
        self._rows = store.db["outbox"]
        self._lease = Lease(store, "outbox", LEASE)
        self._publisher = Publisher(start_producer)
        self._waiting = Waiting()
        self._telemetry = telemetry
        self._pulse = pulse
        self._confirmed = confirmed
        self._wake = asyncio.Event()
        self._at_a_stretch = 0
        store.said_something = self._wake.set

    async def prepare(self) -> None:
        """Create the indexes."""
        await self._store.create(INDEXES)

    async def step(self) -> None:
        """Publish what there is, then wait for more; raises what is transient."""
        await self._publisher.start()  # before the lease: it may take longer, and whoever cannot reach Kafka takes none
        if not await self._lease.take():
            self._waiting.clear()
            self._tell_what_waits()
            await asyncio.sleep(POLL)
            return
        self._wake.clear()  # before looking: what is decided from now on wakes it again
        published, all_of_it = await self._publish()
        self._at_a_stretch += published
        if all_of_it:
            self._tell_much()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), POLL)

    def _tell_much(self) -> None:
        """A replay or an import is published to its end."""
        if self._at_a_stretch >= TOGETHER:
            log.info("published", service=self._store.origin.service, events=self._at_a_stretch)
        self._at_a_stretch = 0

    async def publish(self) -> int:
        """Publish the oldest that wait; returns how many Kafka confirmed. What it did not confirm stays pending."""
        return (await self._publish())[0]

    async def _publish(self) -> tuple[int, bool]:
        """The same, and whether there is no more to be tried at the moment."""
        rows, all_there_are = await self._next()
        known = await self._confirmed.known() if rows else {}
        with self._store.tracing.publishing(rows) as refused:
            outcome = await self._publisher.publish(rows)
            refused.update({row["_id"] for row in rows} - {row["_id"] for row in outcome.confirmed})
        await self._confirmed.note(outcome.offsets, known)
        await self._note(outcome.confirmed)
        self._waiting.learn(outcome)
        self._tell_what_waits()
        return len(outcome.confirmed), all_there_are and not outcome.left_of(rows)

    async def _next(self) -> tuple[list[Row], bool]:
        """The oldest that wait, in the order in which they are said: no subject's later version before an earlier one.
        And whether there are no more.

        An id may be later than that of the next version, by another replica's clock, and so lie beyond the oldest; or
        it was committed while these were read.
        """
        allowed = self._waiting.allowed()
        rows, all_there_are = await self._first(allowed)
        if missing := earlier(rows):
            known = {row["_id"] for row in rows}
            rows += [row async for row in self._rows.find(allowed | {"$or": missing}) if row["_id"] not in known]
        return in_order(rows), all_there_are

    async def _first(self, allowed: dict[str, Any]) -> tuple[list[Row], bool]:
        rows, size = list[Row](), 0
        async for row in self._rows.find(allowed).sort("_id", ASCENDING).limit(TOGETHER):
            rows.append(row)
            size += len(row["value"] or b"")
            if len(rows) == TOGETHER or size >= BYTES:
                return rows, False
        return rows, True

    async def _note(self, confirmed: Sequence[Row]) -> None:
        if confirmed:
            ids = [row["_id"] for row in confirmed]
            await self._rows.update_many({"_id": {"$in": ids}}, {"$set": {"published_at": datetime.now(UTC)}})
        for row in confirmed:
            self._telemetry.published.labels(row["topic"]).inc()

    def _tell_what_waits(self) -> None:
        told = {part for part in self._pulse.delays if part.startswith(PART)}
        now = {f"{PART}{topic}": why for topic, why in self._waiting.why.items()}
        for part in told | now.keys():
            self._pulse.delay(part, now.get(part))
        for part in told - now.keys():
            self._telemetry.outbox_waiting.labels(part.removeprefix(PART)).set(0)
            self._telemetry.outbox_waiting_oldest.labels(part.removeprefix(PART)).set(0)

    async def pending(self) -> int:
        """How many events wait to be published."""
        return await self._rows.count_documents(PENDING)

    async def oldest_pending(self) -> datetime | None:
        """When the oldest that waits was decided."""
        return await self._oldest(PENDING)

    async def _oldest(self, which: dict[str, Any]) -> datetime | None:
        row = await self._rows.find_one(which, sort=[("_id", ASCENDING)], projection=["at"])
        return row["at"] if row else None

    async def waiting(self) -> dict[str, tuple[int, datetime | None]]:
        """Topics that Kafka takes nothing or not everything of, as this replica met it: how much waits, since when."""
        pending = {topic: {"published_at": None, "topic": topic} for topic in self._waiting.why}
        found = {
            topic: (await self._rows.count_documents(which), await self._oldest(which))
            for topic, which in pending.items()
        }
        return {topic: what for topic, what in found.items() if topic in self._waiting.why}  # it may wait no longer

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
        return await self._lease.ours()

    async def stop(self) -> None:
        """Let go of the producer."""
        await self._publisher.stop()

    async def leave(self) -> None:
        """Publish what is left, then give the lease to another replica."""
        if await self._lease.take():
            while await self.publish():
                pass
        await self.stop()
        await self._lease.give_up()
