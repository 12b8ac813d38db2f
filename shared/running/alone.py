"""What one replica does at a time, while the others stand by."""

import asyncio
from datetime import timedelta

from shared.delivery.relaying.lease import Lease
from shared.running.declared import Work
from shared.store.store import Store

HELD = timedelta(seconds=30)
"""After which another replica takes over from one that has died."""
STAND_BY = 1.0
"""Seconds."""


class Alone:
    """Some work under a lease."""

    def __init__(self, store: Store, work: Work) -> None:
        self.part, self.silent, self._work = work.part, work.silent, work
        self._lease = Lease(store, work.part, HELD)

    async def step(self) -> None:
        """Go on with it, or stand by."""
        if await self._lease.take():
            await self._work.step()
        else:
            await asyncio.sleep(STAND_BY)

    async def leave(self) -> None:
        """Let another replica go on."""
        await self._lease.give_up()
