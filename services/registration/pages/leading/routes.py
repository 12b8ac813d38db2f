"""Programmes: all that somebody manages people of; one of them with its terms in words, and its next step."""

from collections.abc import Callable
from functools import partial
from typing import Any

from fastapi import APIRouter, Request, Response

from services.registration.pages.people.managed import Managed, Managing
from services.registration.programmes.programme import Programme
from shared.domain.marking import _
from shared.domain.work import Unit
from shared.language.values.value import Sent
from shared.telemetry.deeds import note
from shared.web.access import Manager
from shared.web.dependencies import Database
from shared.web.forms.acting import Done, act
from shared.web.forms.declaring import Form, Nothing
from shared.web.forms.showing import Filled, filled
from shared.web.frame.entries import Entry
from shared.web.frame.notices import Notice
from shared.web.guarded import Guarded
from shared.web.lists.managed import partly_managed_by
from shared.web.pages import Pages

ENTRIES = (Entry("led-programmes", "Programmes", ("manager",), order=32),)

router = APIRouter(include_in_schema=False, route_class=Guarded)
pages = Pages(__package__)


OPENING = Form(Nothing, (), button=_("Open for applications"))
CLOSING = Form(Nothing, (), button=_("Close registration"))
ENDING = Form(Nothing, (), button=_("End the programme"))
OPENED = _("“%(title)s” takes applications now.")
CLOSED = _("“%(title)s” takes no more applications.")
ENDED = _("“%(title)s” has ended.")

Step = Callable[[Programme, Unit], Programme]


@router.get("/led", name="led-programmes")
async def programmes(request: Request, caller: Manager, store: Database) -> Response:
    """Those with a country of the caller's, the one that starts last first."""
    return pages.page(request, "programmes.html", led=await partly_managed_by(caller, store, Programme))


@router.get("/led/{programme_id}", name="led-programme")
async def programme(request: Request, seen: Managed) -> Response:
    """One of them."""
    return await _page(request, seen, filled(request, OPENING))


@router.post("/led/{programme_id}/open", name="programme-opened")
async def opened(request: Request, seen: Managed) -> Response:
    """Take applications."""
    return await _act(request, seen, OPENING, lambda known, unit: known.opened(unit.now), OPENED)


@router.post("/led/{programme_id}/close-registration", name="registration-closed")
async def closed(request: Request, seen: Managed) -> Response:
    """Take no more applications."""
    return await _act(request, seen, CLOSING, lambda known, _unit: known.closed(), CLOSED)


@router.post("/led/{programme_id}/end", name="programme-ended")
async def ended(request: Request, seen: Managed) -> Response:
    """End the programme."""
    return await _act(request, seen, ENDING, lambda known, _unit: known.ended(), ENDED)


async def _act(request: Request, seen: Managing, form: Form[Any], step: Step, told: str) -> Response:
    """Whoever changes a programme manages all of its countries, also those it has in this very moment."""
    seen.caller.must_cover(seen.programme.terms.countries)

    async def work(_sent: Sent, unit: Unit) -> Done:
        before = await unit.get(Programme, seen.programme.id)
        seen.caller.must_cover(before.terms.countries)
        after = step(before, unit)
        if after is not before:
            unit.save(after)
        note(programme_id=after.id)
        address = request.url_for("led-programme", programme_id=after.id).path
        return Done(address, Notice(told, {"title": after.terms.title}))

    return await act(request, seen.caller, form, work, partial(_page, request, seen))


async def _page(request: Request, seen: Managing, form: Filled) -> Response:
    terms = seen.programme.terms
    return pages.page(
        request,
        "programme.html",
        programme=seen.programme,
        may_change=seen.caller.covers(terms.countries),
        form=form,
        buttons={"open": OPENING.button, "close": CLOSING.button, "end": ENDING.button},
    )
