"""Records of a CSV file as people export it: one at a time, and one that is broken does not spoil the next."""

import asyncio
import csv
from collections import deque
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass, field
from io import TextIOWrapper
from itertools import islice
from typing import IO, TypeVar

from shared.domain.errors import Refused
from shared.domain.pieces import chunks

T = TypeVar("T")

LONGEST_LINE = 64 * 1024
"""Characters."""

LONGEST_FILE = 500_000
"""Lines; a million that nobody can read would keep a processor busy for minutes."""

MOST_LINES = 50
"""Lines one record may run over; a quotation mark that is never closed loses its own line and no more."""


@dataclass(frozen=True, slots=True)
class Record:
    """The cells of a record and the number of its first line in the file; None where it cannot be read."""

    line: int
    cells: tuple[str, ...] | None = field(repr=False)


def lines_of(file: IO[bytes], encoding: str) -> Iterator[str]:
    """Lines with their ends, from the beginning; of one that is too long the first ``LONGEST_LINE`` characters.

    Bytes that are no text come as ``UNREADABLE``, so that only the cells that hold them are refused. Raises Refused
    after ``LONGEST_FILE`` lines.
    """
    file.seek(0)
    text = TextIOWrapper(file, encoding=encoding, errors="replace", newline="")
    before, count = "", 0
    try:
        while piece := text.readline(LONGEST_LINE):
            if not _goes_on(before, piece):
                count += 1
                if count > LONGEST_FILE:
                    raise Refused("file-too-long", lines=LONGEST_FILE)
                yield piece
            before = piece
    finally:
        text.detach()  # else the file would be closed with its wrapper


def _goes_on(before: str, piece: str) -> bool:
    """Whether this is the rest of the same line; what was cut off may be its end, or half of it."""
    ended = before.endswith("\n") or (before.endswith("\r") and piece != "\n")
    return len(before) == LONGEST_LINE and not ended


def records_of(lines: Iterable[str], separator: str) -> Iterator[Record]:
    """Every record that is not blank."""
    source = iter(lines)
    ahead = deque(islice(source, MOST_LINES))
    number = 1
    while ahead:
        cells, used = _first(ahead, separator)
        if cells != ():
            yield Record(number, cells)
        for _ in range(used):
            ahead.popleft()
        ahead.extend(islice(source, used))
        number += used


def _first(ahead: deque[str], separator: str) -> tuple[tuple[str, ...] | None, int]:
    """The cells of the first record, none where it is blank, and over how many lines it runs."""
    if not ahead[0].strip() and len(ahead[0]) < LONGEST_LINE:  # so many that a reader for each would take a minute
        return (), 1
    reader = csv.reader(ahead, delimiter=separator, strict=True)
    try:
        cells = tuple(next(reader))
    except csv.Error:
        return None, 1
    if any(len(line) >= LONGEST_LINE for line in islice(ahead, reader.line_num)):
        return None, 1
    return cells if any(cell.strip() for cell in cells) else (), reader.line_num


async def beside(items: Iterator[T]) -> AsyncIterator[list[T]]:
    """Chunks of what takes long to read, read beside the event loop."""
    read = chunks(items)
    while chunk := await asyncio.to_thread(next, read, None):
        yield chunk
