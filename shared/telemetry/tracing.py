"""One trace from a request to the last event that follows from it.

The W3C ``traceparent`` is taken from a request or an event and handed on. Where OpenTelemetry is switched on by its
standard environment, ``shared.telemetry.spans`` puts every step on record; elsewhere its SDK is not even imported.
"""

import re
import secrets
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar
from typing import Any

from shared.language.envelope import Envelope, Record
from shared.language.streams import Event

TRACEPARENT = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})")
current: ContextVar[str | None] = ContextVar("traceparent", default=None)


def next_traceparent() -> str:
    """The ``traceparent`` header for the next step of what is being done now; begins a trace where there is none."""
    found = TRACEPARENT.fullmatch(current.get() or "")
    trace_id = found[1] if found else secrets.token_hex(16)
    return f"00-{trace_id}-{secrets.token_hex(8)}-01"


class Step:
    """One step of a trace: on record once it was ended; one that never came to count is let go of."""

    __slots__ = ("traceparent",)

    def __init__(self, traceparent: str) -> None:
        self.traceparent = traceparent

    def answered(self, method: str, route: str, status: int) -> None:
        """It was a request, and this is what it was about: its route's pattern, never what is in it."""

    def end(self) -> None:
        """It has come true."""


UNRECORDED = Step("")


class traced:  # noqa: N801 - read as «with traced(…)»; a generator would cost every event twice as much
    """Do something as part of that trace; one that is not well-formed is none."""

    __slots__ = ("_token", "_traceparent")

    def __init__(self, traceparent: str | None) -> None:
        well_formed = traceparent is not None and TRACEPARENT.fullmatch(traceparent)
        self._traceparent = traceparent if well_formed else next_traceparent()

    def __enter__(self) -> Step:
        self._token = current.set(self._traceparent)
        return UNRECORDED

    def __exit__(self, *_: object) -> None:
        current.reset(self._token)


class Tracing:
    """How the steps of one service hang together; nothing is put on record."""

    def asked(self, traceparent: str | None) -> AbstractContextManager[Step]:
        """Answer a request that is part of that trace, or begins one."""
        return traced(traceparent)

    def heard(self, _record: Record, envelope: Envelope, /) -> AbstractContextManager[Step]:
        """Handle an event as what follows from its being decided; ends when the batch is committed."""
        return traced(envelope.traceparent)

    def due(self, _part: str, /) -> AbstractContextManager[Step]:
        """Do what is due: the beginning of a trace."""
        return traced(None)

    def decided(self, _event: Event, /) -> Step:
        """An event was raised by what is being done now; ends when it is committed. Others follow from it."""
        return Step(next_traceparent())

    def publishing(self, _rows: Sequence[Mapping[str, Any]], /) -> AbstractContextManager[set[str]]:
        """Publish these rows of the outbox, each as what follows from its being decided.

        The ids of those that were not taken belong into the set.
        """
        return nullcontext(set())

    async def stop(self) -> None:
        """Let what is on record reach the collector, as far as it answers."""
