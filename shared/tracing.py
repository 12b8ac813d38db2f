"""W3C trace context: taken from a request or an event, handed on to the events that follow from it."""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_TRACEPARENT = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_current: ContextVar[str | None] = ContextVar("traceparent", default=None)


def next_traceparent() -> str:
    """The ``traceparent`` header for the next step of what is being done now; begins a trace where there is none."""
    found = _TRACEPARENT.fullmatch(_current.get() or "")
    trace_id = found[1] if found else secrets.token_hex(16)
    return f"00-{trace_id}-{secrets.token_hex(8)}-01"


@contextmanager
def traced(traceparent: str | None) -> Iterator[None]:
    """Do something as part of that trace; one that is not well-formed is none."""
    well_formed = traceparent is not None and _TRACEPARENT.fullmatch(traceparent)
    token = _current.set(traceparent if well_formed else next_traceparent())
    try:
        yield
    finally:
        _current.reset(token)
