"""All pairs of a programme by how far they are: whom they are of, what they are about, and since when."""

from typing import Any

from fastapi import APIRouter, Request, Response

from services.matching.members.programme import Programme
from services.matching.pages.desk.reading import AT_ONCE
from services.matching.pages.desk.seeing import Desk, PartOfProgramme
from services.matching.pages.desk.words import SAID
from services.matching.pairs.pair import MADE, Pair, PairState
from shared.domain.work import Key, Page, Store, Where
from shared.web.dependencies import Database
from shared.web.frame.entries import Entry
from shared.web.frame.navigation import switch
from shared.web.guarded import Guarded
from shared.web.lists.managed import partly_managed_by
from shared.web.lists.paging import After, next_link, of_theirs
from shared.web.names import names_of
from shared.web.pages import Pages

ENTRIES: tuple[Entry, ...] = ()

router = APIRouter(include_in_schema=False, route_class=Guarded)
pages = Pages(__package__)


@router.get("/desk/programmes/{programme_id}/pairs", name="all-pairs")
async def all_pairs(
    request: Request, of: PartOfProgramme, store: Database, after: After, state: PairState | None = None
) -> Response:
    """Those in that state, or all but proposals, with somebody of the caller's countries."""
    theirs = {"programme_id": of.programme.id, **of_theirs(of.caller, "countries")}
    page = await _read(store, theirs, state, after)
    shown: dict[str, Any] = {
        "found": page.items,
        "names": await names_of(request, [who for each in page.items for who in (each.mentor_id, each.mentee_id)]),
        "then": next_link(request, page.then),
        "programmes": switch(
            request, "all-pairs", await partly_managed_by(of.caller, store, Programme), of.programme.id
        ),
        "parts": await _parts(request, store, of, theirs),
    }
    return pages.page(request, "pairs.html", desk=of, state=state, **shown, **SAID)


async def _read(store: Store, theirs: Where, state: PairState | None, after: Key) -> Page[Pair]:
    states = [state.value] if state else MADE
    return await store.page(Pair, {**theirs, "state": {"$in": states}}, after=after, limit=AT_ONCE)


async def _parts(request: Request, store: Store, of: Desk, theirs: Where) -> list[tuple[PairState | None, str, int]]:
    """Which parts of them there are, where each is, and how many pairs it has."""
    found = await store.counts(Pair, theirs, ["state"])
    counted = {state: found.get((state.value,), 0) for state in PairState}
    made = sum(count for state, count in counted.items() if state.value in MADE)
    address = request.url_for("all-pairs", programme_id=of.programme.id).path
    each = [(state, f"{address}?state={state}", count) for state, count in counted.items()]
    return [(None, address, made), *each]
