"""Lets go the contacts of programmes whose last day is long past and that nobody has ended."""

import asyncio
from collections.abc import Sequence
from functools import partial

from services.registration.programmes.programme import CONTACTS_STAY, Programme
from shared.domain.work import Store, Unit

TOGETHER = 100
EVERY = 3600.0
"""Seconds."""


class Tidier:
    """For all programmes: those that are ended keep none to begin with."""

    part = "contacts"
    silent = 7200.0

    def __init__(self, store: Store) -> None:
        self._store = store

    async def step(self) -> None:
        """Do some of it, and wait where that was all."""
        if await self.tidy() < TOGETHER:
            await asyncio.sleep(EVERY)

    async def tidy(self) -> int:
        """Returns of how many programmes."""
        long_ago = (self._store.clock.now() - CONTACTS_STAY).date().isoformat()
        where = {"contacts.email": {"$gt": ""}, "terms.ends_on": {"$lt": long_ago}}
        ids = await self._store.ids(Programme, where, limit=TOGETHER)
        if ids:
            await self._store.run(partial(_let_go, ids))
        return len(ids)


async def _let_go(ids: Sequence[str], unit: Unit) -> None:
    await unit.fetch([(Programme, identity) for identity in ids])
    for identity in ids:
        programme = await unit.get(Programme, identity)
        if programme.is_long_over(unit.now):  # its last day may have been moved meanwhile
            unit.save(programme.told_to(()))
