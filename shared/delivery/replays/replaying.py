"""What was published is said again, in pieces: none of them holds the database, the relay or people's events up."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any

import structlog

from shared.delivery.relaying.lease import Lease
from shared.delivery.replays.jobs import Job, Jobs, Wish
from shared.store.mongodb import ASCENDING
from shared.store.store import Store

log = structlog.get_logger()

PIECE = 2000
"""Rows looked at with one statement."""
MOST_PENDING = 2000
"""While so many rows of a topic wait to be published no more of it are added."""
LEASE = timedelta(seconds=30)
LOOK, POLL = 0.2, 5.0
"""Seconds between two looks whether there is room, and whether anything is asked for."""
FRESH_WITHIN = 1.0
"""Seconds a piece waits for what was decided since the replay began: its ids are the highest, so it would come last."""
COUNT_WITHIN = 5.0
"""Seconds after which a count is broken off."""
BEFORE_LETTERS = {"_id": {"$lt": "dead-"}}
"""Ids of events sort by time; those of dead letters sort behind them all, and are not said again."""
BY_ID = "_id_"
"""The index that bounds a piece; the planner might prefer another for what it looks for."""


class Replaying:
    """Says again what one service has said on these topics."""

    def __init__(self, store: Store, topics: Sequence[str]) -> None:
        self._store = store
        self._rows = store.db["outbox"]
        self.jobs = Jobs(store)
        self.topics = list(topics)
        self._lease = Lease(store, "replays", LEASE)
        self._wake = asyncio.Event()
        self._stuck: set[str] = set()
        """Topics the relay did not catch up with in time: one look, and it is another's turn."""
        self._aside: set[str] = set()
        """Those of them that had no room in this step."""

    async def ask(self, wish: Wish, topic: str | None = None) -> list[str]:
        """Note that one topic, or all, is to be said again; returns which. Consumers do not mind."""
        topics = [topic] if topic else self.topics
        for each in topics:
            await self.jobs.ask(each, wish)
        self._wake.set()
        return topics

    async def step(self) -> None:
        """Do a piece of what is asked for, or wait; raises what is transient."""
        self._wake.clear()
        if not await self._lease.take() or not await self._has_room() or not await self.go_on():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), POLL)

    async def go_on(self) -> bool:
        """Do a piece; False when nothing is asked for."""
        job = await self.jobs.next(self._aside)
        if job is None:
            return False
        if not job.upto and (job := await self._bounded(job)) is None:
            return True  # another replica was faster: look again
        ids = await self._piece(job.after, job.upto)
        if ids:
            which = _which(job.topic, job) | _between(job.after, ids[-1])
            result = await self._rows.update_many(which, {"$set": {"published_at": None}}, hint=BY_ID)
            await self.jobs.move_on(job, ids[-1], len(ids), result.modified_count)
            self._store.said_something()
        else:
            await self.jobs.end(job)
            log.info("replayed", stream=job.topic, events=job.events, because=list(job.because))
        return True

    async def _bounded(self, job: Job) -> Job | None:
        return await self.jobs.bound(job, await self._newest(), await self._kept())

    async def _newest(self) -> str:
        newest = await self._rows.find_one(BEFORE_LETTERS, ["_id"], sort=[("_id", -1)])
        return newest["_id"] if newest else " "

    async def _kept(self) -> int:
        return await self._rows.estimated_document_count()

    async def _piece(self, after: str, upto: str) -> list[str]:
        found = self._rows.find(_between(after, upto), ["_id"]).sort("_id", ASCENDING).limit(PIECE).hint(BY_ID)
        return [row["_id"] async for row in found]

    async def _has_room(self) -> bool:
        """Wait until the relay has caught up with the topic whose turn it is; False when none is asked for that has
        room. What Kafka does not take of one topic may wait for long, and holds up no other.
        """
        self._aside.clear()
        while (job := await self.jobs.next(self._aside)) is not None:
            if await self._caught_up(job.topic):
                self._stuck.discard(job.topic)
                await self._let_fresh_go(job)
                return True
            self._stuck.add(job.topic)
            self._aside.add(job.topic)
        return False

    async def _caught_up(self, topic: str) -> bool:
        until, pending = time.monotonic() + POLL, {"published_at": None, "topic": topic}
        while await self._rows.count_documents(pending, limit=MOST_PENDING) >= MOST_PENDING:
            if topic in self._stuck or time.monotonic() >= until:
                return False
            await asyncio.sleep(LOOK)
        return True

    async def _let_fresh_go(self, job: Job) -> None:
        """Before the next piece: one that Kafka does not take slows a replay down, and does not stop it."""
        if not job.upto:
            return
        until = time.monotonic() + FRESH_WITHIN
        ids = {"$gt": job.upto, "$lte": await self._newest()}
        fresh = {"published_at": None, "topic": job.topic, "_id": ids}
        while await self._rows.find_one(fresh, ["_id"]):
            if time.monotonic() >= until:
                return
            await asyncio.sleep(LOOK)

    async def count(self, wish: Wish, topic: str | None = None) -> tuple[int, bool]:
        """How many events would be said again, and whether that is all: counting has an end."""
        until, events = time.monotonic() + COUNT_WITHIN, 0
        async for piece in self._pieces():
            if time.monotonic() >= until:
                return events, False
            which = _which({"$in": [topic] if topic else self.topics}, wish) | piece
            events += await self._rows.count_documents(which, hint=BY_ID)
        return events, True

    async def _pieces(self) -> AsyncIterator[dict[str, Any]]:
        after, upto = "", await self._newest()
        while ids := await self._piece(after, upto):
            yield _between(after, ids[-1])
            after = ids[-1]

    async def left(self) -> int:
        """How many rows are still to be looked at, estimated; 0 only when nothing is asked for."""
        found = await self.jobs.all()
        waiting = sum(state == "waiting" for _, state, _ in found)
        running: int = sum(max(1, job["of"] - job["seen"]) for _, state, job in found if state == "running")
        return running + (waiting * max(1, await self._kept()) if waiting else 0)

    async def leave(self) -> None:
        """Let another replica go on."""
        await self._lease.give_up()


def _which(topic: Any, bounds: Wish | Job) -> dict[str, Any]:
    at = {"$gte": bounds.since, "$lt": bounds.until}
    return {"topic": topic, "published_at": {"$ne": None}, "dead_letter": False, "at": at}


def _between(after: str, upto: str) -> dict[str, Any]:
    return {"_id": {"$gt": after, "$lte": upto}}
