"""How long an event loop is held: while it does one thing, it looks at nothing else, and nobody is answered."""

import asyncio
import time
from collections.abc import Callable
from selectors import DefaultSelector, SelectorKey

from typing_extensions import override

EVERY = 1.0
"""Seconds of which the longest hold is told, by a loop that has anything to do in them."""

Tell = Callable[[float], None]


class _Watched(DefaultSelector):
    """Between two waits for what happens the loop is held; to look at a clock there wakes nobody."""

    def __init__(self) -> None:
        super().__init__()
        self.listeners: list[Tell] = []
        self._free_since = self._told_at = time.monotonic()
        self._longest = 0.0

    def listen(self, tell: Tell) -> None:
        """From now on."""
        self.listeners.append(tell)
        self._free_since = time.monotonic()

    @override
    def select(self, timeout: float | None = None) -> list[tuple[SelectorKey, int]]:
        began = time.monotonic()
        self._longest = max(self._longest, began - self._free_since)
        if began - self._told_at >= EVERY:
            self._tell(began)
        found = super().select(timeout)
        now = time.monotonic()
        # who comes back later than asked for was held, too: by whoever had the processor
        self._free_since = now if timeout is None else min(now, began + max(0.0, timeout))
        return found

    def _tell(self, now: float) -> None:
        for tell in self.listeners:
            tell(self._longest)
        self._longest, self._told_at = 0.0, now


class Loop(asyncio.SelectorEventLoop):
    """asyncio's own, but that it tells how long it was held."""

    def __init__(self) -> None:
        self._watched = _Watched()
        super().__init__(self._watched)

    def tell_holds(self, tell: Tell) -> None:
        """Tell the longest hold of every second, in seconds, from now on."""
        self._watched.listen(tell)
