"""The pages of registration in the pseudo-language: whatever stays plain English was forgotten."""

from dataclasses import replace
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse

from services.registration.app import service
from services.registration.board.card import AtRisk, PairCard
from services.registration.board.feed import Happening
from services.registration.pages import router
from services.registration.pages.board.listing import Kind, Listing
from services.registration.pages.board.reading import Board
from services.registration.pages.board.routes import pages
from services.registration.pages.board.sentences import BROKEN, HAPPENED, SAID
from services.registration.pages.style.routes import router as style
from shared.web.problems import explain_errors
from shared.web.static import static_router
from shared.web.wording import PSEUDO
from tests.support.apps import client_of
from tests.support.browsers import Jar, with_a_door
from tests.support.forms import browsing, site
from tests.support.including import include
from tests.support.plain_english import plain_words_of_page
from tests.support.tokens import ISSUED_BY
from tests.support.told import Told
from tests.unit.registration.api.people import SETTINGS
from tests.unit.registration.pages.boards import BUSY, CARD, EMPTY, FACES, NOW, PROGRAMME

NAMES = [face.name for face in FACES.values()]
FACTS = ["Telemachus", PROGRAMME.terms.title, "GB", "FR", "UTC", "London", "Paris", *NAMES]
ALARM = replace(CARD, at_risk=AtRisk(since=NOW, sessions_lost=2), broken=(*BROKEN, "a-rule-of-tomorrow"))
FEED = [("pair-1", Happening(event=event, at=NOW, number=1)) for event in (*HAPPENED, "OfTomorrow")]
BOARDS = {
    "busy": BUSY,
    "empty": EMPTY,
    "nameless": replace(BUSY, faces={}),
    "in need": replace(BUSY, at_risk=13, alarms=[ALARM], all_broken=13, broken=[ALARM], all_pairs=9, pairs=[ALARM]),
    "told of": replace(BUSY, happenings=FEED),
}


async def shown(template: str, board: Board | Listing = BUSY, **more: Any) -> str:
    app = FastAPI()
    include(app, router, static_router)

    @app.get("/shown")
    def page(request: Request) -> HTMLResponse:
        if isinstance(board, Listing):
            return pages.page(request, template, board=board, **more)
        content = pages.fragment(request, "_board.html", board=board, river="M0 0", countries=None, **SAID)
        return pages.page(request, template, programme=PROGRAMME, content=content)

    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://telemachus.test") as client:
        return (await client.get("/shown", headers={"Accept-Language": PSEUDO})).text


@pytest.mark.parametrize("board", BOARDS.values(), ids=BOARDS)
async def test_the_live_page_has_no_plain_english(board: Board) -> None:
    html = await shown("board.html", board)
    assert "⟦" in html
    assert plain_words_of_page(html, FACTS) == []


async def test_the_page_without_a_programme_has_no_plain_english() -> None:
    assert plain_words_of_page(await shown("no_programme.html"), FACTS) == []


LISTING = Listing(now=NOW, faces=FACES, programme=PROGRAMME, kind=Kind.ALL, count=9, cards=[ALARM], then="pair-1")


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("cards", [[ALARM], []])
async def test_no_list_has_plain_english(kind: Kind, cards: list[PairCard]) -> None:
    html = await shown("list.html", board=replace(LISTING, kind=kind, cards=cards), **SAID)
    assert "⟦" in html
    assert plain_words_of_page(html, FACTS) == []


async def test_no_error_page_has_plain_english() -> None:
    app = FastAPI()
    explain_errors(app, SETTINGS, service.spoken)
    include(app, router, static_router)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://telemachus.test") as client:
        answer = await client.get("/nowhere", headers={"Accept": "text/html", "Accept-Language": PSEUDO})
    assert answer.headers["content-language"] == PSEUDO
    assert plain_words_of_page(answer.text, FACTS) == []


@pytest.mark.parametrize("topic", ["", "nothing", "⟦x⟧"])
async def test_the_page_of_components_has_no_plain_english(topic: str) -> None:
    """style.html, with what is wrong with its form, and what is told when nothing is."""
    async with browsing(site(style), **{"Accept-Language": PSEUDO}) as client:
        sent = {"topic": topic, "level": "new", "days": "mon", "minutes": "60"}
        answer = await client.post("/style", data=sent if topic else {"minutes": "many", "first_on": "then"})
        html = (await client.get("/style")).text if answer.status_code == 303 else answer.text
    assert ('class="faults"' in html, 'class="notice"' in html) == (topic != "⟦x⟧", topic == "⟦x⟧")
    assert plain_words_of_page(html, FACTS) == []


async def test_what_was_forgotten_would_be_seen() -> None:
    html = (await shown("board.html")).replace("⟧</h2>", "⟧ and more</h2>", 1)
    assert plain_words_of_page(html, FACTS) == ["and", "more"]


async def test_the_pages_of_the_door_have_no_plain_english(monkeypatch: pytest.MonkeyPatch) -> None:
    provider = Told()
    provider.instead(monkeypatch)
    async with client_of(service.app(with_a_door(ISSUED_BY))) as client:
        browser = Jar(client)
        looking = {"headers": {"Accept-Language": PSEUDO}}
        for name, answer in {
            "leaving.html": await browser.post("/sign-out", **looking),
            "signed_out.html": await browser.get("/signed-out", **looking),
            "problem.html": await browser.get("/sign-in/callback?error=access_denied", **looking),
        }.items():
            assert f'lang="{PSEUDO}"' in answer.text, name
            assert plain_words_of_page(answer.text, ["Telemachus"]) == [], name
