"""One person: found, given what every service knows of them, and erased after a second word."""

from functools import partial

from fastapi import APIRouter, Request, Response

from services.registration.notices.farewell import erase_and_tell
from services.registration.pages.protecting.finding import ASKING, ERASING, FINDING, Erasing, Officer
from services.registration.pages.protecting.reading import find
from services.registration.people.reorganisation import follow
from shared.domain.marking import _
from shared.domain.work import Unit
from shared.privacy.handing import HANDED_OUT
from shared.telemetry.deeds import note, note_refusal
from shared.web.dependencies import Database, Known, WrittenTo
from shared.web.forms.acting import Done, act
from shared.web.forms.reading import read
from shared.web.forms.showing import Filled, filled
from shared.web.frame.entries import Entry
from shared.web.frame.navigation import address_of
from shared.web.frame.notices import Notice
from shared.web.guarded import Guarded
from shared.web.languages.words import SERVICES
from shared.web.pages import Pages

ENTRIES: tuple[Entry, ...] = ()

router = APIRouter(include_in_schema=False, route_class=Guarded)
pages = Pages(__package__)

ERASED = _("All services are forgetting this person now. This is the receipt, as far as it has come.")


@router.post("/protecting", name="person-sought")
async def sought(request: Request, _officer: Officer, store: Database, people: Known) -> Response:
    """Whether somebody is known, and what can be done for them."""
    sent = await read(request, FINDING)
    form = filled(request, FINDING, sent.typed, errors=sent.errors)
    if sent.body is None:
        note_refusal("not-valid")
    found = await find(store, await sent.body.whom.identified(people)) if sent.body else None
    files = {title: address_of(request, name, HANDED_OUT) for name, title in SERVICES.items()}
    return pages.page(request, "found.html", status=200 if found else 422, form=form, found=found, files=files)


@router.post("/protecting/erase/asked", name="person-erasure-asked")
async def asked(request: Request, _officer: Officer) -> Response:
    """What erasing means, before it is done."""
    sent = await read(request, ASKING)
    sent.must_be_read()
    return await _asked(request, filled(request, ERASING, sent.typed))


@router.post("/protecting/erase", name="person-erased")
async def erased(request: Request, caller: Officer, store: Database, people: Known, is_told: WrittenTo) -> Response:
    """Erase somebody, in all services and for good."""
    gone: set[str] = set()

    async def work(sent: Erasing, unit: Unit) -> Done:
        ids = (await people.of(sent.person_id)).ids
        done = await erase_and_tell(unit, ids, is_told=is_told)
        gone.update(ids)
        note(erasure_id=done.id, participations=done.participations)
        return Done(request.url_for("erasure-receipt", erasure_id=done.id).path, Notice(ERASED))

    response = await act(request, caller, ERASING, work, partial(_asked, request))
    await follow(store, gone)  # whoever was below reports to the next one above
    return response


async def _asked(request: Request, form: Filled) -> Response:
    return pages.page(request, "erase_person.html", form=form)
