"""An import told step by step: one JSON object a line, for whoever waits for a long file."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import structlog
from fastapi import Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from services.registration.api.reports import ReportView, told
from services.registration.imports.importing import Progress, Report, Tell
from shared.domain.errors import Absent, Refused
from shared.language.reasons import Reason
from shared.loops import is_transient
from shared.web.dependencies import Explain

log = structlog.get_logger()

LINES = "application/x-ndjson"
"""What a request has to accept to be told: often ``{"progress": …}``, then ``{"report": …}`` or ``{"failed": …}``."""

_going: set[asyncio.Task[Report]] = set()
"""Nobody else holds on to them."""


async def followed(run: Callable[[Tell], Awaitable[Report]], file: AsyncExitStack, explain: Explain) -> Response:
    """The answer that tells of it, in the reader's language; raises what refuses the whole file.

    Like one that nobody follows, it goes on when whoever asked goes away: half a file is no good. ``file`` is closed
    when it ends.
    """
    steps: asyncio.Queue[Progress | None] = asyncio.Queue()

    async def work() -> Report:
        async with file:
            try:
                return await run(steps.put_nowait)
            except Exception as error:
                if not isinstance(error, Refused | Absent):  # known even when nobody listens any more
                    log.error("import failed", exc_info=error)
                raise

    going = asyncio.create_task(work())
    _going.add(going)
    going.add_done_callback(_going.discard)
    going.add_done_callback(lambda _: steps.put_nowait(None))
    first = await steps.get()
    if first is None:
        going.result()
    return StreamingResponse(_lines(first, steps, going, explain), media_type=LINES)


async def _lines(
    first: Progress | None, steps: asyncio.Queue[Progress | None], going: asyncio.Task[Report], explain: Explain
) -> AsyncIterator[str]:
    progress = first
    while progress is not None:
        yield _line(progress=progress)
        progress = await steps.get()
    error = going.exception()
    if error is None:
        yield _line(report=ReportView.of(going.result(), explain))
    else:
        yield _line(**_broken_off(error, explain))


def _broken_off(error: BaseException, explain: Explain) -> dict[str, Any]:
    why = Reason("import-away") if is_transient(error) else Reason("import-our-fault")
    return {"failed": explain(why), **told(why)}


def _line(**said: Any) -> str:
    return _Line(**said).model_dump_json(exclude_unset=True) + "\n"


class _Line(BaseModel):
    progress: Progress | None = None
    report: ReportView | None = None
    failed: str = ""
    code: str = ""
    facts: dict[str, Any] = {}
