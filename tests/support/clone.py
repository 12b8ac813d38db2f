"""``telemachus up`` as somebody has it who has just cloned: in processes of its own, with a directory of its own."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local.ports import free_port
from tests.contract.test_house import ROOT

WITHIN = 180.0
POLL = 0.05
MINE = ("KAFKA_BOOTSTRAP_SERVERS", "MONGODB_URL")


@dataclass
class Clone:
    """A clone of one's own: its state directory, and what was started with it."""

    state: Path
    port: int
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        others = {name: value for name, value in os.environ.items() if name not in MINE}
        return others | {"STATE": str(self.state), "PORT": str(self.port)}

    def start(self, **told: str) -> subprocess.Popen[bytes]:
        """Begin ``make up``; what it says is in ``said``."""
        with (self.state / "said").open("w") as said:
            up = subprocess.Popen(
                [sys.executable, "-m", "deploy.cli", "up"],
                cwd=ROOT,
                env=self.environment | told,
                stdout=said,
                stderr=said,
                start_new_session=True,
            )
        self.started.append(up)
        return up

    def command(self, *words: str, **told: str) -> subprocess.CompletedProcess[str]:
        """Give another command meanwhile."""
        return subprocess.run(
            [sys.executable, "-m", "deploy.cli", *words],
            cwd=ROOT,
            env=self.environment | told,
            capture_output=True,
            text=True,
            timeout=WITHIN,
            check=False,
        )

    def said(self) -> str:
        return (self.state / "said").read_text()

    def until_it_says(self, words: str) -> None:
        deadline = time.monotonic() + WITHIN
        while words not in self.said():
            assert time.monotonic() < deadline, self.said()
            assert self.started[-1].poll() is None, self.said()
            time.sleep(POLL)

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        """Tell it once, and wait for its end."""
        self.started[-1].send_signal(how)
        return self.started[-1].wait(WITHIN)

    def databases(self) -> list[int]:
        """The processes of databases that hold data of this clone."""
        locks = self.state.glob("*/mongodb/data/mongod.lock")
        return [int(text) for text in (lock.read_text().strip() for lock in locks) if text and _lives(int(text))]


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


@contextmanager
def cloned(state: Path) -> Iterator[Clone]:
    """One with its data there; nothing it has started is left behind."""
    made = Clone(state, free_port())
    try:
        yield made
    finally:
        for up in made.started:
            if up.poll() is None:
                up.kill()
                up.wait()
        for process in made.databases():
            os.kill(process, signal.SIGTERM)
