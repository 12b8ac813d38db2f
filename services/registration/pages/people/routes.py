"""The people of a programme: listed, looked for, and many marked as trained at once."""

from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from services.registration.pages.people.managed import Managed, Managing
from services.registration.pages.people.reading import (
    EVERY,
    Found,
    Picked,
    Stand,
    count_people,
    read_people,
    search,
)
from services.registration.programmes.programme import Programme
from services.registration.training.recording import train_some
from shared.domain.marking import _, ngettext
from shared.domain.work import Store, Unit
from shared.language.terms import Id, Role
from shared.language.values.lines import Line
from shared.language.values.lists import AtMost
from shared.language.values.value import Sent
from shared.telemetry.deeds import note
from shared.web.access import Manager
from shared.web.dependencies import Database, Known
from shared.web.forms.acting import Done, act
from shared.web.forms.declaring import Asked, Form
from shared.web.forms.reading import read
from shared.web.forms.showing import Filled, filled
from shared.web.frame.entries import Entry
from shared.web.frame.navigation import Link, switch
from shared.web.frame.notices import Notice
from shared.web.guarded import Guarded
from shared.web.lists.cursor import LONGEST, key_of, next_address
from shared.web.lists.managed import partly_managed_by
from shared.web.pages import Pages

ENTRIES = (Entry("newest-people", "People", ("manager",), order=50),)

router = APIRouter(include_in_schema=False, route_class=Guarded)
pages = Pages(__package__)


class Search(Sent):
    """Whom somebody looks for. It is sent in a form, since names stand in no address."""

    words: Annotated[str, Line(120)]


class Trained(Sent):
    """Who of a page of the list has finished the training."""

    participants: Annotated[list[Id], AtMost(100, least=1)]


SEARCH = Form(
    Search,
    (Asked("words", _("Name or employee number"), help=_("A part of the name is enough."), autocomplete="off"),),
    button=_("Look for somebody"),
)
TRAINED = Form(
    Trained,
    (Asked("participants", _("Who has finished the training?"), "several"),),
    button=_("Mark as trained"),
)
ALL_TRAINED = ngettext("%(count)s person is marked as trained.", "%(count)s people are marked as trained.")
SOME_TRAINED = _("Marked as trained: %(trained)s. Left out, since they have stepped back meanwhile: %(refused)s.")


@router.get("/everybody", name="newest-people")
async def newest(request: Request, caller: Manager, store: Database) -> Response:
    """Those of the programme that starts last."""
    programmes = await partly_managed_by(caller, store, Programme)
    if not programmes:
        return pages.page(request, "nobody_yet.html")
    return RedirectResponse(request.url_for("people", programme_id=programmes[0].id).path, 303)


@router.get("/everybody/{programme_id}", name="people")
async def people(
    request: Request,
    seen: Managed,
    store: Database,
    stand: Stand = Stand.ALL,
    role: Literal["all"] | Role = "all",
    country: Annotated[str, Query(max_length=3)] = EVERY,
    after: Annotated[str, Query(max_length=LONGEST)] = "",
) -> Response:
    """A part of them, a page at a time."""
    picked = Picked(stand, str(role), country)
    found = await read_people(store, seen, picked, key_of(request, after))
    return await _page(request, store, seen, picked, found, filled(request, TRAINED))


@router.post("/everybody/{programme_id}", name="people-found")
async def looked_for(request: Request, seen: Managed, store: Database, known: Known) -> Response:
    """Those of a name or a number."""
    sent = await read(request, SEARCH)
    form = filled(request, SEARCH, sent.typed, errors=sent.errors)
    found, more = await search(store, known, seen, sent.body.words) if sent.body else (Found(()), False)
    page = {
        "seen": seen,
        "programmes": await _switch(request, store, seen),
        "search": form,
        "found": found,
        "more": more,
    }
    return pages.page(request, "people_found.html", status=200 if sent.body else 422, **page)


@router.post("/everybody/{programme_id}/trained", name="people-trained")
async def trained(request: Request, seen: Managed, store: Database) -> Response:
    """Record that all who are ticked have finished the training."""

    async def work(those: Trained, unit: Unit) -> Done:
        report = await train_some(unit, seen.programme.id, list(dict.fromkeys(those.participants)), seen.caller.manages)
        note(trained=report.trained, unchanged=report.unchanged, refused=len(report.refused))
        done, refused = report.trained + report.unchanged, len(report.refused)
        told = Notice(SOME_TRAINED, {"trained": done, "refused": refused})
        return Done(_untrained(request, seen), told if refused else Notice(ALL_TRAINED, {"count": done}))

    return await act(request, seen.caller, TRAINED, work, partial(_again, request, store, seen))


async def _switch(request: Request, store: Store, seen: Managing) -> list[Link]:
    return switch(request, "people", await partly_managed_by(seen.caller, store, Programme), seen.programme.id)


def _untrained(request: Request, seen: Managing) -> str:
    address = request.url_for("people", programme_id=seen.programme.id).path
    return f"{address}?stand={Stand.TO_TRAIN}"


async def _again(request: Request, store: Store, seen: Managing, form: Filled) -> Response:
    picked = Picked(Stand.TO_TRAIN)
    return await _page(request, store, seen, picked, await read_people(store, seen, picked, ()), form)


async def _page(request: Request, store: Store, seen: Managing, picked: Picked, found: Found, form: Filled) -> Response:
    address = request.url_for("people", programme_id=seen.programme.id).path
    return pages.page(
        request,
        "people.html",
        seen=seen,
        programmes=await _switch(request, store, seen),
        picked=picked,
        tabs=[
            (each.value, f"{address}?stand={each}&role={picked.role}&country={picked.country}", count)
            for each, count in (await count_people(store, seen, picked)).items()
        ],
        found=found,
        then=next_address(request, found.then) if found.then and request.method == "GET" else "",
        search=filled(request, SEARCH),
        form=form,
    )
