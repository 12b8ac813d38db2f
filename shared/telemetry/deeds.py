"""What somebody had done, in the log: one line a request that may change something, however much follows from it.

A line holds the operation, what became of it, ids, figures, and in which role it was asked for. It never says who
asked: logs go further than data do, and no erasure reaches them.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

import structlog

from shared.language.streams import Event
from shared.telemetry.tracing import current

log = structlog.get_logger()

T = TypeVar("T")

_current: ContextVar["Deed | None"] = ContextVar("deed", default=None)


class Deed:
    """What one request has done so far. Its line is written once it was answered and all of its parts have ended."""

    def __init__(self) -> None:
        self.what: dict[str, Any] = {}
        self.said: Counter[str] = Counter()
        self.code = ""
        """Why it was not done, or not to its end."""
        self.trace = ""
        """The id of the trace it belongs to."""
        self._going = 1
        self._tell: Callable[[Deed], None] = lambda _: None

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """It goes on as long as this lasts, also when whoever asked has gone away."""
        self._going += 1
        try:
            yield
        finally:
            self._end()

    def answered(self, tell: Callable[["Deed"], None]) -> None:
        """There is an answer; ``tell`` is called at the end of all."""
        self._tell = tell
        self._end()

    def _end(self) -> None:
        self._going -= 1
        if not self._going:
            self._tell(self)


@contextmanager
def doing(deed: Deed) -> Iterator[None]:
    """What is done inside is this deed, also in tasks that are begun there."""
    deed.trace = (current.get() or "--").split("-")[1]
    token = _current.set(deed)
    try:
        yield
    finally:
        _current.reset(token)


async def under_way(work: Awaitable[T]) -> T:
    """Do it as a part of what is being done, which goes on until it has ended."""
    done = _current.get()
    if done is None:
        return await work
    with done.under_way():
        return await work


def note(**what: Any) -> None:
    """Ids and figures for the line of what is being done: nothing that somebody wrote, and nobody's id as a person."""
    if (done := _current.get()) is not None:
        done.what |= what


def note_refusal(code: str) -> None:
    """It was not done, or not to its end, and why."""
    if (done := _current.get()) is not None:
        done.code = code


def came_true(event: Event, service: str) -> None:
    """An event was committed. Where nobody asked for it just now, those that end something long have a line each."""
    if (done := _current.get()) is not None:
        done.said[type(event).__name__] += 1
    elif event.logged:
        log.info("said", **{"service": service, "type": type(event).__name__} | figures(event))


def figures(event: Event) -> dict[str, Any]:
    """Its ids and figures; lists stay out, which may be long."""
    said = event.model_dump(mode="json")
    return {name: value for name, value in said.items() if isinstance(value, str | int | float)}
