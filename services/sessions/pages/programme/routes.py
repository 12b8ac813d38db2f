"""The sessions of a programme: what comes, what nobody has confirmed, and what was held, missed or cancelled."""

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.sessions.pages.programme.reading import WHY, Part, count_sessions, read_sessions
from services.sessions.people.programme import Programme
from shared.domain.work import Store
from shared.web.access import Manager
from shared.web.dependencies import Database
from shared.web.frame.entries import Entry
from shared.web.frame.navigation import Link, address_of, switch
from shared.web.guarded import Guarded
from shared.web.lists.managed import Managing, about, managed_by
from shared.web.lists.paging import After, next_link
from shared.web.names import names_of
from shared.web.pages import Pages

ENTRIES = (Entry("newest-sessions", "Sessions", ("manager",), order=34),)

router = APIRouter(include_in_schema=False, route_class=Guarded)
pages = Pages(__package__)


OfProgramme = Annotated[Managing[Programme], about(Managing[Programme].whole, Programme)]


@router.get("/all", name="newest-sessions")
async def newest(request: Request, caller: Manager, store: Database) -> Response:
    """Those of the programme that starts last."""
    for programme in await managed_by(caller, store, Programme):
        return RedirectResponse(request.url_for("all-sessions", programme_id=programme.id).path, 303)
    return pages.page(request, "no_sessions.html")


@router.get("/all/{programme_id}", name="all-sessions")
async def all_sessions(
    request: Request, seen: OfProgramme, store: Database, after: After, part: Part = Part.UPCOMING
) -> Response:
    """A part of them, a page at a time."""
    found, then = await read_sessions(store, seen.programme, part, after)
    people = [who for each in found for who in (each.session.mentor_id, each.session.mentee_id)]
    address = request.url_for("all-sessions", programme_id=seen.programme.id).path
    counted = await count_sessions(store, seen.programme)
    shown: dict[str, Any] = {
        "found": found,
        "names": await names_of(request, people),
        "tabs": [(each, f"{address}?part={each}", count) for each, count in counted.items()],
        "programmes": await _switch(request, store, seen),
        "pairs": address_of(request, "matching", "/desk/pairs"),
        "then": next_link(request, then),
        "why": WHY,
    }
    return pages.page(request, "all_sessions.html", seen=seen, part=part, **shown)


async def _switch(request: Request, store: Store, seen: OfProgramme) -> list[Link]:
    return switch(request, "all-sessions", await managed_by(seen.caller, store, Programme), seen.programme.id)
