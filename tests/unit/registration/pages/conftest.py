"""The live page in an application of its own."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse

from services.registration.pages import router
from services.registration.pages.board.reading import Board
from services.registration.pages.board.routes import pages
from services.registration.pages.board.sentences import SAID
from shared.web.static import static_router
from tests.support.including import include
from tests.unit.registration.pages.boards import BUSY, PROGRAMME


@pytest.fixture
def shown() -> dict[str, Board]:
    return {"board": BUSY}


@pytest.fixture
async def browser(shown: dict[str, Board]) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    include(app, router, static_router)

    @app.get("/shown")
    def page(request: Request) -> HTMLResponse:
        content = pages.fragment(request, "_board.html", board=shown["board"], river="M0 0", countries=None, **SAID)
        return pages.page(request, "board.html", programme=PROGRAMME, content=content)

    transport = httpx.ASGITransport(app, root_path="/registration")
    async with httpx.AsyncClient(transport=transport, base_url="http://telemachus.test") as client:
        yield client
