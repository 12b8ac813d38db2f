"""Our sessions: the next one, those to be answered, and the whole series of each pair."""

from typing import Annotated

from fastapi import APIRouter, Request, Response

from services.sessions.pages.our.reading import read_ours
from shared.web.access import Caller, allow
from shared.web.dependencies import Database, Explaining
from shared.web.frame.entries import Entry
from shared.web.guarded import Guarded
from shared.web.names import names_of
from shared.web.pages import Pages

ENTRIES = (Entry("our-sessions", "Our sessions", ("participant",), order=12),)

router = APIRouter(include_in_schema=False, route_class=Guarded)
pages = Pages(__package__)


@router.get("/", name="our-sessions")
async def our_sessions(
    request: Request, caller: Annotated[Caller, allow("participant")], store: Database, explain: Explaining
) -> Response:
    """Of all pairs of whoever looks."""
    ours = await read_ours(store, caller.ids)
    names = await names_of(request, [one.other.id for one in ours])
    return pages.page(request, "sessions.html", ours=ours, names=names, explain=explain)
