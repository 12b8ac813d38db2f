"""Long things in pieces: what fits a transaction, a message, a moment of the event loop."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

from shared.domain.errors import TooMuchAtOnce

T = TypeVar("T")
R = TypeVar("R")

CHUNK = 500
"""Rows in one transaction."""
A_MOMENT = 50
"""Items between two turns of the event loop: some milliseconds, whatever is made of them."""


def chunks(items: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """Lists of at most ``size``."""
    source = iter(items)
    while chunk := list(islice(source, size)):
        yield chunk


async def by_turns(items: Iterable[T] | AsyncIterable[T]) -> AsyncIterator[T]:
    """Them, and now and then others have their turn: what is there already is otherwise taken without one."""
    taken = 0
    async for item in items if isinstance(items, AsyncIterable) else _each(items):
        yield item
        taken += 1
        if taken % A_MOMENT == 0:
            await asyncio.sleep(0)


async def _each(items: Iterable[T]) -> AsyncIterator[T]:
    for item in items:
        yield item


def halves(items: Sequence[T]) -> tuple[Sequence[T], Sequence[T]]:
    """The first half and the rest."""
    middle = len(items) // 2
    return items[:middle], items[middle:]


async def in_pieces(items: Iterable[T], work: Callable[[Sequence[T]], Awaitable[R]], size: int = CHUNK) -> list[R]:
    """What came of each piece; one that is too much at once is done in halves, down to a single item."""
    return [done for chunk in chunks(items, size) for done in await in_halves(chunk, work)]


async def in_halves(items: Sequence[T], work: Callable[[Sequence[T]], Awaitable[R]]) -> list[R]:
    """What came of all of them, or, where that is too much at once, of each half; raises what a single item does."""
    try:
        return [await work(items)]
    except TooMuchAtOnce:
        if len(items) == 1:
            raise
    return [done for half in halves(items) for done in await in_halves(half, work)]
