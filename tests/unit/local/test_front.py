"""The demonstration's own door: for this machine, by this machine's names, through the code that asks any provider."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import httpx
import pytest
import uvicorn
from fastapi import FastAPI, Request
from starlette.applications import Starlette

from deploy.local.front import front
from deploy.local.issuer import CLIENT
from deploy.local.mailbox.keeping import Mailbox
from deploy.local.mailbox.showing import MailboxPages
from deploy.local.personas import Persona
from deploy.local.provider import LocalProvider
from deploy.local.stack import issuer_at
from services.registration.app import service
from shared.web.access import Access
from tests.support.apps import person
from tests.support.browsers import Jar, asking, form_token, with_a_door

PERSONAS = (
    Persona("junior", "Junior", "Ada Example", ("participant",), (), "e-1"),
    Persona("manager", "Manager of all countries", "Group manager", ("manager",), ("*",)),
)


class Demo:
    """Everything but broker and database, at a real address: registration asks the provider over it."""

    def __init__(self, directory: Path, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.issuer = issuer_at(self.url, directory)
        self.settings = with_a_door(self.issuer, public_url=self.url, token_issuer=self.issuer.name)
        registration: FastAPI = service.app(self.settings)
        provider, self.mailbox = (
            LocalProvider(self.issuer, PERSONAS, self.url),
            MailboxPages(Mailbox(directory, PERSONAS)),
        )
        self.app: Starlette = front({"registration": registration}, provider, self.mailbox)


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[Demo]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        demo = Demo(tmp_path, listening.getsockname()[1])
        server = uvicorn.Server(uvicorn.Config(demo.app, log_config=None, lifespan="off", timeout_graceful_shutdown=1))
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        yield demo
        server.should_exit = True
        await serving


@pytest.fixture
async def client(demo: Demo) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=demo.url) as client:
        yield client


@pytest.fixture
def browser(demo: Demo, client: httpx.AsyncClient) -> Jar:
    return Jar(client, demo.url)


def path_of(answer: httpx.Response) -> str:
    parts = urlsplit(answer.headers["location"])
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


async def asked(browser: Jar, then: str = "/") -> dict[str, str]:
    """What stands hidden in the page with the personas."""
    sent = await browser.get(f"/registration/sign-in?{urlencode({'then': then})}")
    page = await browser.get(path_of(sent))
    assert page.status_code == 200, page.text
    assert all(persona.label in page.text for persona in PERSONAS)
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))


async def test_a_persona_is_signed_in_by_the_very_code_that_asks_any_provider(demo: Demo, browser: Jar) -> None:
    hidden = await asked(browser, "/board/p")
    chosen = await browser.post("/provider/authorize", data={**hidden, "persona": "junior"})
    back = await browser.get(path_of(chosen))
    assert (back.status_code, back.headers["location"]) == (303, "/board/p")
    access = Access(demo.settings)
    cookie = f"telemachus={browser.cookies['/', 'telemachus']}"
    caller = access.visitor(asking("GET", cookie))
    assert (caller.person_id, caller.roles, caller.countries) == (
        person("e-1"),
        frozenset({"participant"}),
        frozenset(),
    )
    assert caller.session and caller.session.name == "Ada Example"
    left = await browser.post("/registration/sign-out", data={"csrf": form_token(access, cookie)})
    found = re.search(r'<a href="([^"]+/end-session[^"]+)"', left.text)
    assert found
    gone = await browser.get(found[1].replace("&amp;", "&").removeprefix(demo.url))
    assert path_of(gone) == "/registration/signed-out"
    assert "You are signed out" in (await browser.get(path_of(gone))).text


def of_operations() -> FastAPI:
    """A service, in so far as all have a page of that name."""
    app = FastAPI()

    @app.get("/operations/letters", name="letters")
    async def letters(request: Request) -> str:
        return request.url_for("letters").path

    return app


@pytest.mark.parametrize(
    ("front_of", "service"), [("/matching", "matching"), ("/registration", "registration"), ("", "registration")]
)
async def test_a_page_leads_to_those_of_its_own_service(demo: Demo, front_of: str, service: str) -> None:
    services = {name: of_operations() for name in ("registration", "matching")}
    transport = httpx.ASGITransport(front(services, LocalProvider(demo.issuer, PERSONAS, demo.url), demo.mailbox))
    async with httpx.AsyncClient(transport=transport, base_url=demo.url) as client:
        answer = await client.get(f"{front_of}/operations/letters")
    assert answer.json() == f"/{service}/operations/letters"


@pytest.mark.parametrize("spoilt", ["redirect_uri", "state", "nonce", "code_challenge", "persona"])
async def test_a_code_goes_to_registration_alone(browser: Jar, spoilt: str) -> None:
    hidden = {**await asked(browser), "persona": "manager"}
    for value in ("", "https://evil.example/callback") if spoilt == "redirect_uri" else ("",):
        answer = await browser.post("/provider/authorize", data={**hidden, spoilt: value})
        assert (answer.status_code, "location" in answer.headers) == (403, False)


@pytest.mark.parametrize("name", ["response_type", "client_id", "code_challenge_method", "redirect_uri"])
async def test_nobody_else_sends_people_to_it(browser: Jar, name: str) -> None:
    sent = path_of(await browser.get("/registration/sign-in"))
    spoilt = re.sub(rf"{name}=[^&]+", f"{name}=other", sent)
    assert (await browser.get(spoilt)).status_code == 400


async def test_a_code_counts_once_and_for_whoever_knows_the_verifier(browser: Jar, demo: Demo) -> None:
    hidden = await asked(browser)
    chosen = await browser.post("/provider/authorize", data={**hidden, "persona": "manager"})
    code = dict(pair.split("=") for pair in urlsplit(chosen.headers["location"]).query.split("&"))["code"]
    form = {"code": code, "client_id": CLIENT, "code_verifier": "guessed", "grant_type": "authorization_code"}
    stolen = await browser.post("/provider/token", data=form)
    assert (stolen.status_code, stolen.json()) == (400, {"error": "invalid_grant"})
    assert (await browser.get(path_of(chosen))).status_code == 400, "and whoever guesses spoils it"


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "https://127.0.0.1:8080", "http://127.0.0.1:9"])
async def test_nobody_is_signed_in_from_elsewhere(browser: Jar, origin: str) -> None:
    hidden = {**await asked(browser), "persona": "manager"}
    answer = await browser.post("/provider/authorize", data=hidden, headers={"Origin": origin})
    assert answer.status_code == 403


async def test_a_form_is_small(browser: Jar) -> None:
    answer = await browser.post("/provider/authorize", data={"persona": "x" * 20000})
    assert answer.status_code == 413


async def test_the_end_of_a_session_leads_back_and_nowhere_else(browser: Jar, demo: Demo) -> None:
    answer = await browser.get("/provider/end-session?post_logout_redirect_uri=https://evil.example/")
    assert answer.headers["location"] == demo.url


async def test_whoever_comes_by_its_other_name_is_led_to_the_one_with_the_cookies(browser: Jar, demo: Demo) -> None:
    answer = await browser.get("/", headers={"Host": "localhost"})
    assert path_of(answer) == "/registration/sign-in?then=/"
    answer = await browser.get("/registration/sign-in", headers={"Host": "localhost"})
    assert answer.headers["location"].startswith(f"{demo.url}/registration/sign-in?moved=true")


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8080", "127.0.0.1.evil.example", "0.0.0.0:8080"])
@pytest.mark.parametrize(
    "path", ["/mailbox", "/provider/authorize", "/registration/openapi.json", "/registration/sign-in", "/"]
)
async def test_it_answers_by_no_other_name(browser: Jar, host: str, path: str) -> None:
    assert (await browser.get(path, headers={"Host": host})).status_code == 400
