"""The whole group in figures, for whoever manages every country: who takes part is never in it."""

from fastapi import APIRouter, Request, Response

from services.feedback.figures.group import RegionalProgramme, Told, group_now
from services.feedback.figures.release import FEWEST
from services.feedback.pages.figures.words import SAID
from services.feedback.people.programme import Programme
from shared.web.access import Manager
from shared.web.dependencies import Database
from shared.web.frame.entries import Entry
from shared.web.guarded import Guarded
from shared.web.lists.paging import After, next_link
from shared.web.pages import Pages

ENTRIES: tuple[Entry, ...] = ()
AT_ONCE = 50
"""Programmes on one page."""

router = APIRouter(include_in_schema=False, route_class=Guarded)
pages = Pages(__package__)


@router.get("/all-figures", name="group-figures")
async def whole(request: Request, caller: Manager, store: Database, after: After) -> Response:
    """All of them together, and each programme of each region that tells this one."""
    caller.must_cover(["*"])
    found = await store.page(Told, {}, after=after, limit=AT_ONCE)
    listed = [RegionalProgramme.of(each) for each in found.items]
    ids = sorted({each.programme_id for each in listed if each.region == store.origin.region})
    known = await store.all(Programme, {"_id": {"$in": ids}}) if ids else []
    return pages.page(
        request,
        "group.html",
        total=(await group_now(store)).total,
        listed=listed,
        own_region=store.origin.region,
        titles={each.id: each.terms.title for each in known},
        fewest=FEWEST,
        then=next_link(request, found.then),
        **SAID,
    )
