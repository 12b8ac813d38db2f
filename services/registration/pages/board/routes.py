"""The live page of a programme, for its managers."""

import contextlib
import time
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Self

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent

from services.registration.pages.board.listing import Kind, read_listing
from services.registration.pages.board.reading import read_board
from services.registration.pages.board.river import river
from services.registration.pages.board.scope import Scope
from services.registration.pages.board.sentences import SAID
from services.registration.pages.board.watching import Moment, watched
from services.registration.programmes.programme import Programme
from shared.domain.errors import Absent
from shared.domain.work import Store
from shared.language.terms import Id
from shared.web.access import Caller, Forbidden, Manager
from shared.web.dependencies import Database
from shared.web.frame.entries import Entry
from shared.web.frame.navigation import switch
from shared.web.guarded import AtOnce, Guarded
from shared.web.lists.managed import NEWEST
from shared.web.pages import Pages
from shared.web.wording import reader

FOR = 900.0
"""Seconds for which one connection follows; then the browser comes back and is let in, or not, once more."""
FEEDS = AtOnce(of_each=12, of_all=300)
"""Pages that are followed at a moment; each keeps a connection."""

ENTRIES = (Entry("newest-board", "How it goes", ("manager",), order=30),)

router = APIRouter(include_in_schema=False, route_class=Guarded)
pages = Pages(__package__)


async def _of_caller(programme_id: Id, caller: Manager, store: Database) -> "Seeing":
    return Seeing.of(caller, await watched(store, programme_id).now(store))


@dataclass(frozen=True)
class Seeing:
    """A programme at a moment, and the countries of it whose people the caller manages."""

    caller: Caller
    moment: Moment
    countries: tuple[str, ...]

    @classmethod
    def of(cls, caller: Caller, moment: Moment) -> Self:
        """Raises Forbidden when there is none."""
        return cls(caller, moment, caller.must_manage_some(moment.programme.terms.countries))

    @property
    def programme(self) -> Programme:
        return self.moment.programme


Covered = Annotated[Seeing, Depends(_of_caller)]


async def _one_feed(seeing: Covered) -> AsyncIterator[Seeing]:
    with FEEDS.one_of(seeing.caller):
        yield seeing


Following = Annotated[Seeing, Depends(_one_feed)]


@router.get("/board", name="newest-board")
async def newest(request: Request, caller: Manager, store: Database) -> HTMLResponse:
    """The programme that starts last, of those with a country of the caller's."""
    programmes = _managed(caller, await _programmes(store))
    if not programmes:
        return pages.page(request, "no_programme.html")
    return await _page(request, store, await _of_caller(programmes[0].id, caller, store))


@router.get("/board/{programme_id}", name="board")
async def board(request: Request, seeing: Covered, store: Database) -> HTMLResponse:
    """One programme's live page."""
    return await _page(request, store, seeing)


@router.get("/board/{programme_id}/live", name="board-live", response_class=EventSourceResponse)
async def live(request: Request, seeing: Following, store: Database) -> AsyncIterator[ServerSentEvent]:
    """The page's content again whenever it has changed, for as long as the token is good and the programme theirs."""
    caller, watch = seeing.caller, watched(store, seeing.programme.id)
    until, sent = time.monotonic() + FOR, ""
    with contextlib.suppress(Forbidden, Absent):
        while time.monotonic() < until and not caller.is_over:
            moment = await watch.newest(store)
            content = await _content(request, store, Seeing.of(caller, moment))
            if content != sent:
                yield ServerSentEvent(raw_data=content)
            sent = content
            await watch.more(moment)


@router.get("/board/{programme_id}/list/{kind}", name="board-list")
async def listed(
    request: Request, seeing: Covered, store: Database, kind: Kind, after: Annotated[str, Query(max_length=80)] = ""
) -> HTMLResponse:
    """All pairs of a kind, a page at a time."""
    scope = await Scope.of(store, seeing.programme, seeing.countries)
    found = await read_listing(store, seeing.programme, scope, kind, after)
    return pages.page(request, "list.html", board=found, **SAID)


async def _programmes(store: Store) -> list[Programme]:
    """All, the one that starts last first."""
    return await store.all(Programme, {}, sort=NEWEST)


def _managed(caller: Caller, programmes: Iterable[Programme]) -> list[Programme]:
    """Those with a country of the caller's."""
    return [each for each in programmes if caller.managed(each.terms.countries)]


async def _page(request: Request, store: Store, seeing: Seeing) -> HTMLResponse:
    programmes = await seeing.moment.once(Programme, partial(_programmes, store))
    content = await _content(request, store, seeing)
    others = switch(request, "board", _managed(seeing.caller, programmes), seeing.programme.id)
    return pages.page(request, "board.html", programme=seeing.programme, programmes=others, content=content)


async def _content(request: Request, store: Store, seeing: Seeing) -> str:
    """Drawn once for all who see the same people in the same language; nothing in it is about who looks."""

    async def draw() -> str:
        scope = await Scope.of(store, seeing.programme, seeing.countries)
        seen = await read_board(store, seeing.programme, scope)
        steps = (seen.funnel.registered, seen.funnel.trained, seen.funnel.paired, seen.funnel.met)
        shown = {"board": seen, "countries": scope.countries, "river": river(steps)}
        return pages.fragment(request, "_board.html", **shown, **SAID)

    return await seeing.moment.once((seeing.countries, reader(request), request.scope.get("root_path", "")), draw)
