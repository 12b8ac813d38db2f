"""The live page of a programme, for its managers."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent

from services.registration.pages.board.reading import newest_change, read_board
from services.registration.pages.board.river import river
from services.registration.pages.board.sentences import SAID
from services.registration.programmes.programme import Programme
from shared.domain.work import Store
from shared.web.access import Manager
from shared.web.dependencies import Database
from shared.web.pages import Pages

PAUSE = 1.0
"""Seconds between two looks at the store."""
LOOKS = 900
"""How often one connection looks; then the browser comes back and is let in, or not, once more."""
AT_LEAST_EVERY = 15
"""Looks after which the page is drawn anew even if nothing happened: time passes on it too."""

router = APIRouter(include_in_schema=False)
pages = Pages(__package__)


async def _of_caller(programme_id: str, caller: Manager, store: Database) -> Programme:
    programme = await store.unit().get(Programme, programme_id)
    caller.must_cover(programme.terms.countries)
    return programme


Covered = Annotated[Programme, Depends(_of_caller)]


@router.get("/", name="newest-board")
async def newest(request: Request, caller: Manager, store: Database) -> HTMLResponse:
    """The programme that starts last, of those the caller covers."""
    programmes = await store.all(Programme, {}, sort=(("terms.starts_on", -1), ("_id", 1)))
    for programme in programmes:
        if caller.covers(programme.terms.countries):
            return await _page(request, store, programme)
    return pages.page(request, "no_programme.html")


@router.get("/board/{programme_id}", name="board")
async def board(request: Request, programme: Covered, store: Database) -> HTMLResponse:
    """One programme's live page."""
    return await _page(request, store, programme)


@router.get("/board/{programme_id}/live", name="board-live", response_class=EventSourceResponse)
async def live(request: Request, programme: Covered, store: Database) -> AsyncIterator[ServerSentEvent]:
    """The page's content again whenever it has changed."""
    seen, sent = "", ""
    for look in range(LOOKS):
        change = await newest_change(store, programme.id)
        if change != seen or look % AT_LEAST_EVERY == 0:
            content = await _content(request, store, await store.unit().get(Programme, programme.id))
            if content != sent:
                yield ServerSentEvent(raw_data=content)
            seen, sent = change, content
        await asyncio.sleep(PAUSE)


async def _page(request: Request, store: Store, programme: Programme) -> HTMLResponse:
    content = await _content(request, store, programme)
    return pages.page(request, "board.html", programme=programme, content=content)


async def _content(request: Request, store: Store, programme: Programme) -> str:
    seen = await read_board(store, programme)
    steps = (seen.funnel.registered, seen.funnel.trained, seen.funnel.paired, seen.funnel.met)
    return pages.fragment(request, "_board.html", board=seen, river=river(steps), **SAID)
