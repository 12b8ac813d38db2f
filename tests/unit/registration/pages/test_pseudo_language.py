"""The pages of registration in the pseudo-language: whatever stays plain English was forgotten."""

from dataclasses import replace

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse

from services.registration.board.card import AtRisk
from services.registration.board.feed import Happening
from services.registration.pages import router
from services.registration.pages.board.reading import Board
from services.registration.pages.board.routes import pages
from services.registration.pages.board.sentences import BROKEN, HAPPENED, SAID
from shared.web.static import static_router
from shared.web.wording import PSEUDO
from tests.support.plain_english import plain_words_of_page
from tests.unit.registration.pages.test_board import BUSY, CARD, EMPTY, FACES, NOW, PROGRAMME

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


async def shown(template: str, board: Board = BUSY) -> str:
    app = FastAPI()
    app.include_router(router)
    app.include_router(static_router)

    @app.get("/shown")
    def page(request: Request) -> HTMLResponse:
        content = pages.fragment(request, "_board.html", board=board, river="M0 0", **SAID)
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


async def test_what_was_forgotten_would_be_seen() -> None:
    html = (await shown("board.html")).replace("⟧</h2>", "⟧ and more</h2>", 1)
    assert plain_words_of_page(html, FACTS) == ["and", "more"]
