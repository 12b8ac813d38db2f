"""An import told step by step: one JSON object a line, for whoever waits for a long file.

Often ``{"progress": …}``, then ``{"report": …}`` or ``{"failed": …}``.
"""

from collections.abc import AsyncIterator
from typing import Any

from fastapi import Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from services.registration.api.reports import ReportView, told
from services.registration.imports.following import Following
from services.registration.imports.importing import Progress, Report
from shared.web.dependencies import Explain
from shared.web.lists.lines import LINES


def in_lines(following: Following, explain: Explain) -> Response:
    """The answer that tells of it, in the reader's language."""
    return StreamingResponse(_lines(following, explain), media_type=LINES)


async def _lines(following: Following, explain: Explain) -> AsyncIterator[str]:
    async for progress in following.steps():
        yield _line(progress=progress)
    outcome = following.outcome
    if isinstance(outcome, Report):
        yield _line(report=ReportView.of(outcome, explain))
    else:
        yield _line(failed=explain(outcome), **told(outcome))


def _line(**said: Any) -> str:
    return _Line(**said).model_dump_json(exclude_unset=True) + "\n"


class _Line(BaseModel):
    progress: Progress | None = None
    report: ReportView | None = None
    failed: str = ""
    code: str = ""
    facts: dict[str, Any] = {}
