"""Signing in and out with an OpenID Connect provider that others have written."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import uvicorn

from deploy.local.front import front
from deploy.local.mailbox.keeping import Mailbox
from deploy.local.mailbox.showing import MailboxPages
from deploy.local.ports import free_port
from deploy.local.provider import LocalProvider
from services.matching.app import service as matching
from services.registration.app import service as registration
from shared.settings import Settings
from shared.web.access import Access, Caller
from tests.support.apps import bearer, person
from tests.support.browsers import asking, form_token, with_a_door
from tests.support.identity_provider import IdentityProvider, new_keys
from tests.support.tokens import ISSUED_BY


class Browsing:
    """A browser at two sites: both are this machine, whose ports have cookies in common, as browsers have it."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def follow(self, answer: httpx.Response) -> httpx.Response:
        """Wherever it is sent, until somebody has to do something."""
        while answer.next_request:
            answer = await self._client.send(answer.next_request)
        return answer

    async def get(self, address: str) -> httpx.Response:
        return await self.follow(await self._client.get(address))

    async def send(self, page: httpx.Response, **typed: str) -> httpx.Response:
        """The form of a page, filled in."""
        action = unescape(re.search(r'<form[^>]* action="([^"]+)"', page.text)[1])  # type: ignore[index]
        hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(str(page.url)))
        target = httpx.URL(str(page.url)).join(action)
        answer = await self._client.post(target, data={**hidden, **typed}, headers={"Origin": origin})
        return await self.follow(answer)

    @property
    def cookies(self) -> dict[str, str]:
        return {cookie.name: str(cookie.value) for cookie in self._client.cookies.jar}


class Installation:
    """Two services of four behind one address, without broker and database."""

    def __init__(self, provider: IdentityProvider) -> None:
        self.provider = provider
        self.settings: Settings = with_a_door(ISSUED_BY, **provider.settings)
        self.access = Access(self.settings)
        self.url = provider.url

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        apps = {service.name: service.app(self.settings) for service in (registration, matching)}
        nobodys = MailboxPages(Mailbox(Path(), ()))
        app = front(apps, LocalProvider(ISSUED_BY, (), self.url), nobodys)
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=1))
        with socket.create_server(("127.0.0.1", urlsplit(self.url).port or 0)) as listening:
            serving = asyncio.create_task(server.serve(sockets=[listening]))
            try:
                yield
            finally:
                server.should_exit = True
                await serving

    def caller(self, browser: Browsing) -> Caller:
        """Whom services take the browser's person for."""
        return self.access.visitor(asking("GET", f"telemachus={browser.cookies['telemachus']}"))

    async def signed_in(self, browser: Browsing, who: str) -> httpx.Response:
        """Signs in as that person, and consents."""
        asked = await browser.get(f"{self.url}/registration/sign-in?then=/registration/signed-out")
        consent = await browser.send(asked, login=who, password="any")
        return await browser.send(consent) if "<form" in consent.text and "consent" in consent.text else consent


@pytest.fixture(params=[False, True], ids=["claims are asked for", "claims are in the token"])
def provider(request: pytest.FixtureRequest) -> IdentityProvider:
    return IdentityProvider(f"http://127.0.0.1:{free_port()}", all_in_token=request.param)


@pytest.fixture
async def here(provider: IdentityProvider) -> AsyncIterator[Installation]:
    with provider.running():
        installation = Installation(provider)
        async with installation.serving():
            yield installation


@pytest.fixture
async def browser() -> AsyncIterator[Browsing]:
    async with httpx.AsyncClient(headers={"Accept": "text/html"}, timeout=30) as client:
        yield Browsing(client)


async def test_somebody_signs_in_acts_in_every_service_and_signs_out_everywhere(
    here: Installation, browser: Browsing
) -> None:
    page = await here.signed_in(browser, "max")
    assert str(page.url) == f"{here.url}/registration/signed-out", page.text
    caller = here.caller(browser)
    assert (caller.person_id, caller.roles, caller.countries) == (
        person("e-m"),
        frozenset({"manager"}),
        frozenset({"GB", "FR"}),
    )
    assert caller.session and caller.session.name == "Max Example"
    await _acts(here, browser)

    left = await _signs_out(here, browser)
    assert "telemachus" not in browser.cookies
    asked = await browser.get(unescape(re.search(r'<a href="([^"]+end[^"]+)"', left.text)[1]))  # type: ignore[index]
    gone = await browser.send(asked, logout="yes")
    assert str(gone.url) == f"{here.url}/registration/signed-out"
    again = await browser.get(f"{here.url}/registration/sign-in")
    assert 'name="password"' in again.text, "the provider has forgotten them as well"


async def _acts(here: Installation, browser: Browsing) -> None:
    cookie = f"telemachus={browser.cookies['telemachus']}"
    carried = {"Cookie": cookie, "Origin": here.url, "X-CSRF": form_token(here.access, cookie)}
    async with httpx.AsyncClient(base_url=here.url) as client:
        for service in ("registration", "matching"):
            form = {"Content-Type": "application/x-www-form-urlencoded"}
            heard = await client.post(f"/{service}/people/export", headers={**carried, **form})
            assert heard.json()["code"] == "bad-request", "past the door, where a program is to send JSON"
            refused = await client.post(f"/{service}/people/export", headers={"Cookie": cookie}, json={})
            assert refused.json()["code"] == "not-from-our-page"


async def _signs_out(here: Installation, browser: Browsing) -> Any:
    token = form_token(here.access, f"telemachus={browser.cookies['telemachus']}")
    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    answer = await browser._client.post(
        f"{here.url}/registration/sign-out", data={"csrf": token}, headers={"Origin": here.url, "Cookie": cookies}
    )
    assert answer.status_code == 200 and "id_token_hint" in answer.text
    return answer


async def test_somebody_without_any_role_is_known_and_may_nothing(here: Installation, browser: Browsing) -> None:
    await here.signed_in(browser, "nobody")
    caller = here.caller(browser)
    assert (caller.person_id, caller.roles) == (None, frozenset())
    assert (await browser.get(f"{here.url}/")).status_code == 403


async def test_whoever_says_no_is_told_and_is_nobody(here: Installation, browser: Browsing) -> None:
    asked = await browser.get(f"{here.url}/registration/sign-in")
    cancel = re.search(r'href="([^"]+/abort)"', asked.text)
    assert cancel
    refused = await browser.get(str(httpx.URL(str(asked.url)).join(cancel[1])))
    assert refused.status_code == 400 and "access_denied" in refused.text
    assert "telemachus" not in browser.cookies


async def test_its_keys_are_rolled_while_we_run(browser: Browsing, monkeypatch: pytest.MonkeyPatch) -> None:
    provider = IdentityProvider(f"http://127.0.0.1:{free_port()}")
    here = Installation(provider)
    async with here.serving():
        with provider.running():
            await here.signed_in(browser, "ada")
        assert here.caller(browser).person_id == person("e-1")
        provider.keys = new_keys("second")
        monkeypatch.setattr("shared.web.door.tokens.ASK_AGAIN_AFTER", 0.0)
        with provider.running():
            await here.signed_in(browser, "max")
    assert here.caller(browser).person_id == person("e-m")


async def test_an_id_token_is_no_bearer_token(here: Installation, browser: Browsing) -> None:
    await here.signed_in(browser, "max")
    left = await _signs_out(here, browser)
    id_token = re.search(r"id_token_hint=([\w.-]+)", left.text)[1]  # type: ignore[index]
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"{here.url}/matching/operations/backlog", headers=bearer(id_token))
    assert answer.status_code == 401
