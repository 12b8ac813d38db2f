"""Somebody who takes part already is changed by who manages them, as an application on their behalf changes them."""

from collections.abc import Sequence

from fastapi import APIRouter, Request, Response

from services.registration.pages.applying.adding import done, options_for
from services.registration.pages.applying.answers import Introduced
from services.registration.pages.applying.filling import as_known
from services.registration.pages.applying.others import CHANGING
from services.registration.pages.people.one import One, Theirs, still_theirs
from services.registration.people.application import Application
from services.registration.people.applying import Applied, entry_of, follow_application, take_in
from services.registration.people.enrolment import Note
from services.registration.people.participant import Participant, Standing
from shared.domain.errors import Refused
from shared.domain.marking import Say, _
from shared.domain.work import Unit
from shared.web.dependencies import Database, Known, Saying
from shared.web.forms.acting import Done, act
from shared.web.forms.showing import Filled, filled
from shared.web.frame.entries import Entry
from shared.web.guarded import Guarded
from shared.web.pages import Pages

ENTRIES: tuple[Entry, ...] = ()

router = APIRouter(include_in_schema=False, route_class=Guarded)
pages = Pages(__package__)

KEPT = _("What you have said is kept.")
LEFT = _(
    "What you have said is kept, but for their name or e-mail address: they also take part in countries whose people "
    "you do not manage."
)
HR_SAYS = _("What you have said is kept. Some of it HR says otherwise, and that counts.")


@router.get("/everybody/{programme_id}/one/{participant_id}/change", name="change-person")
async def asked(request: Request, of: Theirs, say: Saying) -> Response:
    """All that is known of them."""
    if of.participant.state is Standing.WITHDRAWN:
        raise Refused("withdrawn-for-good", about=of.participant.person_id)
    of.seen.programme.must_run()
    known = as_known(of.person, of.participant.profile, of.seen.programme)
    return _page(request, of, say, filled(request, CHANGING, known))


@router.post("/everybody/{programme_id}/one/{participant_id}/change", name="person-changed")
async def changed(request: Request, of: Theirs, store: Database, people: Known, say: Saying) -> Response:
    """Change them; for the people of other countries they are whose they were."""
    who, caller = await people.of(of.participant.person_id), of.seen.caller
    by_hr = caller.ids.isdisjoint(who.ids)
    taken: list[Applied] = []

    async def work(said: Introduced, unit: Unit) -> Done:
        entry = entry_of(who, _application(said, await still_theirs(unit, of)), by_hr=by_hr)
        taken[:] = [await take_in(unit, of.seen.programme.id, entry, caller.manages if by_hr else lambda _: True)]
        enrolled = taken[0].enrolled
        return done(request, of.seen, enrolled, _told(enrolled.notes))

    async def show(form: Filled) -> Response:
        return _page(request, of, say, form)

    response = await act(request, caller, CHANGING, work, show)
    for applied in taken:
        await follow_application(store, applied)
    return response


def _application(said: Introduced, known: Participant) -> Application:
    name, email, place = said.introduced()
    return Application(name=name, email=email, profile=said.profile(place, known.profile))


def _told(notes: Sequence[Note]) -> str:
    if any(each.reason.code == "hr-says-otherwise" for each in notes):
        return HR_SAYS
    return LEFT if notes else KEPT


def _page(request: Request, of: One, say: Say, form: Filled) -> Response:
    options = options_for(request, of.seen, say, of.participant.profile)
    return pages.page(request, "change.html", one=of, form=form.offering(options))
