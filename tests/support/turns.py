"""How often others had their turn of the event loop meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager


@asynccontextmanager
async def turns_of_others() -> AsyncIterator[Callable[[], int]]:
    """Tells how many turns somebody had, up to now, who asks for nothing else."""
    had = 0

    async def somebody() -> None:
        nonlocal had
        while True:
            await asyncio.sleep(0)
            had += 1

    other = asyncio.create_task(somebody())
    await asyncio.sleep(0)
    before = had
    try:
        yield lambda: had - before
    finally:
        other.cancel()
