"""A consumer that stands still although there is something to read is started anew.

A client that loses its broker at a bad moment can wait for an answer that never comes, while others of the same
process are served again; nothing in it says so.
"""

import asyncio
import time

import structlog
from aiokafka.errors import KafkaError

from shared.kafka.consumer import Bus
from shared.telemetry.metrics import Telemetry

log = structlog.get_logger()

LOOK, STILL = 5.0, 30.0
"""Seconds between two looks, and after which standing still is too long."""


class Watchdog:
    """Looks after the consumer of one service."""

    def __init__(self, bus: Bus, telemetry: Telemetry) -> None:
        self._bus = bus
        self._telemetry = telemetry
        self._batches = 0
        self._moved_at = time.monotonic()
        self._starting = False
        """Whether starting anew was begun and has not succeeded yet."""

    async def step(self) -> None:
        """Wait a little, look, and start the consumer anew when it has stood still for too long."""
        await asyncio.sleep(LOOK)
        if not await self._stands_still():
            self._moved_at = time.monotonic()
        elif self._bus.broken or time.monotonic() - self._moved_at > STILL:
            log.warning("consumer stands still, starting it anew")
            self._telemetry.restarts.inc()
            self._starting = True
            await self._bus.start_anew()
            self._starting, self._moved_at = False, time.monotonic()

    async def _stands_still(self) -> bool:
        """Whether there is something to read, or no telling, and no batch since the last look."""
        if self._bus.broken or self._starting:
            return True
        before, self._batches = self._batches, self._bus.batches
        if self._batches != before or self._bus.busy:
            return False
        try:
            return sum((await self._bus.lag()).values()) > 0
        except (KafkaError, TimeoutError):
            return True
