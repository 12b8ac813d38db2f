"""Long things in pieces that fit a transaction."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")

CHUNK = 500
"""Rows in one transaction."""


def chunks(items: Iterable[T]) -> Iterator[list[T]]:
    """Lists of at most ``CHUNK``."""
    source = iter(items)
    while chunk := list(islice(source, CHUNK)):
        yield chunk
