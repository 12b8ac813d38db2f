"""A programme's call: what it is, for whom, what both sides gain, and what stays between two people."""

from fastapi import APIRouter, Request, Response

from services.registration.pages.home.reading import read_mine
from services.registration.programmes.programme import Programme, Stage
from shared.domain.errors import Absent
from shared.domain.work import Store
from shared.language.terms import Id
from shared.web.access import Allow, Caller, Forbidden, anyone
from shared.web.dependencies import Database
from shared.web.door.tokens import Unauthenticated
from shared.web.frame.entries import Entry
from shared.web.guarded import Guarded
from shared.web.pages import Pages

ENTRIES: tuple[Entry, ...] = ()

router = APIRouter(include_in_schema=False, route_class=Guarded)
pages = Pages(__package__)

SIGNED_IN = Allow(("participant", "manager"))


@router.get("/call/{programme_id}", name="call", dependencies=[anyone()])
async def call(request: Request, programme_id: Id, store: Database) -> Response:
    """For everybody who is signed in; for everybody else where the programme's terms say so."""
    caller, programme = await _seen(request, store, programme_id)
    mine = await read_mine(store, caller.ids, programme_id) if caller else []
    return pages.page(
        request,
        "call.html",
        programme=programme,
        terms=programme.terms,
        takes_applications=programme.state is Stage.OPEN and programme.terms.ends_on > store.clock.now().date(),
        mine=mine[0] if mine else None,
    )


async def _seen(request: Request, store: Store, programme_id: str) -> tuple[Caller | None, Programme]:
    """Who looks at what; raises as if there was no such programme where it may not be known."""
    programme = await store.unit().find(Programme, programme_id)
    try:
        caller = await SIGNED_IN(request, None)
    except (Unauthenticated, Forbidden):
        if programme is None or not programme.terms.public_call or programme.state is Stage.DRAFT:
            raise
        return None, programme
    if programme is None or not programme.is_known_to(caller.manages):
        raise Absent("no-such", kind="programme", id=programme_id)
    return caller, programme
