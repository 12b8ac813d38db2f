"""How the text of a CSV file is encoded: what spreadsheets save is told by its first bytes, or by what it cannot be."""

from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from typing import IO

from shared.domain.errors import Refused

PIECE = 1024 * 1024
"""Bytes looked at in one go."""


def encoding_of(file: IO[bytes]) -> str:
    """Its Python name; raises Refused for a file that is in no Unicode at all.

    Where some line is UTF-8 beyond ASCII, or a single one is not, those that are not are accidents and refused as rows.
    Else all are in the code page of an old spreadsheet: one sentence helps more than a fault for every name.
    """
    file.seek(0)
    start = file.read(2)
    if start in (BOM_UTF16_LE, BOM_UTF16_BE):
        return "utf-16"
    if len(start) == 2 and 0 in start:
        return "utf-16-be" if start[0] == 0 else "utf-16-le"
    if line := _first_that_is_none(file):
        raise Refused("file-not-utf-8", line=line)
    return "utf-8-sig"


def _first_that_is_none(file: IO[bytes]) -> int:
    """The number of the first of several lines that are no UTF-8 in a file without any; else 0."""
    file.seek(0)
    none: list[int] = []
    before = 0
    while piece := file.read(PIECE) + file.readline(PIECE):
        for number, line in enumerate([] if piece.isascii() else piece.splitlines(), before + 1):
            if line.isascii():
                continue
            if _is_utf_8(line):
                return 0
            none.append(number)
        before += piece.count(b"\n")
    return none[0] if len(none) > 1 else 0


def _is_utf_8(line: bytes) -> bool:
    try:
        line.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return True
