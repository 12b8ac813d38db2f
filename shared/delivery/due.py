"""Everything due later: aggregates whose ``due_at`` has come are brought to their handler.

The revision check is the claim: of two replicas that take up the same aggregate one commits and the other starts
over, so nothing happens twice and nothing stays undone when a replica dies.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import structlog

from shared.delivery.waking import Waking
from shared.domain.aggregate import Aggregate
from shared.domain.errors import Conflict, NotYet, Refused, TooMuchAtOnce, Unreadable
from shared.domain.handlers import Due
from shared.domain.pieces import in_halves
from shared.loops import is_transient
from shared.store.mongodb import ASCENDING
from shared.store.store import Store
from shared.store.unit import Unit
from shared.telemetry.metrics import Telemetry
from shared.telemetry.tracing import Step

log = structlog.get_logger()

TOGETHER = 100
POLL = 0.25
"""Seconds after which one looks again while there is something to do."""
LOOK_AGAIN = 5.0
"""Seconds after which one looks again while there is nothing, and nothing is known of that falls due sooner."""
AGAIN_AFTER = 30.0
"""Seconds after which one that could not be done is tried again; meanwhile it holds up nobody."""


class DueRows:
    """What one service does when a time has come."""

    def __init__(self, store: Store, dues: Sequence[Due], telemetry: Telemetry) -> None:
        self._store = store
        self.dues = dues
        self._telemetry = telemetry
        self._put_off: dict[tuple[type[Aggregate], str], float] = {}
        self._wakings = {due.part: Waking() for due in dues}
        store.falls_due = self._stored

    def _stored(self, kind: type[Aggregate], due_at: datetime) -> None:
        for due in self.dues:
            if due.kind is kind:
                self._wakings[due.part].stored(due_at)

    async def step(self, due: Due) -> None:
        """Wait until something of one kind is due as far as is known, look, and do it."""
        waking = self._wakings[due.part]
        await waking.sleep(self._store.clock)
        first = await self._oldest(due, {"$exists": True}, self._left_alone(due))
        if first is None or first > self._store.clock.now():
            waking.until(first, LOOK_AGAIN)
        elif await self.do(due) < TOGETHER:
            await asyncio.sleep(POLL)

    async def do(self, due: Due) -> int:
        """Do what is due of one kind; returns how many that were."""
        ids = await self.ids(due)
        if ids:
            await in_halves(ids, partial(self._together, due))
        return len(ids)

    async def ids(self, due: Due) -> list[str]:
        """The ids of those whose time has come, the longest overdue first, without those that are put off."""
        which = {**due.where, "due_at": {"$lte": self._store.clock.now()}, "_id": {"$nin": self._left_alone(due)}}
        found = self._store.collection(due.kind).find(which, projection=["_id"]).sort("due_at", ASCENDING)
        return [document["_id"] async for document in found.limit(TOGETHER)]

    def _left_alone(self, due: Due) -> list[str]:
        """The ids of those that are put off."""
        now = time.monotonic()
        self._put_off = {which: until for which, until in self._put_off.items() if until > now}
        return [identity for kind, identity in self._put_off if kind is due.kind]

    async def _together(self, due: Due, ids: Sequence[str]) -> None:
        unit = self._store.unit()
        steps = [await self._one(due, identity, unit) for identity in await self._readable(due, ids, unit)]
        try:
            await unit.commit()
        except Conflict:
            self._telemetry.conflicts.inc()
        except Exception as error:
            if is_transient(error) and not isinstance(error, TooMuchAtOnce):
                raise
            if len(ids) > 1:  # whatever it is, it may be the fault of one of them
                raise TooMuchAtOnce from error
            self._give_up(due, ids[0], error)
        else:
            for step in filter(None, steps):
                step.end()

    async def _readable(self, due: Due, ids: Sequence[str], unit: Unit) -> Sequence[str]:
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
        oldest = [await self._oldest(due, {"$lte": now}) for due in self.dues]
        return max(((now - due_at).total_seconds() for due_at in oldest if due_at), default=0.0)

    async def _oldest(self, due: Due, due_at: Mapping[str, Any], without: Sequence[str] = ()) -> datetime | None:
        which = {**due.where, "due_at": due_at, "_id": {"$nin": list(without)}}
        found = await self._store.collection(due.kind).find_one(which, ["due_at"], sort=[("due_at", ASCENDING)])
        return found["due_at"] if found else None
