"""A programme in figures; of ratings nothing that would tell of anybody."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.feedback.figures.release import FEWEST
from services.feedback.figures.summing import summary_now
from services.feedback.pages.figures.words import SAID
from services.feedback.pages.managing import Managed
from services.feedback.people.programme import Programme
from shared.web.access import Manager
from shared.web.dependencies import Database
from shared.web.frame.entries import Entry
from shared.web.frame.navigation import switch
from shared.web.guarded import Guarded
from shared.web.lists.managed import managed_by
from shared.web.pages import Pages

ENTRIES = (Entry("newest-figures", "Figures", ("manager",), order=36),)

router = APIRouter(include_in_schema=False, route_class=Guarded)
pages = Pages(__package__)


@router.get("/figures", name="newest-figures")
async def newest(request: Request, caller: Manager, store: Database) -> Response:
    """Those of the programme that starts last."""
    managed = await managed_by(caller, store, Programme)
    if not managed:
        return pages.page(request, "no_figures.html", sees_all=caller.covers(["*"]))
    return RedirectResponse(request.url_for("figures", programme_id=managed[0].id).path, 303)


@router.get("/figures/{programme_id}", name="figures")
async def figures(request: Request, seen: Managed, store: Database) -> Response:
    """How its pairs are getting on, what became of sessions, how they felt, and what is to change."""
    return pages.page(
        request,
        "figures.html",
        programme=seen.programme,
        programmes=switch(request, "figures", await managed_by(seen.caller, store, Programme), seen.programme.id),
        summary=await summary_now(store, seen.programme.id),
        fewest=FEWEST,
        sees_all=seen.caller.covers(["*"]),
        **SAID,
    )
