"""A program started beside us: its log, its end, and a wait until it is ready."""

import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self

POLL_SECONDS = 0.05
STOP_SECONDS = 20
LAST_LINES = 5


class CannotStart(Exception):
    """One sentence for people: what is in the way of starting, and the remedy."""


class BrokeOff(Exception):
    """One sentence for people: why what was going on does not go on."""


class Server(ABC):
    """What is started and stopped; a context manager."""

    @abstractmethod
    def start(self) -> None:
        """Start it and wait until it is ready; raises CannotStart."""

    @abstractmethod
    def stop(self) -> None:
        """End it in good order."""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class Program:
    """One child process whose output goes to a log file; it is started and ended as often as wanted."""

    def __init__(self, name: str, log: Path) -> None:
        self.name = name
        self.log = log
        self._process: subprocess.Popen[bytes] | None = None
        self._log_start = 0

    @property
    def running(self) -> bool:
        """Whether the process was started and has not ended."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        """Its number while it runs; None before the first start."""
        return self._process.pid if self._process else None

    @property
    def exit_code(self) -> int | None:
        """The code of the last end, negative for a signal; None while it runs or before the first start."""
        return self._process.poll() if self._process else None

    @property
    def output(self) -> str:
        """What it wrote to its log since the last start."""
        with self.log.open("rb") as log:
            log.seek(self._log_start)
            return log.read().decode(errors="replace")

    def start(self, command: Sequence[str | Path]) -> None:
        """Start the command; raises CannotStart when there is no such program or it runs already."""
        if self.running:
            raise CannotStart(f"{self.name} is running already: stop it first.")
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._log_start = log.tell()
            # A session of its own: Ctrl-C in the terminal shall reach the services first, and those end this one.
            self._process = self._spawn(command, log.fileno())

    def _spawn(self, command: Sequence[str | Path], log: int) -> subprocess.Popen[bytes]:
        try:
            return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        except OSError as problem:
            raise CannotStart(f"{self.name} cannot be run on this machine ({problem}).") from problem

    def wait_until(self, ready: Callable[[], bool], seconds: float, explain: Callable[[str], str | None]) -> None:
        """Ask ``ready`` until it says so.

        Raises CannotStart when the program ends first or the time is up; ``explain`` may turn the output into a
        sentence, otherwise the end of the log is shown.
        """
        try:
            self._poll(ready, time.monotonic() + seconds, explain)
        except BaseException:
            self.stop()
            raise

    def _poll(self, ready: Callable[[], bool], deadline: float, explain: Callable[[str], str | None]) -> None:
        while not ready():
            if not self.running:
                raise CannotStart(explain(self.output) or self.last_words(f"ended with code {self.exit_code}"))
            if time.monotonic() > deadline:
                raise CannotStart(self.last_words("was not ready in time"))
            time.sleep(POLL_SECONDS)

    def last_words(self, what: str) -> str:
        """What became of it, and the end of its log."""
        lines = self.output.strip().splitlines()[-LAST_LINES:]
        return "\n".join([f"{self.name} {what}; the end of {self.log}:", *lines])

    def stop(self) -> None:
        """Ask it to end (SIGTERM) and wait; kill it when it does not."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it at once (SIGKILL), as a crash or a power cut would."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
