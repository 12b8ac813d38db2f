"""The pairs of a programme that need somebody today, with what can be done now; and all of its pairs."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from services.feedback.momentum.alarms import read_alarms, read_pairs
from services.feedback.momentum.momentum import Momentum
from services.feedback.pages.alarms.standing import Elsewhere, Standing
from services.feedback.pages.managing import Managed
from services.feedback.people.programme import Programme
from shared.domain.work import Key, Page, Store
from shared.web.access import Manager
from shared.web.dependencies import Database
from shared.web.frame.entries import Entry
from shared.web.frame.navigation import switch
from shared.web.guarded import Guarded
from shared.web.lists.cursor import LONGEST, key_of, next_address
from shared.web.lists.managed import managed_by
from shared.web.names import names_of
from shared.web.pages import Pages

ENTRIES = (Entry("newest-alarms", "Alarms", ("manager",), order=34),)
AT_ONCE, LISTED = 20, 50
"""Alarms on one page, and pairs."""

router = APIRouter(include_in_schema=False, route_class=Guarded)
pages = Pages(__package__)


@router.get("/alarms", name="newest-alarms")
async def newest(request: Request, caller: Manager, store: Database) -> Response:
    """Those of the programme that starts last."""
    managed = await managed_by(caller, store, Programme)
    if not managed:
        return pages.page(request, "no_alarms.html")
    return RedirectResponse(request.url_for("alarms", programme_id=managed[0].id).path, 303)


async def _after(request: Request, after: Annotated[str, Query(max_length=LONGEST)] = "") -> Key:
    return key_of(request, after)


After = Annotated[Key, Depends(_after)]


@router.get("/alarms/{programme_id}", name="alarms")
async def alarms(request: Request, seen: Managed, store: Database, after: After) -> Response:
    """A page of them, those who have lost most sessions first."""
    found = await read_alarms(store, seen.programme.id, after, AT_ONCE)
    shown = await _shown(request, store, seen, "alarms", found)
    return pages.page(request, "alarms.html", elsewhere=Elsewhere(request, seen.programme.id), **shown)


@router.get("/alarms/{programme_id}/pairs", name="all-pairs")
async def pairs(request: Request, seen: Managed, store: Database, after: After) -> Response:
    """A page of all pairs, those with an alarm first."""
    found = await read_pairs(store, seen.programme.id, after, LISTED)
    return pages.page(request, "pairs.html", **await _shown(request, store, seen, "all-pairs", found))


async def _shown(request: Request, store: Store, seen: Managed, route: str, found: Page[Momentum]) -> dict[str, Any]:
    now, managed = store.clock.now(), await managed_by(seen.caller, store, Programme)
    return {
        "programme": seen.programme,
        "programmes": switch(request, route, managed, seen.programme.id),
        "found": [Standing(each, now) for each in found.items],
        "names": await names_of(request, [who for each in found.items for who in (each.mentor_id, each.mentee_id)]),
        "then": next_address(request, found.then) if found.then else "",
    }
