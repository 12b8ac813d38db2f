"""The page at /docs in a browser: by day and by night, on a desk and in a hand, with nothing from elsewhere."""

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Literal

import pytest
import uvicorn
from playwright.async_api import Browser

from deploy.services import SERVICES
from tests.support.apps import new_issuer, settings_for

pytestmark = pytest.mark.browser
WIDTHS = {"desk": 1280, "hand": 390}


@pytest.fixture
async def address() -> AsyncIterator[str]:
    """Where registration tells what may be asked of it."""
    [app] = (service.app(settings_for(new_issuer())) for service in SERVICES if service.name == "registration")
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=1))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        await serving


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("where", WIDTHS)
async def test_it_can_be_read(address: str, chromium: Browser, where: str, scheme: Literal["light", "dark"]) -> None:
    page = await chromium.new_page(color_scheme=scheme, viewport={"width": WIDTHS[where], "height": 844})
    told: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(f"{address}/docs")
    await page.locator(".opblock").first.click()
    await page.locator(".responses-table").first.wait_for()

    tags = await page.locator(".opblock-tag").evaluate_all("tags => tags.map(tag => tag.dataset.tag)")
    dark = await page.evaluate("getComputedStyle(document.documentElement).backgroundColor !== 'rgba(0, 0, 0, 0)'")
    width = await page.evaluate("document.documentElement.scrollWidth")
    await page.close()

    assert (tags[0], tags[-1]) == ("participants", "operations")
    assert dark == (scheme == "dark")
    assert width == WIDTHS[where]
    assert told == []
    assert all(url.startswith((address, "data:")) for url in asked)
