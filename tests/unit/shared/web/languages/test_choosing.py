"""How a reader chooses a language, and that nothing but that form does it."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse

from shared.domain.marking import _
from shared.web.dependencies import Saying
from shared.web.languages.choosing import OWN_NAMES, language_router
from shared.web.pages import Pages
from shared.web.problems import explain_errors
from shared.web.static import static_router
from shared.web.wording import CHOICE, MIRRORED, languages
from tests.support.apps import settings_for
from tests.support.tokens import ISSUED_BY

pages = Pages("shared.web")
FRENCH = {"Cookie": f"{CHOICE}=fr"}


@pytest.fixture
async def browser() -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    explain_errors(app, settings_for(ISSUED_BY))
    app.include_router(language_router)
    app.include_router(static_router)

    @app.get("/page")
    @app.post("/page")
    def page(request: Request) -> HTMLResponse:
        return pages.page(request, "_languages.html")

    @app.get("/said")
    def said(say: Saying) -> str:
        return say(_("Not found"))

    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="https://telemachus.test") as client:
        yield client


async def choose(browser: httpx.AsyncClient, language: str, then: str = "/page", **headers: str) -> httpx.Response:
    return await browser.post("/language", data={"language": language, "then": then}, headers=headers)


async def test_every_language_is_named_in_itself_and_the_current_one_marked(browser: httpx.AsyncClient) -> None:
    html = (await browser.get("/page?a=1&b=2", headers={"Accept-Language": "ro"})).text
    assert OWN_NAMES == {
        "en": "English",
        "de": "Deutsch",
        "es": "Español",
        "fr": "Français",
        "it": "Italiano",
        "ro": "Română",
    }
    for code, name in OWN_NAMES.items():
        marked = ' aria-current="true"' if code == "ro" else ""
        assert f'<button name="language" value="{code}" lang="{code}"{marked}>{name}</button>' in html
    assert 'name="then" value="/page?a=1&amp;b=2"' in html
    assert 'action="/language"' in html


async def test_what_was_chosen_counts_before_what_the_browser_knows(browser: httpx.AsyncClient) -> None:
    for accepted, cookie, language in (("de", FRENCH, "fr"), ("de", {}, "de"), ("de", {"Cookie": f"{CHOICE}=x"}, "de")):
        answer = await browser.get("/page", headers={"Accept-Language": accepted} | cookie)
        assert answer.headers["content-language"] == language
        assert answer.headers["vary"] == "Cookie, Accept-Language"


async def test_a_choice_leads_back_and_is_kept(browser: httpx.AsyncClient) -> None:
    answer = await choose(browser, "fr", "/page?a=1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/page?a=1")
    told = answer.headers["set-cookie"].lower()
    assert all(part in told for part in (f"{CHOICE}=fr", "httponly", "secure", "samesite=lax", "path=/", "max-age="))
    assert (await browser.get("/said")).json() == "Introuvable"


@pytest.mark.parametrize("language", ["xx", "", MIRRORED, "en-XA", "../de", "DE", "fr; Path=/x"])
async def test_a_language_that_is_not_offered_changes_nothing(browser: httpx.AsyncClient, language: str) -> None:
    answer = await choose(browser, language)
    assert answer.status_code == 303
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(("site", "kept"), [("cross-site", False), ("same-site", False), ("same-origin", True)])
async def test_another_site_changes_nothing(browser: httpx.AsyncClient, site: str, kept: bool) -> None:
    answer = await choose(browser, "fr", **{"Sec-Fetch-Site": site})
    assert ("set-cookie" in answer.headers) is kept


@pytest.mark.parametrize(
    "then",
    [
        "",
        "page",
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "/a\r\nb",
        "/a b",
        "/" + "a" * 3000,
        "/é",
    ],
)
async def test_it_leads_to_no_other_host(browser: httpx.AsyncClient, then: str) -> None:
    assert (await choose(browser, "fr", then)).headers["location"] == "/"


async def test_looking_changes_nothing(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/language?language=fr")
    assert answer.status_code == 405
    assert "set-cookie" not in answer.headers


async def test_a_body_no_form_of_ours_sends_is_refused(browser: httpx.AsyncClient) -> None:
    assert (await choose(browser, "fr", "/" + "a" * 5000)).status_code == 413
    assert (await browser.post("/language", content=b"\xff\xfe")).status_code == 303


async def test_the_answer_to_a_form_cannot_be_led_back_to(browser: httpx.AsyncClient) -> None:
    assert 'name="then" value=""' in (await browser.post("/page")).text


async def test_an_error_says_nothing_of_the_query_back(browser: httpx.AsyncClient) -> None:
    html = (await browser.get("/nowhere?who=somebody", headers={"Accept": "text/html"})).text
    assert 'name="then" value="/nowhere"' in html
    assert "somebody" not in html


async def test_a_sentence_of_the_api_names_its_language(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/said", headers=FRENCH)
    assert (answer.headers["content-language"], answer.headers["vary"]) == ("fr", "Cookie, Accept-Language")


async def test_the_language_from_right_to_left_mirrors_the_page_and_is_not_offered(browser: httpx.AsyncClient) -> None:
    html = (await browser.get("/nowhere", headers={"Accept": "text/html", "Accept-Language": MIRRORED})).text
    assert f'<html lang="{MIRRORED}" dir="rtl">' in html
    assert "\u202e" in html
    assert MIRRORED not in languages()
