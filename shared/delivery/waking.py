"""A loop sleeps until the first of its kind falls due, and is woken when this process stores one that does so sooner.

Another replica does what it stores itself, so the database need not be asked often about that; only what a replica
stored that died right afterwards is found by looking again.
"""

import asyncio
import contextlib
import time
from datetime import UTC, datetime

from shared.domain.clock import Clock

NEVER = datetime.max.replace(tzinfo=UTC)


class Waking:
    """When one loop should look again. Nothing is known at first, and once it has slept."""

    def __init__(self) -> None:
        self._first = NEVER
        self._look_again = 0.0
        self._wake = asyncio.Event()

    def stored(self, due_at: datetime) -> None:
        """One that falls due then was stored."""
        if due_at < self._first:
            self._first = due_at
            self._wake.set()

    def until(self, first: datetime | None, at_most: float) -> None:
        """The next sleep ends when that moment has come, or after so many seconds."""
        self._first = min(self._first, first or NEVER)
        self._look_again = time.monotonic() + at_most

    async def sleep(self, clock: Clock) -> None:
        """Until it is time to look; forgets what it slept for, so that a look that fails is tried again at once."""
        while (left := self._left(clock)) > 0:
            self._wake.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(left, clock.steady_for)):
                    await self._wake.wait()
        self._first, self._look_again = NEVER, 0.0

    def _left(self, clock: Clock) -> float:
        return min((self._first - clock.now()).total_seconds(), self._look_again - time.monotonic())
