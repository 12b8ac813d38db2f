"""The live feed: for whoever may look, for as long as they may, and not for all the connections there are."""

import time
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from fastapi import FastAPI

from services.registration.app import service
from services.registration.pages import router
from services.registration.pages.board import routes, watching
from shared.web.access import Caller
from shared.web.door.tokens import LEEWAY
from shared.web.guarded import AtOnce
from shared.web.problems import explain_errors
from shared.web.static import static_router
from tests.support.including import include
from tests.support.memory import MemoryStore
from tests.support.raw import Listening, listening, request
from tests.unit.registration.api.people import CALLERS, SETTINGS
from tests.unit.registration.samples import programme

FEED = request("GET", "/board/spring/live", ("Authorization", "Bearer manager"), ("Accept", "text/event-stream"))
GOOD_FOR = 1.0
"""Seconds."""


class _Ending:
    """Knows tokens that end soon."""

    async def caller(self, token: str) -> Caller:
        return replace(CALLERS[token], expires_at=time.time() - LEEWAY + GOOD_FOR)


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Listening]:
    monkeypatch.setattr(watching, "PAUSE", 0.05)
    monkeypatch.setattr(routes, "FEEDS", AtOnce(of_each=1, of_all=5))
    app = FastAPI()
    app.state.store, app.state.access, app.state.settings = MemoryStore(programme()), _Ending(), SETTINGS
    app.state.aggregates = service.aggregates
    explain_errors(app, SETTINGS, service.spoken)
    include(app, router, static_router)
    async with listening(app) as found:
        yield found


async def test_a_feed_ends_with_its_token(server: Listening) -> None:
    async with server.connection() as raw:
        began = time.time()
        await raw.say(FEED)
        head = await raw.reader.readuntil(b"\r\n\r\n")
        fed = await raw.reader.readuntil(b"\r\n0\r\n\r\n")
    assert time.time() >= began + GOOD_FOR - 0.1
    assert b" 200 OK" in head
    assert b"cache-control: no-store" in head
    assert fed.count(b"<h1>") == 1


async def test_a_caller_has_only_so_many_feeds_and_another_once_one_has_ended(server: Listening) -> None:
    async with server.connection() as raw:
        await raw.say(FEED)
        await raw.reader.readuntil(b"data: ")
        refused = await server.ask(FEED)
        assert (refused.status, refused.code) == (429, "too-many-of-yours")
        await raw.reader.readuntil(b"\r\n0\r\n\r\n")
        await raw.say(FEED)
        assert b" 200 OK" in await raw.reader.readuntil(b"\r\n\r\n")
