"""An import that is followed tells of every step, and goes on when nobody listens any more."""

import asyncio
import io
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
from fastapi import Response
from fastapi.responses import StreamingResponse
from pymongo.errors import AutoReconnect
from structlog.testing import capture_logs

from services.registration.api.following import in_lines
from services.registration.app import service
from services.registration.imports.following import followed
from services.registration.imports.importing import Progress, Report, Tell
from shared.domain.errors import Refused
from tests.support.sentences import refusing

EXPLAIN = service.spoken.explain
STEPS = [Progress(rows=500, part=0.5), Progress(rows=900, part=1.0)]
REPORT = Report(
    dry_run=False,
    rows=900,
    imported=900,
    changed=0,
    unchanged=0,
    refused=0,
    errors=[],
    errors_left_out=0,
    ignored_columns=(),
)


def lines_of(answer: Response) -> AsyncIterator[str]:
    assert isinstance(answer, StreamingResponse)
    return answer.body_iterator  # type: ignore[return-value]


async def all_of(answer: Response) -> list[dict[str, Any]]:
    return [json.loads(line) async for line in lines_of(answer)]


async def begun(error: Exception | None, steps: list[Progress], file: io.BytesIO) -> Response:
    async def run(tell: Tell) -> Report:
        for step in steps:
            tell(step)
            await asyncio.sleep(0)
        if error:
            raise error
        return REPORT

    stack = AsyncExitStack()
    stack.enter_context(file)
    return in_lines(await followed(run, stack), EXPLAIN)


async def test_every_step_is_told_and_then_the_report() -> None:
    file = io.BytesIO()
    told = await all_of(await begun(None, STEPS, file))

    assert told == [*({"progress": step.model_dump()} for step in STEPS), {"report": REPORT.model_dump(mode="json")}]
    assert file.closed


async def test_a_file_without_rows_has_a_report_alone() -> None:
    assert [list(line) for line in await all_of(await begun(None, [], io.BytesIO()))] == [["report"]]


async def test_what_refuses_the_whole_file_is_no_answer_in_lines() -> None:
    file = io.BytesIO()
    with refusing(service.spoken, "lacks the columns a and b"):
        await begun(Refused("columns-missing", columns=["a", "b"]), [], file)
    assert file.closed


@pytest.mark.parametrize(
    ("error", "why", "code"),
    [
        (AutoReconnect("away"), "does not answer", "import-away"),
        (ZeroDivisionError("secret"), "went wrong here", "import-our-fault"),
    ],
)
async def test_what_breaks_off_says_why_and_what_to_do(error: Exception, why: str, code: str) -> None:
    *_, last = await all_of(await begun(error, STEPS[:1], io.BytesIO()))

    assert why in last["failed"]
    assert "give the same file again" in last["failed"]
    assert str(error) not in last["failed"]
    assert (last["code"], last["facts"]) == (code, {})


async def test_it_goes_on_when_whoever_asked_goes_away() -> None:
    file, may_end, done = io.BytesIO(), asyncio.Event(), asyncio.Event()

    async def run(tell: Tell) -> Report:
        tell(STEPS[0])
        await may_end.wait()
        done.set()
        return REPORT

    stack = AsyncExitStack()
    stack.enter_context(file)
    lines = lines_of(in_lines(await followed(run, stack), EXPLAIN))
    assert "progress" in await anext(lines)
    await lines.aclose()  # type: ignore[attr-defined]
    assert not file.closed

    may_end.set()
    await asyncio.wait_for(done.wait(), 10)


async def test_what_fails_when_nobody_listens_any_more_is_known_all_the_same() -> None:
    ended = asyncio.Event()

    async def run(tell: Tell) -> Report:
        tell(STEPS[0])
        await asyncio.sleep(0)
        raise ZeroDivisionError

    stack = AsyncExitStack()
    stack.callback(ended.set)
    with capture_logs() as logs:
        lines = lines_of(in_lines(await followed(run, stack), EXPLAIN))
        await lines.aclose()  # type: ignore[attr-defined]
        await asyncio.wait_for(ended.wait(), 10)

    assert [(log["event"], type(log["exc_info"])) for log in logs] == [("import failed", ZeroDivisionError)]
