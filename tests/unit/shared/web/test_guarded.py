"""Tokens first: what somebody without one sends is not read, and nobody is given all the room there is."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI, Request
from pydantic import BaseModel

from shared.telemetry.metrics import Telemetry
from shared.telemetry.tracing import Tracing
from shared.web.access import Access, Caller, Manager
from shared.web.guarded import AtOnce, Guarded
from shared.web.observed import Observed
from shared.web.problems import explain_errors
from tests.support.apps import new_issuer, settings_for, signed_in
from tests.support.raw import Listening, Raw, listening, request
from tests.support.serving import until

ISSUER = new_issuer()
MANAGER = [*signed_in(ISSUER, "manager").items()]
NOBODY = [*signed_in(ISSUER).items()]


class Body(BaseModel):
    """What a route wants."""

    text: str


def _app(telemetry: Telemetry) -> FastAPI:
    router = APIRouter(route_class=Guarded)

    @router.post("/json")
    async def json(body: Body, caller: Manager) -> int:
        return len(body.text)

    @router.post("/stream")
    async def stream(request: Request, caller: Manager) -> int:
        return sum([len(piece) async for piece in request.stream()])

    app = FastAPI()
    settings = settings_for(ISSUER)
    app.state.access, app.state.settings, app.state.aggregates, app.state.store = Access(settings), settings, (), None
    app.add_middleware(Observed, telemetry=telemetry, tracing=Tracing())
    explain_errors(app, settings)
    app.include_router(router)
    return app


@pytest.fixture
def telemetry() -> Telemetry:
    return Telemetry("test", "local")


@pytest.fixture
async def server(telemetry: Telemetry) -> AsyncIterator[Listening]:
    async with listening(_app(telemetry)) as found:
        yield found


JSON = ("Content-Type", "application/json")
LATER = ("Expect", "100-continue")


def asking(path: str, *headers: tuple[str, Any], length: int = 10) -> bytes:
    """A request that sends its body only when it is told to go on."""
    return request("POST", path, JSON, LATER, ("Content-Length", length), *headers)


@pytest.mark.parametrize("path", ["/json", "/stream"])
@pytest.mark.parametrize(("who", "status"), [([], 401), (NOBODY, 403)], ids=["no token", "no role"])
async def test_a_body_is_not_asked_for_before_it_is_known_who_sends_it(
    server: Listening, path: str, who: list[tuple[str, str]], status: int
) -> None:
    assert (await server.ask(asking(path, *who))).status == status


@pytest.mark.parametrize("path", ["/json", "/stream"])
async def test_a_body_is_not_waited_for_either(server: Listening, path: str) -> None:
    answer = await server.ask(request("POST", path, JSON, ("Content-Length", 10**9), body=b"{"))
    assert (answer.status, answer.code) == (401, "no-token")


@pytest.mark.parametrize("path", ["/json", "/stream"])
async def test_what_is_said_to_be_too_long_is_not_asked_for(server: Listening, path: str) -> None:
    answer = await server.ask(asking(path, *MANAGER, length=1024 * 1024 + 1))
    assert (answer.status, answer.code) == (413, "content-too-large")


@pytest.mark.parametrize("path", ["/json", "/stream"])
async def test_what_turns_out_to_be_too_long_is_read_no_further(server: Listening, path: str) -> None:
    chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    chunked = request("POST", path, JSON, ("Transfer-Encoding", "chunked"), *MANAGER)
    answer = await server.ask(chunked, *[chunk] * 17)
    assert (answer.status, answer.code) == (413, "content-too-large")


async def test_who_may_is_heard_and_nobody_in_between_keeps_the_answer(server: Listening) -> None:
    body = b'{"text": "abc"}'
    answer = await server.ask(request("POST", "/json", JSON, ("Content-Length", len(body)), *MANAGER, body=body))
    assert (answer.status, answer.body, answer.headers["cache-control"]) == (200, b"3", "no-store")


async def _begun(raw: Raw, path: str) -> None:
    await raw.say(asking(path, *MANAGER))
    await raw.reader.readuntil(b" 100 Continue\r\n\r\n")


async def test_a_caller_has_only_so_much_under_way(server: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Guarded, "bodies", AtOnce(of_each=2, of_all=3))
    async with server.connection() as first, server.connection() as second, server.connection() as third:
        await _begun(first, "/json")
        await _begun(second, "/stream")
        answer = await server.ask(asking("/json", *MANAGER))
        assert (answer.status, answer.code, answer.headers["retry-after"]) == (429, "too-many-of-yours", "5")
        other = [*signed_in(ISSUER, "manager", employee_id="e-2").items()]
        await third.say(asking("/json", *other))
        await third.reader.readuntil(b" 100 Continue\r\n\r\n")
        more = await server.ask(asking("/json", *signed_in(ISSUER, "manager", employee_id="e-3").items()))
        assert (more.status, more.code) == (503, "no-more-at-once")
        await second.say(b"x" * 10)
        assert (await second.answer()).body == b"10"
        async with server.connection() as again:
            await _begun(again, "/json")


@pytest.mark.parametrize("path", ["/json", "/stream"])
async def test_whoever_goes_away_is_counted_apart_and_nothing_is_logged(
    server: Listening, telemetry: Telemetry, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with server.connection() as raw:
        await _begun(raw, path)
        await raw.say(b"x")

    async def counted() -> bool:
        return _requests(telemetry, path, "499") == 1

    await until(counted)
    await asyncio.sleep(0)
    assert not [_requests(telemetry, path, status) for status in ("4xx", "5xx") if _requests(telemetry, path, status)]
    assert not [record for record in caplog.records if record.levelname not in ("DEBUG", "INFO")]


def _requests(telemetry: Telemetry, path: str, status: str) -> float:
    labels = {"method": "POST", "route": path, "status": status}
    return telemetry.registry.get_sample_value("telemachus_http_requests_total", labels) or 0


def test_a_token_is_over_half_a_minute_after_its_end() -> None:
    now = time.time()
    ends = {Caller(None, frozenset(), frozenset(), expires_at=now + later).is_over: later for later in (-31, -29, 1)}
    assert ends == {True: -31, False: 1}
