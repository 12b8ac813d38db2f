"""How an application is put behind a port: the same for a service alone and for all of them on one machine."""

import asyncio
import contextlib
from collections.abc import Callable
from types import FrameType

import uvicorn
from starlette.types import ASGIApp
from typing_extensions import override

from shared.serving.connection import Connection
from shared.telemetry.held import Loop

IDLE_FOR = 5
"""Seconds a connection may stay without a request after an answer."""

LOOK = 1.0
"""Seconds after which the date of answers is looked at again."""


class Server(uvicorn.Server):
    """uvicorn's, but that a signal wakes it: it would look ten times a second whether there was one."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._wake: Callable[[], object] = lambda: None

    @override
    async def main_loop(self) -> None:
        loop, over = asyncio.get_running_loop(), asyncio.Event()
        self._wake = lambda: loop.call_soon_threadsafe(over.set)
        while not await self.on_tick(0):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK):
                    await over.wait()

    @override
    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        self._wake()


def server_config(app: ASGIApp, host: str, port: int, *, stopping: int, root_path: str = "") -> uvicorn.Config:
    """With the limits of ``Connection``; ``stopping`` is how many seconds answers may still take when it ends."""
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        http=Connection,
        ws="none",
        loop=f"{Loop.__module__}:{Loop.__name__}",  # uvloop fails where aiokafka does not expect it: decision 0008
        log_config=None,
        access_log=False,
        timeout_keep_alive=IDLE_FOR,
        timeout_graceful_shutdown=stopping,
        proxy_headers=False,
        root_path=root_path,
    )
