"""A programme is made as a draft, and its terms are changed as far as no promise is broken."""

from functools import partial

from fastapi import APIRouter, Request, Response

from services.registration.pages.people.managed import Managed
from services.registration.pages.planning.filling import new, typed_of
from services.registration.pages.planning.form import CHANGING, MAKING
from services.registration.pages.planning.options import countries_in, manages_all, options_of
from services.registration.pages.planning.terms import Planned
from services.registration.programmes.naming import free_id
from services.registration.programmes.programme import Programme, Stage
from shared.domain.errors import Refused
from shared.domain.marking import _
from shared.domain.work import Store, Unit
from shared.language.terms import Terms
from shared.telemetry.deeds import note
from shared.web.access import Caller, Manager
from shared.web.dependencies import Database, Saying
from shared.web.forms.acting import Done, act
from shared.web.forms.showing import Filled, filled
from shared.web.frame.entries import Entry
from shared.web.frame.notices import Notice
from shared.web.guarded import Guarded
from shared.web.lists.managed import partly_managed_by
from shared.web.pages import Pages
from shared.web.wording import Say, reader

ENTRIES: tuple[Entry, ...] = ()
MOST_TICKED = 5
"""Countries of a manager that are ticked before anybody chooses."""
OTHERWISE = "programme"
"""The id that is made of a title without a letter of ours."""
MADE = _("“%(title)s” is kept as a draft. Once it has opened, its call is at %(address)s.")
CHANGED = _("The terms of “%(title)s” are kept.")

router = APIRouter(include_in_schema=False, route_class=Guarded)
pages = Pages(__package__)


@router.get("/new-programme", name="new-programme")
async def asked(request: Request, caller: Manager, store: Database, say: Saying) -> Response:
    """What a programme is to be like."""
    own = sorted(each for each in caller.countries if each != "*")
    typed = new(own if len(own) <= MOST_TICKED else (), reader(request))
    return await _page(request, store, caller, None, say, filled(request, MAKING, typed))


@router.post("/new-programme", name="programme-made")
async def made(request: Request, caller: Manager, store: Database, say: Saying) -> Response:
    """Make a draft of it."""

    async def work(sent: Planned, unit: Unit) -> Done:
        terms = _terms(request, caller, sent, None)
        programme = Programme(id=await _free(unit, terms.title), terms=terms)
        unit.save(programme)
        note(programme_id=programme.id)
        call = request.url_for("call", programme_id=programme.id).path
        return _led(request, programme, Notice(MADE, {"title": terms.title, "address": call}))

    return await act(request, caller, MAKING, work, partial(_page, request, store, caller, None, say))


@router.get("/led/{programme_id}/terms", name="programme-terms")
async def shown(request: Request, seen: Managed, store: Database, say: Saying) -> Response:
    """Its terms, to be changed; raises Refused once it has ended."""
    seen.caller.must_cover(seen.programme.terms.countries)
    if seen.programme.state is Stage.ENDED:
        raise Refused("programme-has-ended")
    form = filled(request, CHANGING, typed_of(seen.programme.terms))
    return await _page(request, store, seen.caller, seen.programme, say, form)


@router.post("/led/{programme_id}/terms", name="programme-changed")
async def changed(request: Request, seen: Managed, store: Database, say: Saying) -> Response:
    """Keep other terms."""
    seen.caller.must_cover(seen.programme.terms.countries)

    async def work(sent: Planned, unit: Unit) -> Done:
        before = await unit.get(Programme, seen.programme.id)
        seen.caller.must_cover(before.terms.countries)
        after = before.with_terms(_terms(request, seen.caller, sent, before.terms), unit.now)
        if after is not before:
            unit.save(after)
        note(programme_id=after.id)
        return _led(request, after, Notice(CHANGED, {"title": after.terms.title}))

    show = partial(_page, request, store, seen.caller, seen.programme, say)
    return await act(request, seen.caller, CHANGING, work, show)


def _terms(request: Request, caller: Caller, sent: Planned, before: Terms | None) -> Terms:
    """Whoever makes them manages all of their countries."""
    others = countries_in(sent.more_countries, reader(request))
    terms = sent.terms(others, before)
    caller.must_cover(terms.countries)
    return terms


async def _free(unit: Unit, title: str) -> str:
    """The id that it gets."""
    taken: set[str] = set()
    while (await unit.find(Programme, free := free_id(title, OTHERWISE, taken))) is not None:
        taken.add(free)
    return free


def _led(request: Request, programme: Programme, notice: Notice) -> Done:
    return Done(request.url_for("led-programme", programme_id=programme.id).path, notice)


async def _page(
    request: Request, store: Store, caller: Caller, programme: Programme | None, say: Say, form: Filled
) -> Response:
    known = await partly_managed_by(caller, store, Programme)
    terms = programme.terms if programme else None
    return pages.page(
        request,
        "terms.html",
        programme=programme,
        form=form.offering(options_of(caller, known, terms, say, reader(request))),
        names_countries=manages_all(caller),
    )
