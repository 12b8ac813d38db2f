"""What of a request is counted."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import StreamingResponse

from shared.telemetry.metrics import Telemetry
from shared.telemetry.tracing import Tracing
from shared.web.observed import Observed


@pytest.mark.parametrize(("breaks", "status"), [(False, "2xx"), (True, "5xx")])
async def test_an_answer_counts_as_how_it_ends_and_not_as_how_it_began(breaks: bool, status: str) -> None:
    app, telemetry = FastAPI(), Telemetry("ledger", "test")
    app.add_middleware(Observed, telemetry=telemetry, tracing=Tracing())

    async def pieces() -> AsyncIterator[str]:
        yield "so far so good\n"
        if breaks:
            raise ZeroDivisionError

    @app.get("/pieces")
    async def answer() -> StreamingResponse:
        return StreamingResponse(pieces())

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        assert (await client.get("/pieces")).status_code == 200

    [counted] = telemetry.requests.collect()
    found = {s.labels["status"]: s.value for s in counted.samples if s.name.endswith("_total") and s.value}
    assert found == {status: 1}
