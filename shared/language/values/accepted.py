"""What was accepted once, in an event or a document, is mended as it is read and never refused.

The edge became stricter with time: a title with a line break, a day of the year 9999 were taken by earlier versions.
Whoever reads what is kept says so with ``ACCEPTED``; without it everything is strict.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from pydantic import ValidationInfo

ACCEPTED: Final[Mapping[str, bool]] = {"accepted": True}
"""The context of a validation that reads what is kept."""

_described: ContextVar[bool] = ContextVar("as_accepted", default=False)


def accepted(info: ValidationInfo) -> bool:
    """Whether that was taken in before."""
    return bool(info.context and info.context.get("accepted"))


@contextmanager
def as_accepted() -> Iterator[None]:
    """JSON Schemas made meanwhile tell what readers of what is kept take, not what the edge asks for."""
    before = _described.set(True)
    try:
        yield
    finally:
        _described.reset(before)


def described_as_accepted() -> bool:
    """Whether a JSON Schema is for readers of what is kept."""
    return _described.get()
