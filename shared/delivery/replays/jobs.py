"""What is to be said again. A wish is only noted; of each topic one waits at most, for whatever is asked joins it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from shared.language.values.days import FIRST, LAST
from shared.store.store import Store
from shared.store.transactions import Transaction

JOBS = "replays"
"""The collection: a document a topic, with what waits, what is being done and what was done last."""
BEGUN = {"begun_at": "$$NOW", "after": "", "upto": "", "seen": 0, "of": 0, "events": 0}


class Because(StrEnum):
    """Who or what asks."""

    ASKED = "asked"
    """An operator."""
    MISSED = "missed"
    """A consumer that found a hole."""
    LOST = "lost"
    """A stream that is not any more what it was."""
    FORGOT = "forgot"
    """A broker that begins empty."""


@dataclass(frozen=True)
class Wish:
    """What was decided from ``since`` on and before ``until``."""

    because: Because
    since: datetime = FIRST
    until: datetime = LAST
    held: int = 0
    """Seconds to wait before it is begun."""


@dataclass(frozen=True)
class Job:
    """One that is being done, as it is stored."""

    topic: str
    since: datetime
    until: datetime
    because: tuple[str, ...]
    after: str
    """The id of the last row that was looked at."""
    upto: str
    """That of the last to be looked at; empty until it is known."""
    seen: int
    of: int
    """Rows looked at, and how many there are; estimated."""
    events: int
    """Those said again."""


class Jobs:
    """Wishes of one service, and how far they are."""

    def __init__(self, store: Store) -> None:
        self._jobs = store.db[JOBS]

    async def ask(self, topic: str, wish: Wish, transaction: Transaction | None = None) -> None:
        """Note it; one that waits already takes it in. What is being done goes on, and this comes after it."""
        waiting = {
            "since": {"$min": ["$waiting.since", wish.since]},
            "until": {"$max": ["$waiting.until", wish.until]},
            "asked_at": {"$ifNull": ["$waiting.asked_at", "$$NOW"]},
            "begins_at": {"$max": ["$waiting.begins_at", {"$add": ["$$NOW", wish.held * 1000]}]},
            "because": {"$setUnion": [{"$ifNull": ["$waiting.because", []]}, [wish.because.value]]},
        }
        await self._jobs.update_one({"_id": topic}, [{"$set": {"waiting": waiting}}], upsert=True, session=transaction)

    async def next(self, but: Collection[str] = ()) -> Job | None:
        """One that is being done, else the one that was asked for first, begun; of other topics than these."""
        others = {"_id": {"$nin": list(but)}}
        begun = await self._jobs.find_one({**others, "running": {"$ne": None}}, sort=[("running.asked_at", 1)])
        if begun is None:
            ripe = {**others, "waiting": {"$ne": None}, "$expr": {"$lte": ["$waiting.begins_at", "$$NOW"]}}
            begin = {"running": {"$mergeObjects": ["$waiting", BEGUN]}}
            begun = await self._jobs.find_one_and_update(
                ripe, [{"$set": begin}, {"$unset": "waiting"}], sort=[("waiting.asked_at", 1)], return_document=True
            )
        return _job(begun) if begun else None

    async def bound(self, job: Job, upto: str, of: int) -> Job | None:
        """It ends there: what is decided later needs not be said again. None if somebody else was faster."""
        return await self._change(job, {"upto": upto, "of": of})

    async def move_on(self, job: Job, after: str, seen: int, events: int) -> None:
        """So many more rows were looked at, and said again; nothing if somebody else has moved it on."""
        await self._change(job, {"after": after, "seen": job.seen + seen, "events": job.events + events})

    async def _change(self, job: Job, what: dict[str, Any]) -> Job | None:
        where = {"_id": job.topic, "running.after": job.after, "running.upto": job.upto}
        changed = await self._jobs.find_one_and_update(
            where, {"$set": {f"running.{name}": value for name, value in what.items()}}, return_document=True
        )
        return _job(changed) if changed else None

    async def end(self, job: Job) -> None:
        """It is done."""
        done = {"last": {"$mergeObjects": ["$running", {"ended_at": "$$NOW"}]}}
        where = {"_id": job.topic, "running.after": job.after, "running.upto": job.upto}
        await self._jobs.update_one(where, [{"$set": done}, {"$unset": "running"}])

    async def all(self) -> list[tuple[str, str, dict[str, Any]]]:
        """Topic, state and what is known, of all that waits, is being done or was done last."""
        documents = [document async for document in self._jobs.find().sort("_id", 1)]
        states = {"waiting": "waiting", "running": "running", "last": "done"}
        return [(d["_id"], state, d[name]) for d in documents for name, state in states.items() if d.get(name)]


def _job(document: dict[str, Any]) -> Job:
    known = {name: value for name, value in document["running"].items() if name in Job.__dataclass_fields__}
    return Job(topic=document["_id"], **known | {"because": tuple(known["because"])})
