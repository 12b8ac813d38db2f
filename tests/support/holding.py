"""For how long the event loop was held, whatever else this machine is doing."""

import asyncio
import gc
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

LOOK_EVERY = 0.005


@dataclass
class Held:
    """``longest`` is the longest hold up to now, in seconds."""

    longest: float = 0.0


@asynccontextmanager
async def holding() -> AsyncIterator[Held]:
    """Looks while inside.

    Between two turns of the loop counts what this process has worked, or the time that went by if that was less: so
    neither other programs nor work of other threads beside the loop count, and what keeps the loop from its turn does,
    be it in the loop or in a thread that does not let go of the interpreter.
    """
    gc.collect()
    gc.freeze()  # what the tests before have left is not looked through meanwhile
    held = Held()
    looking = asyncio.create_task(_look(held))
    try:
        yield held
        await asyncio.sleep(2 * LOOK_EVERY)
    finally:
        looking.cancel()
        gc.unfreeze()


async def _look(held: Held) -> None:
    while True:
        began, worked = time.monotonic(), time.process_time()
        await asyncio.sleep(LOOK_EVERY)
        gone, work = time.monotonic() - began - LOOK_EVERY, time.process_time() - worked
        held.longest = max(held.longest, min(gone, work))
