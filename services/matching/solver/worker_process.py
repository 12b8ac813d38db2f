"""The process that computes rounds: reads snapshots from its standard input, writes outcomes to its standard output."""

import gc
import os
import pickle
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace
from queue import SimpleQueue
from typing import Any, BinaryIO, TypeVar

from services.matching.markets.outcome import Outcome, Progress, Stage
from services.matching.rules.candidate import Candidate, Snapshot
from services.matching.solver.solver import solve
from services.matching.solver.worker import CHUNK, LENGTH, Failure, Part
from shared.domain.pieces import chunks

PAUSE = 0.2
"""Seconds between two messages about the same stage."""

T = TypeVar("T")
Say = Callable[[object], None]
Solve = Callable[[Snapshot, Callable[[Progress], None]], Outcome]


def main(solve: Solve) -> None:
    """Compute what is asked for until the parent goes."""
    for meant_for_parent in (signal.SIGINT, signal.SIGTERM):
        signal.signal(meant_for_parent, signal.SIG_IGN)  # it decides when this process ends
    os.nice(5)  # where there is one processor only, the service comes first
    say, heard = _mouth(), _ears()
    gc.disable()  # with a hundred thousand people in memory, looking for garbage takes longer than the work
    while True:
        _answer(solve, _snapshot(heard), say)
        gc.collect()


def _mouth() -> Say:
    """Writes messages to what was the standard output; what libraries print goes to the standard error."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return lambda message: _write(out, pickle.dumps(message))


def _write(out: BinaryIO, message: bytes) -> None:
    out.write(LENGTH.pack(len(message)) + message)
    out.flush()


def _ears() -> SimpleQueue[Any]:
    """What the parent says, read aside, so that its end is noticed in the middle of a round."""
    heard: SimpleQueue[Any] = SimpleQueue()
    threading.Thread(target=_listen, args=(heard,), daemon=True).start()
    return heard


def _listen(heard: SimpleQueue[Any]) -> None:
    try:
        while True:
            heard.put(pickle.load(sys.stdin.buffer))  # noqa: S301 – it comes from our own process
    finally:
        os._exit(1)  # the parent is gone


def _snapshot(heard: SimpleQueue[Any]) -> Snapshot:
    without_people: Snapshot = heard.get()
    parts: Iterator[list[Candidate]] = iter(heard.get, None)
    return replace(without_people, candidates=tuple(candidate for part in parts for candidate in part))


def _answer(solve: Solve, snapshot: Snapshot, say: Say) -> None:
    try:
        outcome = solve(snapshot, Teller(say).tell)
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)
        say(Failure(error=type(error).__name__, frames=tuple(f"{f.filename}:{f.lineno} {f.name}" for f in frames)))
    else:
        _say_in_parts(outcome, say)


def _say_in_parts(outcome: Outcome, say: Say) -> None:
    for matches in chunks(outcome.matches, CHUNK):
        say(Part(matches=tuple(matches)))
    for people in chunks(outcome.left_over.items(), CHUNK):
        say(Part(left_over=dict(people)))
    say(replace(outcome, matches=(), left_over={}))


class Teller:
    """Passes progress on: every new stage at once, the rest now and then."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._stage: Stage | None = None
        self._said_at = 0.0

    def tell(self, progress: Progress) -> None:
        """Say it, or leave it out."""
        now = time.monotonic()
        if progress.stage is not self._stage or now - self._said_at > PAUSE:
            self._stage, self._said_at = progress.stage, now
            self._say(progress)


if __name__ == "__main__":
    main(solve)
