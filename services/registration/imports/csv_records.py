"""Records of a CSV file as people export it: one at a time, and one that is broken does not spoil the next."""

import csv
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import TextIOWrapper
from itertools import islice
from typing import IO

LONGEST_LINE = 64 * 1024
"""Characters."""

MOST_LINES = 50
"""Lines one record may run over; a quotation mark that is never closed loses its own line and no more."""


@dataclass(frozen=True, slots=True)
class Record:
    """The cells of a record and the number of its first line in the file; None where it cannot be read."""

    line: int
    cells: tuple[str, ...] | None


def lines_of(file: IO[bytes]) -> Iterator[str]:
    """Lines with their ends, from the beginning; of one that is too long the first ``LONGEST_LINE`` characters.

    Bytes that are not UTF-8 come as lone surrogates, so that only the cells that hold them are refused.
    """
    file.seek(0)
    text = TextIOWrapper(file, encoding="utf-8-sig", errors="surrogateescape", newline="")
    goes_on = False
    try:
        while piece := text.readline(LONGEST_LINE):
            if not goes_on:
                yield piece
            goes_on = len(piece) == LONGEST_LINE and not piece.endswith(("\n", "\r"))
    finally:
        text.detach()  # else the file would be closed with its wrapper


def records_of(lines: Iterable[str], separator: str) -> Iterator[Record]:
    """Every record that is not blank."""
    source = iter(lines)
    ahead = deque(islice(source, MOST_LINES))
    number = 1
    while ahead:
        cells, used = _first(ahead, separator)
        if cells is None or any(cell.strip() for cell in cells):
            yield Record(number, cells)
        for _ in range(used):
            ahead.popleft()
        ahead.extend(islice(source, used))
        number += used


def _first(ahead: deque[str], separator: str) -> tuple[tuple[str, ...] | None, int]:
    reader = csv.reader(ahead, delimiter=separator, strict=True)
    try:
        cells = tuple(next(reader))
    except csv.Error:
        return None, 1
    if any(len(line) >= LONGEST_LINE for line in islice(ahead, reader.line_num)):
        return None, 1
    return cells, reader.line_num
