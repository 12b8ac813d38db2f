"""Registration's pages behind a real server, on the run's MongoDB, looked at with Chromium."""

import asyncio
import math
import shutil
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.async_api import Browser, async_playwright

from services.registration import handlers
from services.registration.app import service
from services.registration.pages import router
from shared.domain.handlers import heard
from shared.language.envelope import Origin
from shared.language.streams import Event
from shared.serving.compressed import compress_answers
from shared.store.store import Store
from shared.store.unit import Unit
from shared.web.access import Access
from shared.web.problems import explain_errors
from shared.web.static import static_router
from tests.support.backends import Mongo
from tests.support.browsers import signed_in_cookie, with_a_door
from tests.support.including import include
from tests.support.tokens import ISSUED_BY

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
Hear = Callable[..., Awaitable[None]]


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line("markers", "browser: needs Chromium")


class _Still:
    steady_for = math.inf

    def now(self) -> datetime:
        return NOW


@dataclass(frozen=True)
class Site:
    """Where the pages are."""

    address: str
    access: Access

    def cookie(self, role: str, *countries: str) -> Any:
        """Signs a browser in."""
        cookie = signed_in_cookie(self.access, role, employee_id="e-1", countries=countries)
        name, _, value = cookie.partition("=")
        return {"name": name, "value": value, "url": self.address}


@pytest.fixture
async def store(mongodb: Mongo, database_name: str) -> AsyncIterator[Store]:
    """Registration's empty database."""
    store = Store(mongodb.url, database_name, Origin("registration", "test"), _Still())
    await store.prepare(service.aggregates)
    yield store
    await store.close()


@pytest.fixture
def hear(store: Store) -> Hear:
    """Lets registration hear events, as its inbox would."""

    async def hear(*events: Event) -> None:
        async def work(unit: Unit) -> None:
            for event in events:
                for handler in heard(handlers):
                    if type(event) in handler.events:
                        await handler.handle(event, unit)

        await store.run(work)

    return hear


@pytest.fixture
async def site(store: Store) -> AsyncIterator[Site]:
    """The pages, served on a free port."""
    app = FastAPI()
    compress_answers(app)
    include(app, router, static_router)
    config = uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        settings = with_a_door(ISSUED_BY, public_url=address)
        app.state.store, app.state.access, app.state.settings = store, Access(settings), settings
        app.state.service, app.state.aggregates = service.name, service.aggregates
        explain_errors(app, settings, service.spoken)
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        yield Site(address, app.state.access)
        server.should_exit = True
        await serving


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """The machine's Chromium without a window, which takes a third less time than the one with."""
    path = shutil.which("chromium-headless-shell")
    if path is None:
        pytest.skip("needs Chromium: install the package chromium-headless-shell")
    async with async_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
        browser = await playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        await browser.close()
