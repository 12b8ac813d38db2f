"""MongoDB behind two words: ``Store`` and ``Unit``.

A unit of work is one transaction: every aggregate it saved (revision-checked), the events they raised (into the
outbox) and, on the bus side, the position of the inbox.
"""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from typing_extensions import override

from shared.domain.errors import Conflict
from shared.loops import still_moving
from shared.store.database import Database
from shared.store.unit import Unit

T = TypeVar("T")

ATTEMPTS = 20
"""How often a unit of work starts over when somebody else was faster."""


class Store(Database):
    """One service's database, and the units of work that change it."""

    @override
    def unit(self) -> Unit:
        return Unit(self, self.clock.now())

    @override
    async def run(self, work: Callable[[Unit], Awaitable[T]]) -> T:
        for _ in range(ATTEMPTS - 1):
            try:
                return await self._run_once(work)
            except Conflict:
                continue
        return await self._run_once(work)

    async def _run_once(self, work: Callable[[Unit], Awaitable[T]]) -> T:
        still_moving()
        unit = self.unit()
        result = await work(unit)
        await unit.commit()
        return result
