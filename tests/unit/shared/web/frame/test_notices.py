"""What just happened is told once, to whom it is meant for, and cannot be made up."""

from collections.abc import AsyncIterator
from datetime import date

import httpx
import pytest
from fastapi import APIRouter, FastAPI, Request, Response

from services.registration.pages.style.routes import router
from shared.domain.marking import Sentence
from shared.web.access import Caller
from shared.web.frame.going import going
from shared.web.frame.notices import COOKIE, Notice, put, sealed
from tests.support.forms import browsing, site

ANN, BOB = (Caller(None, frozenset(), frozenset(), subject=name) for name in ("ann", "bob"))


def request_to(app: FastAPI) -> Request:
    return Request({"type": "http", "app": app, "headers": [], "scheme": "https", "server": ("x", 443), "path": "/"})


@pytest.fixture
def app() -> FastAPI:
    return site(router)


@pytest.fixture
async def ann(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with browsing(app) as client:
        yield client


async def shown(app: FastAPI, client: httpx.AsyncClient, notice: str) -> str:
    client.cookies.set(COOKIE, notice)
    return (await client.get("/style")).text


async def test_facts_are_text_and_days_are_written_as_the_reader_writes_them(app: FastAPI) -> None:
    notice = Notice("%(who)s on %(day)s", {"who": "<b>", "day": date(2026, 3, 2)})
    async with browsing(app, **{"Accept-Language": "de"}) as client:
        assert "&lt;b&gt; on 2. März 2026" in await shown(app, client, sealed(request_to(app), ANN, notice))


async def test_what_counts_is_told_of_one_and_of_several(app: FastAPI, ann: httpx.AsyncClient) -> None:
    sentence: Sentence = ("%(count)s letter", "%(count)s letters")
    assert "2 letters" in await shown(app, ann, sealed(request_to(app), ANN, Notice(sentence, {"count": 2})))


@pytest.mark.parametrize("made_up", ["x", "Hello", "a.b.c.d.e", "", "e30.e30"])
async def test_nobody_makes_one_up(app: FastAPI, ann: httpx.AsyncClient, made_up: str) -> None:
    assert 'class="notice"' not in await shown(app, ann, made_up)


async def test_it_is_told_to_whom_it_was_meant_for_alone(app: FastAPI, ann: httpx.AsyncClient) -> None:
    assert 'class="notice"' not in await shown(app, ann, sealed(request_to(app), BOB, Notice("Hello")))


async def test_it_is_told_by_the_service_that_knows_the_sentence(app: FastAPI, ann: httpx.AsyncClient) -> None:
    left_here = sealed(request_to(app), ANN, Notice("Hello"))
    app.state.service = "matching"
    assert 'class="notice"' not in await shown(app, ann, left_here)


async def test_a_browser_keeps_it_for_a_moment_and_shows_it_to_no_script(app: FastAPI) -> None:
    response = Response()
    put(request_to(app), response, sealed(request_to(app), ANN, Notice("Secret")))
    cookie = response.headers["set-cookie"]
    assert all(word in cookie for word in ("HttpOnly", "Secure", "SameSite=lax", "Max-Age=120"))
    assert "Secret" not in cookie


@pytest.mark.parametrize(
    ("headers", "status", "leads"),
    [
        ({}, 303, "location"),
        ({"HX-Request": "true", "HX-Current-URL": "http://telemachus.test/there?a=1"}, 303, "location"),
        ({"HX-Request": "true", "HX-Current-URL": "http://telemachus.test/there"}, 200, "hx-redirect"),
        ({"HX-Request": "true", "HX-Current-URL": "http://telemachus.test/here"}, 200, "hx-redirect"),
    ],
    ids=["without a script", "the same page", "the same page otherwise", "another page"],
)
async def test_a_browser_is_led_on_whoever_sent_the_form(headers: dict[str, str], status: int, leads: str) -> None:
    pages = APIRouter()

    @pages.post("/sent")
    def sent(request: Request) -> Response:
        return going(request, "/there?a=1")

    async with browsing(site(pages), **headers) as client:
        answer = await client.post("/sent")
    assert (answer.status_code, answer.headers[leads]) == (status, "/there?a=1")
