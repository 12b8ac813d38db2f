"""A market: two sides, places, and the scores of all allowed pairs, read block by block so that memory is bounded."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

SMALL = 2**18
"""Pairs of people up to which all are looked at at once, instead of the promising ones first."""

T = TypeVar("T")
Which = NDArray[np.intp]
Whole = NDArray[np.signedinteger[Any]]
Scores = NDArray[Any]
"""Mentees × mentors, int16 or int32; the type's lowest number where the pair is not allowed."""


def closed(scores: Scores) -> int:
    """The number that stands for «not allowed» in these scores."""
    return int(np.iinfo(scores.dtype).min)


@dataclass(frozen=True, eq=False)
class Block:
    """Some mentees with some mentors, by their places in the market, ascending; ``read`` gives their scores."""

    mentees: Which
    mentors: Which
    read: Callable[[], Scores]


def order(numbers: Whole) -> Which:
    """Places of the numbers, none below 0, in ascending order; equal ones stay as they were.

    16 bits, which people and scores mostly fit in, are sorted by their digits, several times as fast.
    """
    narrow = numbers.astype(np.uint16) if numbers.max(initial=0) < 2**16 else numbers
    return np.argsort(narrow, kind="stable")


class Places(NamedTuple):
    """One side: partners each can take, and the points their first one is worth beside any score."""

    room: Whole
    bonus: Whole


def few(mentors: Places, mentees: Places) -> bool:
    """Whether all pairs of these people may be looked at at once."""
    return len(mentors.room) * len(mentees.room) <= SMALL


@dataclass(frozen=True, eq=False)
class Market:
    """What is to be solved. A pair of people is in one block at most."""

    mentors: Places
    mentees: Places
    blocks: Sequence[Block]

    def each(self, look: Callable[[Block, Scores], T]) -> Iterator[T]:
        """Look at every block, as many at a time as there are processors; results come in the order of the blocks."""
        if len(self.blocks) == 1:
            yield look(self.blocks[0], self.blocks[0].read())
            return
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            try:
                yield from pool.map(lambda block: look(block, block.read()), self.blocks)
            finally:
                pool.shutdown(cancel_futures=True)


class Memory:
    """Remembers scores while there is room for them; the others are computed anew each time they are read."""

    def __init__(self, room: int) -> None:
        self._room = room

    def remembering(self, compute: Callable[[], Scores], size: int) -> Callable[[], Scores]:
        """``compute``, done once if its ``size`` in bytes still fits."""
        if size > self._room:
            return compute
        self._room -= size
        found: list[Scores] = []

        def read() -> Scores:
            if not found:
                found.append(compute())
            return found[0]

        return read
