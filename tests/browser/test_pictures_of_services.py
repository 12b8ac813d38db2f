"""The most important pages of matching, sessions and feedback, and operators', look as they did: see test_pictures."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Literal

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.async_api import Browser, Page

from services.feedback.pages import router as feedback
from services.matching.pages import router as matching
from services.sessions.pages import router as sessions
from tests.browser.test_pages import WIDTHS
from tests.browser.test_pictures import LOOKS, looks_as_it_did, shot, table  # noqa: F401 - a fixture
from tests.support.forms import site
from tests.support.memory import MemoryStore
from tests.unit.feedback.pages import test_alarms, test_figures
from tests.unit.feedback.pages.test_pulse_pages import store as pulse  # noqa: F401 - a fixture, like the next
from tests.unit.matching.pages.test_desk import store as desk  # noqa: F401
from tests.unit.matching.pages.test_partner import store as partner  # noqa: F401
from tests.unit.matching.pages.test_waiting import store as waiting  # noqa: F401
from tests.unit.sessions.pages.conftest import store as pair_of_two  # noqa: F401
from tests.unit.shared.operations.pages.operated import app_of, running

pytestmark = pytest.mark.browser

MANAGER = "ann~manager"


@pytest.fixture
def alarms() -> MemoryStore:
    return test_alarms.filled(test_alarms.kept(*test_alarms.LOSING))


@pytest.fixture
def figures() -> MemoryStore:
    return MemoryStore(test_figures.PROGRAMME, *test_figures.PAIRS)


def of(service: str, router: Any, kept: str) -> Callable[[pytest.FixtureRequest], FastAPI]:
    """That service with what a fixture of that name keeps."""
    return lambda request: site(router, store=request.getfixturevalue(kept), service=service)


PAGES: dict[str, tuple[Callable[[pytest.FixtureRequest], FastAPI], str, str]] = {
    "matching-partner": (of("matching", matching, "partner"), "/", "mentor~participant"),
    "matching-desk": (of("matching", matching, "desk"), "/desk/programmes/p", MANAGER),
    "matching-round": (of("matching", matching, "desk"), "/desk/rounds/r", MANAGER),
    "matching-waiting": (of("matching", matching, "waiting"), "/desk/programmes/p/waiting", MANAGER),
    "sessions-ours": (of("sessions", sessions, "pair_of_two"), "/", "mentor~participant"),
    "sessions-all": (of("sessions", sessions, "pair_of_two"), "/all", MANAGER),
    "feedback-pulse": (of("feedback", feedback, "pulse"), "/pulse/s1", "mentor~participant"),
    "feedback-alarms": (of("feedback", feedback, "alarms"), "/alarms/p", MANAGER),
    "feedback-figures": (of("feedback", feedback, "figures"), "/figures/p", MANAGER),
    "operations": (lambda _request: app_of(running()), "/operating", "otto~operator"),
}
"""Name → whose page it is, where it is, and who looks at it."""


@asynccontextmanager
async def served(app: FastAPI) -> AsyncIterator[str]:
    """Its address."""
    config = uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        await serving


@pytest.fixture(params=PAGES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def app(request: pytest.FixtureRequest, name: str) -> FastAPI:
    return PAGES[name][0](request)


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
async def test_a_page_of_a_service_looks_as_it_did(
    app: FastAPI,
    chromium: Browser,
    table: Page,  # noqa: F811
    name: str,
    scheme: Literal["light", "dark"],
    width: str,
) -> None:
    _made, path, who = PAGES[name]
    async with served(app) as address:
        context = await chromium.new_context(
            base_url=address,
            viewport={"width": WIDTHS[width], "height": 844},
            color_scheme=scheme,
            bypass_csp=True,
            reduced_motion="reduce",
            extra_http_headers={"Authorization": f"Bearer {who}"},
        )
        taken = await shot(context, path)
        await context.close()
    await looks_as_it_did(table, taken, f"{name}-{width}-{scheme}")
