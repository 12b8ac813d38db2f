"""An import that is followed: every step is told to whoever waits, and it goes on when nobody does any more."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass

import structlog

from services.registration.imports.importing import Progress, Report, Tell
from shared.domain.errors import Absent, Refused
from shared.language.reasons import Reason
from shared.loops import is_transient
from shared.telemetry.deeds import note_refusal, under_way

log = structlog.get_logger()

_going: set[asyncio.Task[Report]] = set()
"""Nobody else holds on to them."""


@dataclass(frozen=True)
class Following:
    """One that has come to its first step, or to its end."""

    first: Progress | None
    later: "asyncio.Queue[Progress | None]"
    going: asyncio.Task[Report]

    async def steps(self) -> AsyncIterator[Progress]:
        """How far it is, from its first step until it has ended."""
        progress = self.first
        while progress is not None:
            yield progress
            progress = await self.later.get()

    @property
    def outcome(self) -> Report | Reason:
        """The report, or why it broke off; to be asked for when there are no more steps."""
        error = self.going.exception()
        return self.going.result() if error is None else _why(error)


async def followed(run: Callable[[Tell], Awaitable[Report]], file: AsyncExitStack) -> Following:
    """Begin it and wait for its first step; raises what refuses the whole file.

    Like one that nobody follows, it goes on when whoever asked goes away: half a file is no good. ``file`` is closed
    when it ends.
    """
    steps: asyncio.Queue[Progress | None] = asyncio.Queue()

    async def work() -> Report:
        async with file:
            try:
                return await run(steps.put_nowait)
            except Exception as error:
                if not isinstance(error, Refused | Absent):
                    log.error("import failed", exc_info=error)
                note_refusal(_why(error).code)  # known even when nobody listens any more
                raise

    going = asyncio.create_task(under_way(work()))
    _going.add(going)
    going.add_done_callback(_going.discard)
    going.add_done_callback(lambda _: steps.put_nowait(None))
    first = await steps.get()
    if first is None:
        going.result()
    return Following(first, steps, going)


def _why(error: BaseException) -> Reason:
    if isinstance(error, Refused | Absent):
        return error.reason
    return Reason("import-away") if is_transient(error) else Reason("import-our-fault")
