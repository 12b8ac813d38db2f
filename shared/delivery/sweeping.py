"""What was published too long ago to be asked for again is forgotten, a piece at a time.

Never what waits, and no dead letter that is open: it is all that is left of something that has had no effect here.
"""

import asyncio
from datetime import UTC, datetime, timedelta

from shared.delivery.outbox import OPEN_LETTERS
from shared.delivery.relaying.lease import Lease
from shared.loops import still_moving
from shared.store.documents import Document
from shared.store.store import Store
from shared.store.transactions import Documents

SWEEP_EVERY = timedelta(hours=1)
PIECE = 2000
"""Documents deleted with one statement."""
BREATH = 0.05
"""Seconds between two pieces, for others."""


class Sweeper:
    """Keeps the outbox of one service from growing for ever."""

    def __init__(self, store: Store, keep: timedelta) -> None:
        self._rows = store.db["outbox"]
        self._keep = keep
        self._lease = Lease(store, "sweep", SWEEP_EVERY)

    async def step(self) -> None:
        """Sweep, unless another replica does, then wait."""
        if await self._lease.take():
            await self.sweep()
        await asyncio.sleep(SWEEP_EVERY.total_seconds())

    async def sweep(self) -> int:
        """Forget what was published too long ago; returns how many rows that were."""
        old = {"published_at": {"$lt": datetime.now(UTC) - self._keep}, "$nor": [OPEN_LETTERS]}
        return await forget(self._rows, old, "published_at")


async def forget(documents: Documents, which: Document, order: str = "_id") -> int:
    """Delete those, in the order of a field that finds them by an index; returns how many. What changes meanwhile so
    that it is none of them stays.
    """
    gone, piece = 0, list[str]()
    async for document in documents.find(which, ["_id"]).sort(order, 1).batch_size(PIECE):
        piece.append(document["_id"])
        if len(piece) == PIECE:
            gone += await _forget(documents, which, piece)
            piece.clear()
            await asyncio.sleep(BREATH)
    return gone + (await _forget(documents, which, piece) if piece else 0)


async def _forget(documents: Documents, which: Document, ids: list[str]) -> int:
    still_moving()
    return (await documents.delete_many(which | {"_id": {"$in": ids}})).deleted_count
