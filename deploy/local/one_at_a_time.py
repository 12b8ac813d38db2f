"""What several processes need, those of a test run or ``make up`` beside it, is fetched by one of them."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def one_at_a_time(tools: Path) -> Iterator[None]:
    """While this lasts, every other process that wants to fill this directory waits."""
    tools.parent.mkdir(parents=True, exist_ok=True)
    with tools.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
