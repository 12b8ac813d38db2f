"""Somebody comes in, looks at a page, and leaves: with the demonstration's own provider, and with one of others."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import uvicorn
from playwright.async_api import Browser, Page, expect

from deploy.local.front import front
from deploy.local.issuer import Issuer
from deploy.local.mailbox.keeping import Mailbox
from deploy.local.mailbox.showing import MailboxPages
from deploy.local.personas import Persona
from deploy.local.ports import free_port
from deploy.local.provider import LocalProvider
from deploy.local.stack import issuer_at
from services.registration.app import service
from shared.settings import Settings
from shared.store.store import Store
from tests.browser.looking import FITS, barriers, misfits
from tests.support.browsers import with_a_door
from tests.support.identity_provider import IdentityProvider
from tests.support.tokens import ISSUED_BY

pytestmark = [pytest.mark.browser, pytest.mark.emptied]
PERSONAS = (
    Persona("junior", "Junior", "Ada Example", ("participant",), (), "e-1"),
    Persona("manager", "Manager of all countries", "Max Example", ("manager",), ("*",)),
)


@pytest.fixture
def url() -> str:
    return f"http://127.0.0.1:{free_port()}"


@asynccontextmanager
async def serving(settings: Settings, issuer: Issuer, store: Store) -> AsyncIterator[None]:
    """Registration behind the front of one machine; it has a database and hears nothing."""
    app = service.app(settings)
    app.state.store = store
    mailbox = Mailbox(Path(), ())
    whole = front({"registration": app}, LocalProvider(issuer, PERSONAS, settings.public_url), MailboxPages(mailbox))
    server = uvicorn.Server(uvicorn.Config(whole, log_config=None, lifespan="off", timeout_graceful_shutdown=1))
    with socket.create_server(("127.0.0.1", urlsplit(settings.public_url).port or 0)) as listening:
        task = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield
        finally:
            server.should_exit = True
            await task


@pytest.fixture(params=[False, True], ids=["as they come", "without scripts"])
async def page(request: pytest.FixtureRequest, chromium: Browser) -> AsyncIterator[Page]:
    context = await chromium.new_context(java_script_enabled=not request.param)
    yield await context.new_page()
    await context.close()


@asynccontextmanager
async def _running(provider: IdentityProvider) -> AsyncIterator[None]:
    with provider.running():
        yield


async def _leaves(page: Page) -> None:
    await page.get_by_role("button", name="Max Example").click()
    await page.get_by_role("button", name="Sign out").click()


async def _is_nobody_now(page: Page, url: str) -> None:
    await page.wait_for_url(f"{url}/registration/signed-out")
    await expect(page.get_by_role("heading", level=1)).to_have_text("You are signed out")
    left = {cookie["name"] for cookie in await page.context.cookies(url) if "telemachus" in cookie["name"]}
    assert left == set()
    await page.get_by_role("link", name="Sign in again").click()
    assert not page.url.startswith(f"{url}/registration/signed")


async def test_a_demo_persona_comes_in_and_leaves(page: Page, url: str, store: Store, tmp_path: Path) -> None:
    issuer = issuer_at(url, tmp_path)
    async with serving(with_a_door(issuer, public_url=url, token_issuer=issuer.name), issuer, store):
        await page.goto(f"{url}/style?from=a%20link")
        await expect(page.locator(".personas button")).to_have_text(["Junior", "Manager of all countries"])
        await page.get_by_role("button", name="Manager").click()
        await page.wait_for_url(f"{url}/style?from=a%20link")
        await _leaves(page)
        await _is_nobody_now(page, url)
        await expect(page.get_by_role("heading", level=1)).to_have_text("Who would you like to be?")


async def test_somebody_comes_in_by_their_company_and_leaves_both(page: Page, url: str, store: Store) -> None:
    provider = IdentityProvider(url)
    settings = with_a_door(ISSUED_BY, **provider.settings)
    async with _running(provider), serving(settings, ISSUED_BY, store):
        await page.goto(f"{url}/style")
        await page.get_by_placeholder("Enter any login").fill("max")
        await page.get_by_placeholder("and password").fill("any")
        await page.get_by_role("button", name="Sign-in").click()
        await page.get_by_role("button", name="Continue").click()
        await page.wait_for_url(f"{url}/style")
        await _leaves(page)
        await page.get_by_role("button", name=re.compile("yes", re.IGNORECASE)).click()
        await _is_nobody_now(page, url)
        await expect(page.get_by_placeholder("Enter any login")).to_be_visible()


@pytest.mark.parametrize("width", [390, 1280])
async def test_the_pages_of_the_door_are_for_everybody(
    chromium: Browser, url: str, store: Store, tmp_path: Path, width: int
) -> None:
    issuer = issuer_at(url, tmp_path)
    settings = with_a_door(issuer, public_url=url, token_issuer=issuer.name)
    async with serving(settings, issuer, store):
        context = await chromium.new_context(viewport={"width": width, "height": 844})
        page = await context.new_page()
        for path in ("/", "/registration/signed-out", "/registration/sign-in/callback?state=x"):
            await page.goto(url + path)
            assert (await barriers(page), await misfits(page)) == ([], FITS), path
        await context.close()
