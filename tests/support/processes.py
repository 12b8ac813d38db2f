"""The four services as processes of their own, which can be killed and started again."""

import json
import subprocess
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from deploy.local.issuer import ISSUER, Issuer
from deploy.local.ports import HOST, free_port
from deploy.local.program import Program
from deploy.local.scenario.checking.evidence import Evidence, gather_evidence
from deploy.services import SERVICES
from shared.domain.clock import MovedClock
from tests.support.backends import Kafka, Mongo

ROOT = Path(__file__).parents[2]
NAMES = tuple(service.name for service in SERVICES)
READY_SECONDS = 120.0
ASK_SECONDS = 10.0
"""A service that waits for its database answers about its readiness after four."""
LAST_LINES = 40


class Processes:
    """The services on one broker and one database; a context manager that ends whatever it started.

    ``directory`` takes keys, clock and logs; databases are called ``prefix`` and the service's name. A failure
    inside the block is told with the end of every log.
    """

    def __init__(self, directory: Path, kafka: Kafka, mongodb: Mongo, prefix: str, region: str = "local") -> None:
        self.region = region
        self._kafka, self._mongodb, self._prefix = kafka, mongodb, prefix
        self.issuer, self.clock = Issuer(directory), MovedClock(directory / "clock")
        self._directory = directory
        self._ports: dict[str, int] = {}
        self._programs: dict[str, Program] = {}
        self._commands: dict[str, list[str | Path]] = {}
        self._environment = self._shared_settings(directory)
        for name in NAMES:
            self.add(name, name)

    def add(self, replica: str, service: str, sources: Path = ROOT) -> None:
        """One more process of that service, to be started, stopped and asked by the name of the replica.

        ``sources``: where its code is, for another version than this one.
        """
        self._ports[replica] = free_port()
        self._programs[replica] = Program(replica, self._directory / f"{replica}.log")
        settings = self._environment | {"HTTP_PORT": str(self._ports[replica]), "PYTHONPATH": str(sources)}
        variables = [f"{key}={value}" for key, value in settings.items()]
        self._commands[replica] = ["env", "-C", sources, *variables, sys.executable, "-m", f"services.{service}"]

    def _shared_settings(self, directory: Path) -> dict[str, str]:
        return {
            "REGION": self.region,
            "KAFKA_BOOTSTRAP_SERVERS": self._kafka.bootstrap_servers,
            "MONGODB_URL": self._mongodb.url,
            "MONGODB_DATABASE_PREFIX": self._prefix,
            "HTTP_HOST": HOST,
            "TOKEN_ISSUER": ISSUER,
            "TOKEN_KEYS": str(self.issuer.keys_file),
            "PSEUDONYM_KEY": "for tests only, no secret",
            "CLOCK_FILE": str(directory / "clock"),
        }

    @property
    def urls(self) -> dict[str, str]:
        """Service → where it is."""
        return {name: self.url(name) for name in NAMES}

    def url(self, replica: str) -> str:
        """Where that one is."""
        return f"http://{HOST}:{self._ports[replica]}"

    def __enter__(self) -> Self:
        try:
            self.start()
            self.wait_until_ready()
        except BaseException as error:
            self._leave(error)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave(error)

    def _leave(self, error: BaseException | None) -> None:
        if error is not None:
            error.add_note(self.last_words())
        with ThreadPoolExecutor(len(self._programs)) as pool:
            list(pool.map(self.stop, self._programs))

    def start(self, *names: str) -> None:
        """Start these, or all; they are not ready yet."""
        for name in names or NAMES:
            self._programs[name].start(self._commands[name])

    def run(self, name: str, *words: str) -> "subprocess.CompletedProcess[str]":
        """Let the service do what the words say instead of serving."""
        command = [*self._commands[name], *words]
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=READY_SECONDS)

    def stop(self, name: str) -> None:
        """End it in good order."""
        self._programs[name].stop()

    def kill(self, name: str) -> None:
        """End it as a crash would, with SIGKILL."""
        self._programs[name].kill()

    def pid(self, name: str) -> int | None:
        """The number of its process."""
        return self._programs[name].pid

    def exit_code(self, name: str) -> int | None:
        """The code it ended with, negative for a signal; None while it runs."""
        return self._programs[name].exit_code

    def running(self, name: str) -> bool:
        """Whether its process lives."""
        return self._programs[name].running

    def wait_until_ready(self, names: Iterable[str] = NAMES) -> None:
        """Wait until these say so themselves, and that nothing is in the way of events; raises TimeoutError."""
        deadline, left = time.monotonic() + READY_SECONDS, set(names)
        while left := {name for name in left if self.ready(name) != (httpx.codes.OK, {})}:
            if time.monotonic() > deadline:
                raise TimeoutError(f"Not ready in time: { {name: self.ready(name) for name in left} }")
            time.sleep(0.1)

    def ready(self, name: str) -> tuple[int, dict[str, Any]]:
        """What it answers to whether it is ready: status (0: nothing), and what is in the way of it or of events."""
        status, body = self._ask(name, "/health/ready")
        return status, json.loads(body)["obstacles"] if status else {}

    def alive(self, name: str) -> int:
        """The status it answers with to whether it is alive; 0 when it does not answer."""
        return self._ask(name, "/health/live")[0]

    def _ask(self, name: str, path: str) -> tuple[int, str]:
        try:
            answer = httpx.get(f"{self.url(name)}{path}", timeout=ASK_SECONDS, trust_env=False)
        except httpx.TransportError:
            return 0, ""
        return answer.status_code, answer.text

    def last_words(self) -> str:
        """The end of every log."""
        return "\n".join(
            "\n".join([f"--- {name} ({program.exit_code}), the end of {program.log}", *_tail(program.log)])
            for name, program in self._programs.items()
        )

    def evidence(self) -> Evidence:
        """What topics and databases hold."""
        hears = {service.name: frozenset(stream.value for stream in service.streams) for service in SERVICES}
        return gather_evidence(self._kafka.bootstrap_servers, self._mongodb.url, hears, self._prefix)


def _tail(log: Path) -> list[str]:
    return log.read_text(errors="replace").splitlines()[-LAST_LINES:] if log.exists() else []
