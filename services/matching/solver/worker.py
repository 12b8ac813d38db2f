"""Rounds are computed in a process of their own, so that the event loop keeps its heart-beats.

The process is a plain child that talks over its standard input and output. Nothing of the parent's main module is
run in it, so nothing needs a ``__main__`` guard.
"""

import asyncio
import contextlib
import os
import pickle
import struct
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Self, cast

from services.matching.markets.outcome import LeftOver, Match, Outcome, Progress
from services.matching.rules.candidate import Snapshot
from shared.domain.pieces import chunks

CHUNK = 500
"""People or pairs in one message: packing one takes the event loop a few milliseconds."""

SILENCE = 600.0
"""Seconds without a word after which a worker counts as hung, and is killed."""

PROGRAM = "services.matching.solver.worker_process"
LENGTH = struct.Struct(">Q")
"""How long the message is that follows."""

OnProgress = Callable[[Progress], Awaitable[None]]


class WorkerLost(Exception):
    """The process that computed the round was killed or hung; another one can take it up."""


class WorkerFailed(Exception):
    """The computation raised ``error``, at ``frames``; trying again will not help. Holds nothing people wrote."""

    def __init__(self, error: str, frames: tuple[str, ...]) -> None:
        super().__init__(error)
        self.error, self.frames = error, frames


@dataclass(frozen=True, kw_only=True)
class Part:
    """A part of an outcome on its way."""

    matches: tuple[Match, ...] = ()
    left_over: dict[str, LeftOver] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Failure:
    """What a worker says of an exception."""

    error: str
    frames: tuple[str, ...]


class Worker:
    """One process that computes rounds, one after the other; it ends with its parent, however that ends."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._stdin = cast("asyncio.StreamWriter", process.stdin)
        self._stdout = cast("asyncio.StreamReader", process.stdout)

    @classmethod
    async def start(cls) -> Self:
        """Start one; what it imports takes it a second or two, in which it can be given work already."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", PROGRAM),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        )
        return cls(process)

    @property
    def pid(self) -> int:
        """The process's id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it has not ended, as far as is known."""
        return self._process.returncode is None

    async def solve(self, snapshot: Snapshot, on_progress: OnProgress) -> Outcome:
        """The outcome of ``solver.solve``; raises WorkerLost, WorkerFailed, and what ``on_progress`` raises."""
        try:
            await self._tell(snapshot)
        except ConnectionError as error:
            raise WorkerLost from error
        matches: list[Match] = []
        left_over: dict[str, LeftOver] = {}
        while True:
            match await self._hear():
                case Progress() as progress:
                    await on_progress(progress)
                case Part() as part:
                    matches += part.matches
                    left_over |= part.left_over
                case Failure() as failure:
                    raise WorkerFailed(failure.error, failure.frames)
                case Outcome() as rest:
                    return replace(rest, matches=tuple(matches), left_over=left_over)

    async def _tell(self, snapshot: Snapshot) -> None:
        for message in (replace(snapshot, candidates=()), *chunks(snapshot.candidates, CHUNK), None):
            self._stdin.write(pickle.dumps(message))
            await self._stdin.drain()
            await asyncio.sleep(0)  # drain does not wait while there is room: let others have their turn

    async def _hear(self) -> Progress | Part | Failure | Outcome:
        try:
            async with asyncio.timeout(SILENCE):
                (length,) = LENGTH.unpack(await self._stdout.readexactly(LENGTH.size))
                message = await self._stdout.readexactly(length)
        except (asyncio.IncompleteReadError, ConnectionError, TimeoutError) as error:
            raise WorkerLost from error
        heard: Progress | Part | Failure | Outcome = pickle.loads(message)  # noqa: S301 – from our own process
        return heard

    async def end(self) -> None:
        """Kill it, whatever it does, and wait until it has gone."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()


_idle: list[Worker] = []
"""Workers with nothing to do. A service computes one round at a time, so there is one."""


async def solve_aside(snapshot: Snapshot, on_progress: OnProgress) -> Outcome:
    """``solver.solve`` in a worker process, which is killed when this is cancelled.

    ``on_progress`` is awaited with what the worker says; what it raises ends the computation, too. Raises
    WorkerLost when the process dies and WorkerFailed when the computation raises.
    """
    worker = await _any_worker()
    try:
        outcome = await worker.solve(snapshot, on_progress)
    except WorkerFailed:
        _idle.append(worker)
        raise
    except BaseException:
        await worker.end()
        raise
    _idle.append(worker)
    return outcome


async def _any_worker() -> Worker:
    while _idle:
        worker = _idle.pop()
        if worker.alive:
            return worker
    return await Worker.start()


@contextlib.asynccontextmanager
async def kept_warm() -> AsyncIterator[None]:
    """While inside, a worker stands by, so that the first round need not wait for its imports."""
    _idle.append(await Worker.start())
    try:
        yield
    finally:
        while _idle:
            await _idle.pop().end()
