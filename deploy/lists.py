"""A list of a service, read whole: line by line, as every list is told to whoever accepts that."""

import json
from collections.abc import Callable, Iterable
from typing import Any

LINES = "application/x-ndjson"
"""What a request accepts to be told all of a list."""


class BrokenOff(Exception):
    """The service could not tell all of it; the message is its own sentence."""


def whole(lines: Iterable[str], read: Callable[[str], Any] = json.loads) -> list[Any]:
    """Everything in the list; raises BrokenOff, and what ``read`` raises for a line that is none of ours."""
    found = [read(line) for line in lines if line]
    if found and isinstance(found[-1], dict) and "failed" in found[-1]:
        raise BrokenOff(str(found[-1]["failed"]))
    return found
