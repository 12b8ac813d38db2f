"""Everything due later: aggregates whose ``due_at`` has come are brought to their handler.

The revision check is the claim: of two replicas that take up the same aggregate one commits and the other starts
over, so nothing happens twice and nothing stays undone when a replica dies.
"""

import asyncio
import time
from collections.abc import Sequence
from datetime import datetime

import structlog

from shared.domain.aggregate import Aggregate
from shared.domain.errors import Conflict, NotYet, Refused, Unreadable
from shared.domain.handlers import Due
from shared.loops import is_transient
from shared.store.mongodb import ASCENDING
from shared.store.store import Store
from shared.store.unit import Unit
from shared.telemetry.metrics import Telemetry
from shared.telemetry.tracing import Step

log = structlog.get_logger()

TOGETHER = 100
POLL = 0.25
AGAIN_AFTER = 30.0
"""Seconds after which one that could not be done is tried again; meanwhile it holds up nobody."""


class DueRows:
    """What one service does when a time has come."""

    def __init__(self, store: Store, dues: Sequence[Due], telemetry: Telemetry) -> None:
        self._store = store
        self.dues = dues
        self._telemetry = telemetry
        self._put_off: dict[tuple[type[Aggregate], str], float] = {}

    async def step(self, due: Due) -> None:
        """Do what is due of one kind, then wait a little."""
        ids = await self.ids(due)
        if ids:
            await self._together(due, ids)
        if len(ids) < TOGETHER:
            await asyncio.sleep(POLL)

    async def ids(self, due: Due) -> list[str]:
        """The ids of those whose time has come, the longest overdue first, without those that are put off."""
        now = time.monotonic()
        self._put_off = {which: until for which, until in self._put_off.items() if until > now}
        put_off = [identity for kind, identity in self._put_off if kind is due.kind]
        which = {**due.where, "due_at": {"$lte": self._store.clock.now()}, "_id": {"$nin": put_off}}
        found = self._store.collection(due.kind).find(which, projection=["_id"]).sort("due_at", ASCENDING)
        return [document["_id"] async for document in found.limit(TOGETHER)]

    async def _together(self, due: Due, ids: list[str]) -> None:
        unit = self._store.unit()
        steps = [await self._one(due, identity, unit) for identity in await self._readable(due, ids, unit)]
        try:
            await unit.commit()
        except Conflict:
            self._telemetry.conflicts.inc()
        else:
            for step in filter(None, steps):
                step.end()

    async def _readable(self, due: Due, ids: list[str], unit: Unit) -> list[str]:
        """Fetch them all; a record that cannot be read is put off and must not hold up the others."""
        try:
            await unit.fetch([(due.kind, identity) for identity in ids])
        except Unreadable as error:
            if len(ids) == 1:
                self._give_up(due, ids[0], error)
                return []
            return [found for identity in ids for found in await self._readable(due, [identity], unit)]
        return ids

    async def _one(self, due: Due, identity: str, unit: Unit) -> Step | None:
        """What was done, once the unit is committed."""
        aggregate = await unit.find(due.kind, identity)
        if aggregate is None or aggregate.due_at is None or aggregate.due_at > unit.now:
            return None  # done or put off by another replica since it was found
        try:
            with self._store.tracing.due(due.part) as step:
                await due.call(aggregate, unit.now, unit)
        except Exception as error:
            step.end()
            unit.undo()
            if is_transient(error):
                raise
            self._give_up(due, identity, error)
            return None
        unit.keep()
        return step

    def _give_up(self, due: Due, identity: str, error: Exception) -> None:
        """For now; it is tried again later."""
        self._put_off[due.kind, identity] = time.monotonic() + AGAIN_AFTER
        if not isinstance(error, NotYet | Refused | Conflict):
            log.error("failed", part=due.part, key=identity, exc_info=error)
            self._telemetry.failures.labels(due.part).inc()

    async def overdue(self) -> int:
        """How many wait for their turn."""
        now = self._store.clock.now()
        counts = [await self._store.count(due.kind, {**due.where, "due_at": {"$lte": now}}) for due in self.dues]
        return sum(counts)

    async def lateness(self) -> float:
        """For how many seconds the longest overdue has been due, by the product's clock; 0 when none is."""
        now = self._store.clock.now()
        oldest = [await self._oldest(due, now) for due in self.dues]
        return max(((now - due_at).total_seconds() for due_at in oldest if due_at), default=0.0)

    async def _oldest(self, due: Due, now: datetime) -> datetime | None:
        which = {**due.where, "due_at": {"$lte": now}}
        found = await self._store.collection(due.kind).find_one(which, ["due_at"], sort=[("due_at", ASCENDING)])
        return found["due_at"] if found else None
