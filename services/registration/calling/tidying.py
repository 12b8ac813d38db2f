"""Forgets what became of webhooks long ago, and gives up what waits for an endpoint that is no more in the settings."""

import asyncio
from collections.abc import Sequence
from functools import partial

from services.registration.webhooks.delivery import KEPT, Because, Delivery, Fate
from shared.domain.endpoints import Endpoint
from shared.domain.work import Store, Unit

TOGETHER = 500
EVERY = 60.0
"""Seconds."""


class Tidier:
    """For all endpoints."""

    part = "webhooks"
    silent = 300.0

    def __init__(self, store: Store, endpoints: Sequence[Endpoint]) -> None:
        self._store, self._names = store, [each.name for each in endpoints]

    async def step(self) -> None:
        """Do some of it, and wait where that was all."""
        if await self.tidy() < TOGETHER:
            await asyncio.sleep(EVERY)

    async def tidy(self) -> int:
        """Returns how many it has dealt with at most of one kind."""
        lost = {"fate": Fate.WAITING.value, "endpoint": {"$nin": self._names}}
        ids = await self._store.ids(Delivery, lost, limit=TOGETHER)
        if ids:
            await self._store.run(partial(_give_up, ids))
        long_ago = (self._store.clock.now() - KEPT).isoformat()
        ended = {"fate": {"$in": [each.value for each in Fate if each is not Fate.WAITING]}}
        old = await self._store.ids(Delivery, {**ended, "ended_at": {"$lt": long_ago}}, limit=TOGETHER)
        if old:
            await self._store.run(partial(_forget, old))
        return max(len(ids), len(old))


async def _give_up(ids: Sequence[str], unit: Unit) -> None:
    for delivery in await unit.several(Delivery, ids):
        if delivery.waits:
            unit.save(delivery.given_up(Because.UNKNOWN, unit.now))


async def _forget(ids: Sequence[str], unit: Unit) -> None:
    unit.delete_where(Delivery, {"_id": {"$in": list(ids)}})
