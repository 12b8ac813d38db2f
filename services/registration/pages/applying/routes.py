"""The application: shown with all that is known, read, and taken in as one that comes over HTTP is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from services.registration.pages.applying.answers import Answers
from services.registration.pages.applying.filling import filled_in
from services.registration.pages.applying.form import KNOWN, UNKNOWN
from services.registration.pages.applying.guessing import Known, read_known
from services.registration.pages.applying.options import options_of
from services.registration.people.application import Application
from services.registration.people.applying import Applied, entry_of, follow_application, take_in
from services.registration.people.enrolment import Outcome
from services.registration.people.participant import Standing
from services.registration.programmes.programme import Programme
from shared.domain.errors import Absent, Refused
from shared.domain.marking import _
from shared.domain.people import PersonIds
from shared.domain.work import Unit
from shared.language.terms import Id
from shared.telemetry.deeds import note
from shared.web.access import Caller, allow
from shared.web.dependencies import Database, Saying
from shared.web.dependencies import Known as People
from shared.web.forms.acting import Done, act
from shared.web.forms.declaring import Form
from shared.web.forms.showing import Filled, filled
from shared.web.frame.entries import Entry
from shared.web.frame.notices import Notice
from shared.web.guarded import Guarded
from shared.web.pages import Pages
from shared.web.wording import reader

ENTRIES: tuple[Entry, ...] = ()

router = APIRouter(include_in_schema=False, route_class=Guarded)
pages = Pages(__package__)

Participant = Annotated[Caller, allow("participant")]
TAKEN_IN = _("Thank you: you take part in “%(title)s”. What comes next stands below.")
CHANGED = _("Your answers are kept.")


@dataclass(frozen=True)
class Applying:
    """Somebody who applies to a programme."""

    caller: Caller
    who: PersonIds
    programme: Programme
    known: Known

    @property
    def form(self) -> Form[Any]:
        """What they are asked."""
        return KNOWN if self.known.person and self.known.hr else UNKNOWN

    def must_be_open(self) -> None:
        """Raises Refused where nobody can be taken in, or nothing can be changed."""
        if self.known.here is None:
            self.programme.must_take_applications(of=self.who.id)
        elif self.known.here.state is Standing.WITHDRAWN:
            raise Refused("withdrawn-for-good", about=self.who.id)
        else:
            self.programme.must_run()


async def _applying(programme_id: Id, caller: Participant, store: Database, people: People) -> Applying:
    if caller.given is None:
        raise Absent("signed-in-without-a-number")
    programme = await store.unit().find(Programme, programme_id)
    if programme is None or not programme.is_known_to(caller.manages):
        raise Absent("no-such", kind="programme", id=programme_id)
    who = await people.whose(caller.given)
    return Applying(caller, who, programme, await read_known(store, programme_id, who.ids))


Somebody = Annotated[Applying, Depends(_applying)]


@router.get("/apply/{programme_id}", name="application")
async def apply_page(request: Request, somebody: Somebody, store: Database, say: Saying) -> Response:
    """The form with what is known and guessed."""
    somebody.must_be_open()
    known = await filled_in(request, store, somebody.programme, somebody.known, somebody.caller)
    return _page(request, somebody, filled(request, somebody.form, known), say)


@router.post("/apply/{programme_id}", name="send-application")
async def send_application(request: Request, somebody: Somebody, store: Database, say: Saying) -> Response:
    """Take part, or change what was said."""
    address = request.url_for("my-part", programme_id=somebody.programme.id).path
    taken: list[Applied] = []

    async def work(answers: Answers, unit: Unit) -> Done:
        entry = entry_of(somebody.who, _application(answers, somebody.known), by_hr=False)
        taken[:] = [await take_in(unit, somebody.programme.id, entry, lambda _: True)]
        enrolled = taken[0].enrolled
        is_new = enrolled.outcome is Outcome.IMPORTED
        note(participant_id=enrolled.participant.id, outcome=enrolled.outcome)
        said = Notice(TAKEN_IN, {"title": somebody.programme.terms.title}) if is_new else Notice(CHANGED)
        return Done(address, said)

    async def show(form: Filled) -> Response:
        return _page(request, somebody, form, say)

    response = await act(request, somebody.caller, somebody.form, work, show)
    for applied in taken:
        await follow_application(store, applied)
    return response


def _application(answers: Answers, known: Known) -> Application:
    """Who somebody is and where they stand HR knows, or they say so."""
    before = known.here.profile if known.here else None
    name, email, place = answers.introduced() or _known(known)
    return Application(name=name, email=email, profile=answers.profile(place, before))


def _known(known: Known) -> tuple[str, str, Mapping[str, Any]]:
    assert known.person and known.hr  # noqa: S101 - or they would have been asked
    place = {"country": known.hr.country, "unit": known.hr.unit, "grade": known.hr.grade}
    return known.person.name, known.person.email, place


def _page(request: Request, somebody: Applying, form: Filled, say: Saying) -> Response:
    profile = somebody.known.profile
    options = options_of(somebody.programme.terms, profile, say, reader(request))
    asked: Sequence[str] = somebody.form.names
    offering = {name: words for name, words in options.items() if name in asked}
    return pages.page(
        request,
        "apply.html",
        programme=somebody.programme,
        known=somebody.known,
        is_new=somebody.known.here is None,
        form=form.offering(offering),
    )
