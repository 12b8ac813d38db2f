"""Work that goes on for as long as a service lives: it never dies of a broker that is away, and it shows its pulse."""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from functools import partial

import structlog
from aiokafka.errors import KafkaError
from pymongo.errors import ConnectionFailure, PyMongoError, WriteConcernError

from shared.domain.errors import StreamPoisoned
from shared.telemetry.metrics import Telemetry

log = structlog.get_logger()

SILENT = {
    "inbox": math.inf,
    "outbox": 60.0,
    "sweep": 7200.0,
    "replays": 60.0,
    "streams": 120.0,
    "parked": 60.0,
    "holes": 60.0,
    "watchdog": 120.0,
    "unread": 120.0,
    "certificates": 7200.0,
}
"""Seconds a part may go without a beat before the process counts as hung.

The inbox has nothing to do while nothing happens (its task is looked at instead).
"""

SILENT_DUE = 60.0
"""The same for what is done when a time has come; what takes longer commits units of work meanwhile."""

FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0

_beat: ContextVar[Callable[[], None]] = ContextVar("beat", default=lambda: None)


def still_moving() -> None:
    """Beat for the loop this is called in, in the middle of a step; every unit of work does. Elsewhere: nothing."""
    _beat.get()()


class Interrupted(Exception):
    """A client was stopped in the middle of something and did not come to its end."""


class Pulse:
    """When something last made progress; a loop that waits for a broker still beats."""

    def __init__(self) -> None:
        self._at: dict[str, float] = {}
        self._trouble: dict[str, str] = {}
        self._delay: dict[str, str] = {}

    def beat(self, part: str) -> None:
        """This part is alive."""
        self._at[part] = time.monotonic()

    def silent(self, longer_than: Mapping[str, float]) -> list[str]:
        """The parts that have not moved for longer than their number of seconds."""
        now = time.monotonic()
        return [part for part, at in self._at.items() if now - at > longer_than[part]]

    def trouble(self, part: str, what: str | None) -> None:
        """This part cannot do its work at the moment, or can again."""
        if what is None:
            self._trouble.pop(part, None)
        else:
            self._trouble[part] = what

    def delay(self, part: str, what: str | None) -> None:
        """This part of the work waits at the moment while all other goes on, or waits no longer."""
        if what is None:
            self._delay.pop(part, None)
        elif self._delay.get(part) != what:
            self._delay[part] = what
            log.warning("waiting", part=part, because=what)

    @property
    def delays(self) -> dict[str, str]:
        """What waits while the process does the rest of its work, and why."""
        return dict(self._delay)

    @property
    def troubles(self) -> dict[str, str]:
        """Which parts cannot do their work, and why (the kind of failure)."""
        return dict(self._trouble)


def pause(attempt: int) -> float:
    """Seconds to wait before that attempt, from 1."""
    return float(min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(attempt - 1, 10)))


async def for_ever(part: str, step: Callable[[], Awaitable[object]], pulse: Pulse, telemetry: Telemetry) -> None:
    """Repeat a step until cancelled; when it fails, say so, wait and try again."""
    failed = 0
    _beat.set(partial(pulse.beat, part))
    while True:
        still_moving()
        try:
            await step()
        except Exception as error:
            failed += 1
            told(part, error, pulse, telemetry)
            await asyncio.sleep(pause(failed))
        else:
            failed = 0
            pulse.trouble(part, None)


def told(part: str, error: Exception, pulse: Pulse, telemetry: Telemetry) -> None:
    """Make a failure seen: readiness, a metric and the log."""
    pulse.trouble(
        part, f"{type(error).__name__}: {error}" if isinstance(error, StreamPoisoned) else type(error).__name__
    )
    if is_transient(error):
        telemetry.retries.labels(part).inc()
        log.warning("waiting", part=part, because=type(error).__name__)
    else:
        telemetry.failures.labels(part).inc()
        log.error("failed", part=part, exc_info=error)


def is_transient(error: BaseException) -> bool:
    """Whether trying again later can help: a broker or database that is away, slow or changing its leader."""
    if isinstance(error, ConnectionFailure | WriteConcernError | KafkaError | OSError | TimeoutError):
        return True
    if isinstance(error, PyMongoError):
        labels = ("TransientTransactionError", "RetryableWriteError")
        return error.timeout or any(error.has_error_label(label) for label in labels)
    return False


async def within(seconds: float, work: Awaitable[None]) -> None:
    """Wait for it; raises TimeoutError, and Interrupted instead of a cancellation that is not our own.

    aiokafka's consumer, stopped in the middle of a fetch, lets the end of its own task pass for the end of ours.
    """
    try:
        await asyncio.wait_for(work, seconds)
    except asyncio.CancelledError as error:
        ours = asyncio.current_task()
        if ours is None or ours.cancelling():
            raise
        raise Interrupted from error
