"""Rounds are computed in a process of their own, so that the event loop keeps its heart-beats."""

import asyncio
import multiprocessing
import os
import signal
import threading
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import cache

from services.matching.candidate import Snapshot
from services.matching.solver import Outcome, solve


class WorkerLost(Exception):
    """The process that computed the round was killed; another one can take it up."""


async def solve_aside(snapshot: Snapshot) -> Outcome:
    """Solve in the worker process; raises WorkerLost when it dies."""
    try:
        return await asyncio.get_running_loop().run_in_executor(_pool(), solve, snapshot)
    except BrokenProcessPool as error:
        _pool.cache_clear()
        raise WorkerLost from error


@cache
def _pool() -> ProcessPoolExecutor:
    """One worker, started when the first round needs it. «spawn»: a fork would inherit sockets and threads."""
    return ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"), initializer=_follow_parent)


def _follow_parent() -> None:
    """The parent decides when to stop; and when it is killed, the worker must not outlive it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with_parent, daemon=True).start()


def _leave_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
