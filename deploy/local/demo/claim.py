"""Which demo programmes run: each holds a lock on a file that says where it answers.

The lock ends with its process, however that ends; what then still stands in the file counts for nothing.
"""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from deploy.local.program import CannotStart

SUFFIX = ".running"
WITHIN, POLL = 1.0, 0.05
"""Seconds for which a lock is tried for: whoever looks what runs holds it for a moment."""


@dataclass(frozen=True, kw_only=True)
class Running:
    """A demo programme that runs. Broker and database are empty where the environment named them, or not yet there."""

    directory: Path
    url: str
    process: int
    kafka: str = ""
    mongodb: str = ""


class AlreadyRunning(CannotStart):
    """There is nothing to start: it runs, and where."""


class Claim:
    """That nobody else runs a demo programme in a directory as long as this process holds it."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def says(self, running: Running) -> None:
        """Let others know."""
        said = json.dumps(asdict(running) | {"directory": str(running.directory)}).encode() + b"\n"
        os.pwrite(self._descriptor, said, 0)
        os.ftruncate(self._descriptor, len(said))


@contextmanager
def claimed(directory: Path) -> Iterator[Claim]:
    """The claim on a directory; raises AlreadyRunning with the address of whoever holds it, OSError."""
    directory.parent.mkdir(parents=True, exist_ok=True)
    file = _file_of(directory)
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not _locked(descriptor, fcntl.LOCK_EX, WITHIN):
            raise _already(_said(file))
        yield Claim(descriptor)
    finally:
        os.close(descriptor)


def _already(running: Running | None) -> AlreadyRunning:
    where = f"at {running.url}/ (process {running.process})" if running else "here"
    return AlreadyRunning(
        f"Telemachus is already running {where}.\n"
        "Ctrl-C where it was started stops it. Another one beside it needs a STATE= and a PORT= of its own."
    )


def running(state: Path) -> list[Running]:
    """The demo programmes that run with this state directory, by name."""
    found = [_said(file) for file in sorted(state.glob(f"*{SUFFIX}")) if _held(file)]
    return [each for each in found if each]


def _file_of(directory: Path) -> Path:
    return directory.parent / f"{directory.name}{SUFFIX}"


def _held(file: Path) -> bool:
    try:
        descriptor = os.open(file, os.O_RDONLY)
    except OSError:
        return False
    try:
        return not _locked(descriptor, fcntl.LOCK_SH, 0)
    finally:
        os.close(descriptor)


def _locked(descriptor: int, how: int, seconds: float) -> bool:
    """Whether the lock was got within the time."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(descriptor, how | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(POLL)
        else:
            return True


def _said(file: Path) -> Running | None:
    """What stands there; None when it cannot be read (yet)."""
    try:
        said = json.loads(file.read_text().splitlines()[0])
        return Running(**{**said, "directory": Path(said["directory"])})
    except (OSError, ValueError, LookupError, TypeError):
        return None
