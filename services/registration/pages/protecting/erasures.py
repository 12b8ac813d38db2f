"""Erasures: what was asked for, and which service has forgotten whom it was about, and when."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.registration.pages.protecting.finding import FINDING, Officer
from services.registration.pages.protecting.reading import Part, count_erasures, read_erasures, services_of
from services.registration.people.erasure import Erasure
from shared.domain.errors import Absent
from shared.language.terms import Id
from shared.web.dependencies import Database
from shared.web.forms.showing import filled
from shared.web.frame.entries import Entry
from shared.web.guarded import Guarded
from shared.web.languages.words import SERVICES
from shared.web.lists.cursor import LONGEST, key_of, next_address
from shared.web.pages import Pages

ENTRIES = (Entry("protecting", "Data protection", ("data-protection", "operator"), order=75),)

router = APIRouter(include_in_schema=False, route_class=Guarded)
pages = Pages(__package__)


@router.get("/protecting", name="protecting")
async def protecting(
    request: Request,
    _: Officer,
    store: Database,
    part: Part = Part.ALL,
    after: Annotated[str, Query(max_length=LONGEST)] = "",
) -> Response:
    """Where somebody is looked for; and what was asked to be erased, a page at a time."""
    found = await read_erasures(store, part, key_of(request, after))
    address = request.url_for("protecting").path
    counted = await count_erasures(store)
    return pages.page(
        request,
        "protecting.html",
        form=filled(request, FINDING),
        part=part.value,
        tabs=[(each.value, f"{address}?part={each}", count) for each, count in counted.items()],
        erasures=found.items,
        then=next_address(request, found.then) if found.then else "",
        services=SERVICES,
    )


@router.get("/protecting/erasures/{erasure_id}", name="erasure-receipt")
async def receipt(request: Request, erasure_id: Id, _: Officer, store: Database) -> Response:
    """One of them, with its receipt."""
    erasure = await store.unit().find(Erasure, erasure_id)
    if erasure is None:
        raise Absent("no-such", kind="erasure", id=erasure_id)
    forgotten = {each.service: each.at for each in erasure.receipt}
    asked = [(SERVICES[name], forgotten.get(name)) for name in services_of(erasure)]
    return pages.page(request, "receipt.html", erasure=erasure, asked=asked)
