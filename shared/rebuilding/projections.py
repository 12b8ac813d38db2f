"""Which projections a service has, and the rebuild that is going on of each.

What is told of it is kept in the database, so that every replica can answer; one replica at a time does it.
"""

import asyncio
import contextlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from shared.delivery.relaying.lease import Lease, is_held
from shared.delivery.sweeping import forget
from shared.domain.aggregate import Aggregate
from shared.domain.errors import Absent, Refused, Unreadable
from shared.domain.handlers import Hears
from shared.language.reasons import Reason
from shared.rebuilding.folding import CannotRebuild, Shadow
from shared.rebuilding.rebuild import Progress, Rebuild
from shared.settings import Settings
from shared.store.store import Store

log = structlog.get_logger()

GONE_AFTER = timedelta(seconds=90)
"""Without a sign of life for so long, the process that did it is gone."""
REPORT_EVERY = 1.0
"""Seconds."""

Shown = Mapping[str, Any]


class Projections:
    """The projections of one service."""

    def __init__(
        self, store: Store, settings: Settings, kinds: Sequence[type[Aggregate]], handlers: Sequence[Hears]
    ) -> None:
        self._store, self._settings, self._handlers = store, settings, handlers
        self._kinds = {kind.collection: kind for kind in kinds}
        self._rebuilds = store.db["rebuilds"]
        self._tasks: set[asyncio.Task[None]] = set()

    async def tidy(self) -> None:
        """Forget what a rebuild left behind whose process has ended in the middle."""
        for name, kind in self._kinds.items():
            if not await self._goes_on(await self._rebuilds.find_one({"_id": name})):
                await forget(Shadow(self._store, kind).collection(kind), {})

    async def all(self) -> list[Shown]:
        """Each with its documents and its last rebuild, by name."""
        return [await self.one(name) for name in sorted(self._kinds)]

    async def one(self, name: str) -> Shown:
        """One of them; raises Absent."""
        kind = self._kind(name)
        last = await self._rebuilds.find_one({"_id": name})
        documents = await self._store.collection(kind).estimated_document_count()
        return {"name": name, "documents": documents, "rebuild": await self._shown(last)}

    async def rebuild(self, name: str) -> Shown:
        """Begin to work it out anew; raises Absent, and Refused while that is going on already."""
        kind = self._kind(name)
        lease = Lease(self._store, _lease(name), GONE_AFTER)
        if not await lease.take():
            raise Refused("rebuilds-already", projection=name)
        begun = {"state": "running", "began_at": datetime.now(UTC), "ended_at": None, "reason": None}
        await self._rebuilds.replace_one({"_id": name}, begun | asdict(Progress()), upsert=True)
        task = asyncio.create_task(self._run(name, kind, lease))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return await self.one(name)

    async def stop(self) -> None:
        """End what is going on; what was put right stays so, and the rest can be done again."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _kind(self, name: str) -> type[Aggregate]:
        if name not in self._kinds:
            if not self._kinds:
                raise Absent("no-projections", projection=name)
            raise Absent("no-such-projection", projection=name, here=sorted(self._kinds))
        return self._kinds[name]

    async def _run(self, name: str, kind: type[Aggregate], lease: Lease) -> None:
        told = 0.0

        async def report(progress: Progress) -> None:
            nonlocal told
            if time.monotonic() - told >= REPORT_EVERY:
                told = time.monotonic()
                await lease.take()
                await self._note(name, asdict(progress))

        rebuild = Rebuild(self._store, self._settings, kind, self._handlers)
        reason: Reason | None = Reason("rebuild-interrupted")
        try:
            await rebuild.run(report)
            reason = None
        except (CannotRebuild, Unreadable) as error:
            reason = error.reason
        except Exception as error:
            log.exception("rebuild failed", projection=name)
            reason = Reason("rebuild-failed", error=type(error).__name__)
        finally:
            ended = {
                "state": "failed" if reason else "done",
                "reason": str(reason) if reason else None,
                "ended_at": datetime.now(UTC),
            }
            with contextlib.suppress(Exception):  # without this word it counts as gone after a while
                await self._note(name, asdict(rebuild.progress) | ended)
                await lease.give_up()
            log.info("rebuilt", projection=name, **asdict(rebuild.progress), state=ended["state"])

    async def _note(self, name: str, what: Shown) -> None:
        await self._rebuilds.update_one({"_id": name}, {"$set": what})

    async def _goes_on(self, last: Shown | None) -> bool:
        return bool(last and last["state"] == "running" and await is_held(self._store, _lease(last["_id"])))

    async def _shown(self, last: Shown | None) -> Shown | None:
        if last is None:
            return None
        shown = {name: value for name, value in last.items() if name not in ("_id", "alive_at")}
        if last["state"] == "running" and not await self._goes_on(last):
            return shown | {"state": "failed", "reason": str(Reason("rebuilder-gone"))}
        return shown


def _lease(name: str) -> str:
    return f"rebuilding {name}"
