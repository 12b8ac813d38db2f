"""Time is a port: services ask the clock, tests and the demo move it."""

import math
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol


class Clock(Protocol):
    """Tells the time, always in UTC."""

    steady_for: float
    """Seconds it goes on like the machine's: whoever waits for longer looks at it again, for it may be moved."""

    def now(self) -> datetime: ...


class SystemClock:
    """The time of the machine."""

    steady_for = math.inf

    def now(self) -> datetime:
        return datetime.now(UTC)


class MovedClock:
    """The machine's time plus an offset kept in a file, so that several processes move together.

    ``path`` holds one number, seconds; a missing file means zero.
    """

    steady_for = 0.25

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = timedelta()
        self._read_at = -1.0

    def now(self) -> datetime:
        if time.monotonic() - self._read_at > 0.05:
            self._offset = timedelta(seconds=float(self._path.read_text())) if self._path.exists() else timedelta()
            self._read_at = time.monotonic()
        return datetime.now(UTC) + self._offset

    def move_to(self, moment: datetime) -> None:
        """Set the clock; it goes on ticking from there, never from before. Other processes follow within 50 ms."""
        offset = (moment - datetime.now(UTC)).total_seconds()
        whole = self._path.with_suffix(".new")
        whole.write_text(repr(offset))  # whole: rounded it could land before the moment
        whole.replace(self._path)
        self._read_at = -1.0


def clock_of(file: Path | None) -> Clock:
    """The clock a file moves, for demonstrations and tests; without one that of the machine."""
    return MovedClock(file) if file else SystemClock()
