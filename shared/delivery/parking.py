"""Events that came before their turn, kept until what they build on has arrived."""

import asyncio
import contextlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from shared.language.envelope import Record
from shared.store.indexes import Index
from shared.store.mongodb import ASCENDING, Int64, UpdateOne
from shared.store.store import Store
from shared.store.transactions import Transaction

TOGETHER = 500
LOOK_AGAIN = 5.0
"""Seconds after which an empty collection is looked at again: another replica may have parked something."""
POLL = 0.5
"""Seconds between two looks while something waits."""
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 30.0
"""Seconds between two tries; each pause is twice the one before."""
INDEXES = (Index("parked", ("position", "version")), Index("parked", ("due_at",)))


@dataclass(frozen=True, slots=True)
class Parked:
    """One event that waits, and what for."""

    id: str
    position: str
    version: int
    missing: str
    record: Record

    def upsert(self) -> UpdateOne:
        """Keep it, or look at it again later if it is kept already."""
        r = self.record
        kept = {
            "position": self.position,
            "version": self.version,
            "topic": r.topic,
            "partition": r.partition,
            "offset": Int64(r.offset),
            "timestamp": Int64(r.timestamp),
            "key": r.key,
            "value": r.value,
            "headers": [list(header) for header in r.headers],
        }
        pause = {"$min": [LONGEST_PAUSE, {"$multiply": [FIRST_PAUSE, {"$pow": [2, {"$min": ["$tries", 10]}]}]}]}
        later: list[dict[str, Any]] = [
            {"$set": {name: {"$ifNull": [f"${name}", {"$literal": value}]} for name, value in kept.items()}},
            {"$set": {"missing": {"$literal": self.missing}, "tries": {"$add": [{"$ifNull": ["$tries", 0]}, 1]}}},
            {"$set": {"due_at": {"$add": ["$$NOW", {"$multiply": [pause, 1000]}]}}},
        ]
        return UpdateOne({"_id": self.id}, later, upsert=True)


def _parked(stored: Mapping[str, Any]) -> Parked:
    record = Record(
        stored["topic"],
        stored["partition"],
        int(stored["offset"]),
        int(stored["timestamp"]),
        stored["key"],
        stored["value"],
        [(name, value) for name, value in stored["headers"]],
    )
    return Parked(stored["_id"], stored["position"], stored["version"], stored["missing"], record)


class Parking:
    """The collection of what waits. In normal running it is empty, and then it costs nothing."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._collection = store.db["parked"]
        self._occupied = True
        self._looked_at = 0.0
        self._wake = asyncio.Event()

    async def prepare(self) -> None:
        """Create the indexes."""
        await self._store.create(INDEXES)

    async def any(self) -> bool:
        """Whether anything waits; asks the database only while something does, and now and then."""
        if self._occupied or time.monotonic() - self._looked_at > LOOK_AGAIN:
            self._looked_at = time.monotonic()
            if await self._collection.find_one({}, projection=["_id"]) is not None:
                self.look_again()
            else:
                self._occupied = False
        return self._occupied

    async def rest(self) -> None:
        """Until something may be due: for a moment while anything waits, else until it is known to."""
        if self._occupied:
            await asyncio.sleep(POLL)
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._looked_at + LOOK_AGAIN - time.monotonic()):
                await self._wake.wait()
        self._wake.clear()
        self._occupied = True

    def look_again(self) -> None:
        """Ask the database next time: what waits may have been parked by another replica."""
        self._occupied = True
        self._wake.set()

    def wrote(self, parked: Mapping[str, Parked]) -> None:
        """Remember that something waits from now on."""
        if parked:
            self.look_again()

    async def waiting(self, positions: Sequence[str]) -> dict[tuple[str, int], Parked]:
        """What waits for its turn behind these positions."""
        if not await self.any():
            return {}
        cursor = self._collection.find({"position": {"$in": list(positions)}})
        return {(stored["position"], stored["version"]): _parked(stored) async for stored in cursor}

    async def due(self) -> list[Record]:
        """What should be looked at again now, in the order of its versions."""
        if not await self.any():
            return []
        order = [("position", ASCENDING), ("version", ASCENDING)]
        cursor = self._collection.find({"due_at": {"$lte": datetime.now(UTC)}}).sort(order).limit(TOGETHER)
        return [_parked(stored).record async for stored in cursor]

    async def write(self, operations: list[Any], session: Transaction) -> None:
        """Park and free in the transaction of the batch."""
        if operations:
            await self._collection.bulk_write(operations, ordered=False, session=session)
