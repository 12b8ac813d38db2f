"""Ctrl-C, SIGTERM and a terminal that is closed: the first ends everything in good order, the second at once."""

import asyncio
import os
import signal
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import Any, Self

HEARD = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Told(KeyboardInterrupt):
    """We were told to stop."""


class Stopping:
    """Hears signals while this lasts; but not those that whoever started us wants to be ignored.

    They raise Told where they arrive, until ``asked`` is awaited: then the first one ends that, and the second does
    what remains to be done at once and ends the process.
    """

    def __init__(self) -> None:
        self.told: int | None = None
        self._before: dict[int, Any] = {}
        self._asked: Callable[[], object] | None = None
        self._last: Callable[[], object] = lambda: None

    @property
    def exit_code(self) -> int:
        """As a shell has it for what a signal ended."""
        return 128 + (self.told or signal.SIGINT)

    def __enter__(self) -> Self:
        for number in HEARD:
            if signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._hear)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, before in self._before.items():
            signal.signal(number, before)

    async def asked(self, last: Callable[[], object]) -> None:
        """Returns when we are told to stop; ``last`` is done when we are told once more."""
        event, loop = asyncio.Event(), asyncio.get_running_loop()
        self._last, self._asked = last, lambda: loop.call_soon_threadsafe(event.set)
        await event.wait()

    def _hear(self, number: int, _frame: FrameType | None) -> None:
        first, self.told = self.told is None, number
        if self._asked is None:
            raise Told
        if first:
            self._asked()
            return
        last, self._last = self._last, lambda: None
        last()
        os._exit(self.exit_code)
