"""An import told step by step: one JSON object a line, for whoever waits for a long file."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import structlog
from fastapi import Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from services.registration.imports.importing import Progress, Report, Tell
from shared.domain.errors import Absent, Refused
from shared.loops import is_transient

log = structlog.get_logger()

LINES = "application/x-ndjson"
"""What a request has to accept to be told: often ``{"progress": …}``, then ``{"report": …}`` or ``{"failed": …}``."""

_going: set[asyncio.Task[Report]] = set()
"""Nobody else holds on to them."""


async def followed(run: Callable[[Tell], Awaitable[Report]], file: AsyncExitStack) -> Response:
    """The answer that tells of it; raises what refuses the whole file.

    Like one that nobody follows, it goes on when whoever asked goes away: half a file is no good. ``file`` is closed
    when it ends.
    """
    told: asyncio.Queue[Progress | None] = asyncio.Queue()

    async def work() -> Report:
        async with file:
            try:
                return await run(told.put_nowait)
            except Exception as error:
                if not isinstance(error, Refused | Absent):  # known even when nobody listens any more
                    log.error("import failed", exc_info=error)
                raise

    going = asyncio.create_task(work())
    _going.add(going)
    going.add_done_callback(_going.discard)
    going.add_done_callback(lambda _: told.put_nowait(None))
    first = await told.get()
    if first is None:
        going.result()
    return StreamingResponse(_lines(first, told, going), media_type=LINES)


async def _lines(
    first: Progress | None, told: asyncio.Queue[Progress | None], going: asyncio.Task[Report]
) -> AsyncIterator[str]:
    progress = first
    while progress is not None:
        yield _line(progress=progress)
        progress = await told.get()
    error = going.exception()
    if error is None:
        yield _line(report=going.result())
    else:
        why = "Broker or database do not answer" if is_transient(error) else "Something went wrong here"
        yield _line(failed=f"{why}. What was imported stays: give the same file again.")


def _line(**said: Any) -> str:
    return _Line(**said).model_dump_json(exclude_unset=True) + "\n"


class _Line(BaseModel):
    progress: Progress | None = None
    report: Report | None = None
    failed: str = ""
