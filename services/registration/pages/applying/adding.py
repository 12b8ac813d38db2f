"""One person is brought in by hand by who manages them, and taken in as one of whom a manager tells over HTTP is."""

from collections.abc import Mapping, Sequence

from fastapi import APIRouter, Request, Response

from services.registration.pages.applying.filling import usual
from services.registration.pages.applying.options import options_of
from services.registration.pages.applying.others import ADDING, Added
from services.registration.pages.people.managed import Managed, Managing
from services.registration.people.applying import Applied, entry_of, follow_application, take_in
from services.registration.people.enrolment import Enrolled, Note
from services.registration.people.participant import Participant, Standing, participant_id
from shared.domain.errors import Refused
from shared.domain.marking import Say, _
from shared.domain.people import PersonIds
from shared.domain.work import Unit
from shared.language.profile import Profile
from shared.telemetry.deeds import note
from shared.web.dependencies import Database, Known, Saying
from shared.web.forms.acting import Done, act
from shared.web.forms.declaring import Options
from shared.web.forms.showing import Filled, filled
from shared.web.frame.entries import Entry
from shared.web.frame.notices import Notice
from shared.web.guarded import Guarded
from shared.web.pages import Pages
from shared.web.wording import reader

ENTRIES: tuple[Entry, ...] = ()

router = APIRouter(include_in_schema=False, route_class=Guarded)
pages = Pages(__package__)

TAKEN_IN = _("They take part now. What is known of them stands below.")
NAME_LEFT = _(
    "They take part now. Their name was left as it was: they also take part in countries whose people you do not "
    "manage."
)
EMAIL_LEFT = _(
    "They take part now. Their e-mail address was left as it was: they also take part in countries whose people you do "
    "not manage."
)
BOTH_LEFT = _(
    "They take part now. Name and e-mail address were left as they were: they also take part in countries whose people "
    "you do not manage."
)
HR_SAYS = _("You take part now. Some of what you have said HR says otherwise, and that counts.")


@router.get("/everybody/{programme_id}/add", name="add-person")
async def asked(request: Request, seen: Managed, store: Database, say: Saying) -> Response:
    """Who it is, and what they would say of themselves."""
    seen.programme.must_take_applications()
    country, *others = seen.countries
    languages = seen.programme.terms.languages
    known = {
        **await usual(store, seen.programme, "" if others else country),
        "languages": languages if len(languages) == 1 else (),
    }
    return _page(request, seen, say, filled(request, ADDING, known))


@router.post("/everybody/{programme_id}/add", name="person-added")
async def added(request: Request, seen: Managed, store: Database, people: Known, say: Saying) -> Response:
    """Take them in; who takes part already is changed by nothing that is said here."""
    taken: list[Applied] = []

    async def work(those: Added, unit: Unit) -> Done:
        who = await people.one(those.employee_id)
        by_hr = seen.caller.ids.isdisjoint(who.ids)
        await _must_be_new(unit, seen, who, by_hr=by_hr)
        entry = entry_of(who, those.application(), by_hr=by_hr)
        taken[:] = [await take_in(unit, seen.programme.id, entry, seen.caller.manages if by_hr else lambda _: True)]
        return done(request, seen, taken[0].enrolled, _told(taken[0].enrolled.notes))

    async def show(form: Filled) -> Response:
        return _page(request, seen, say, form)

    response = await act(request, seen.caller, ADDING, work, show)
    for applied in taken:
        await follow_application(store, applied)
    return response


async def _must_be_new(unit: Unit, seen: Managing, who: PersonIds, *, by_hr: bool) -> None:
    """Raises Refused; who takes part in a country of others is left to what every application is refused for."""
    known = await unit.find(Participant, participant_id(seen.programme.id, who.id))
    if known is None or (by_hr and not seen.caller.manages(known.profile.country)):
        return
    if known.state is Standing.WITHDRAWN:
        raise Refused("withdrawn-for-good", about=who.id)
    raise Refused("takes-part-already", about=who.id)


def done(request: Request, seen: Managing, enrolled: Enrolled, told: str) -> Done:
    """The page about them follows, for who may see it."""
    participant = enrolled.participant
    note(participant_id=participant.id, outcome=enrolled.outcome)
    if seen.caller.manages(participant.profile.country):
        parts = {"programme_id": seen.programme.id, "participant_id": participant.id}
        address = request.url_for("one-of-people", **parts).path
    else:  # a manager of theirs, who is of another country as HR says
        address = request.url_for("people", programme_id=seen.programme.id).path
    return Done(address, Notice(told))


def _told(notes: Sequence[Note]) -> str:
    left = {each.field for each in notes}
    if any(each.reason.code == "hr-says-otherwise" for each in notes):
        return HR_SAYS
    if left >= {"name", "email"}:
        return BOTH_LEFT
    return NAME_LEFT if "name" in left else EMAIL_LEFT if "email" in left else TAKEN_IN


def options_for(request: Request, seen: Managing, say: Say, known: Profile | None = None) -> Mapping[str, Options]:
    """What can be chosen; of countries those that the manager manages."""
    theirs = seen.programme.terms.model_copy(update={"countries": tuple(seen.countries)})
    return options_of(theirs, known, say, reader(request))


def _page(request: Request, seen: Managing, say: Say, form: Filled) -> Response:
    options = options_for(request, seen, say)
    return pages.page(request, "add.html", seen=seen, form=form.offering(options))
