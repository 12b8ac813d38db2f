"""Whom a programme writes to of itself: a week in figures, and plainly that pairs need help."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from pydantic import AfterValidator, Field

from services.registration.pages.applying.options import zones_near
from services.registration.pages.mydata.language import offered
from services.registration.pages.people.managed import Managed, Managing
from services.registration.programmes.addresses import Email
from services.registration.programmes.contact import MOST_CONTACTS, Contact, Told
from services.registration.programmes.programme import Programme, Stage
from shared.domain.errors import Refused
from shared.domain.marking import _
from shared.domain.work import Unit
from shared.language.values.value import Sent
from shared.language.values.zones import TimeZone
from shared.telemetry.deeds import note
from shared.web.dependencies import Keyed
from shared.web.forms.acting import Done, act
from shared.web.forms.declaring import Asked, Form, Nothing
from shared.web.forms.showing import Filled, filled
from shared.web.frame.entries import Entry
from shared.web.frame.notices import Notice
from shared.web.guarded import Guarded
from shared.web.languages.choosing import OWN_NAMES
from shared.web.pages import Pages
from shared.web.wording import reader

ENTRIES: tuple[Entry, ...] = ()

router = APIRouter(include_in_schema=False, route_class=Guarded)
pages = Pages(__package__)


class Typed(Sent):
    """One more contact, or one of before who is told otherwise."""

    email: Email = Field(repr=False)
    language: Annotated[str, AfterValidator(offered)]
    time_zone: TimeZone
    weekly: bool = False

    @property
    def told(self) -> Told:
        """As it is meant."""
        return Told.model_validate(self.model_dump())


ADDING = Form(
    Typed,
    (
        Asked("email", _("E-mail"), "email", help=_("An address that somebody reads, such as that of your team.")),
        Asked("language", _("Language of the letters"), "list", short=True),
        Asked("time_zone", _("Time zone"), "list", help=_("Letters come in its working hours.")),
        Asked("weekly", _("Every Monday, the week in five figures"), "tick"),
    ),
    button=_("Add this contact"),
    beside={"enough-contacts": "email"},
)
REMOVING = Form(Nothing, (), button=_("Remove"))
KEPT, REMOVED = _("This contact is told how the programme goes."), _("This contact is told nothing any more.")

Step = Callable[[Programme, datetime], Programme]


@router.get("/led/{programme_id}/contacts", name="programme-contacts")
async def shown(request: Request, seen: Managed) -> Response:
    """Who they are, and one more; raises Refused once it has ended."""
    seen.caller.must_cover(seen.programme.terms.countries)
    if seen.programme.state is Stage.ENDED:
        raise Refused("programme-has-ended")
    return await _page(request, seen, _new(request))


@router.post("/led/{programme_id}/contacts", name="contact-added")
async def added(request: Request, seen: Managed, key: Keyed) -> Response:
    """Tell one more."""
    return await _act(request, seen, ADDING, lambda sent: partial(_with, told=sent.told, key=key), KEPT)


@router.post("/led/{programme_id}/contacts/{contact_id}/remove", name="contact-removed")
async def removed(request: Request, seen: Managed, contact_id: Annotated[str, Path(max_length=80)]) -> Response:
    """Tell one less."""
    return await _act(request, seen, REMOVING, lambda _: partial(_without, contact_id=contact_id), REMOVED)


def _with(programme: Programme, now: datetime, told: Told, key: str) -> Programme:
    after = programme.telling([*programme.contacts, Contact.of(told, programme.id, key)], now)
    if len(after.contacts) > MOST_CONTACTS:
        raise Refused("enough-contacts", limit=MOST_CONTACTS)
    return after


def _without(programme: Programme, now: datetime, contact_id: str) -> Programme:
    return programme.telling((each for each in programme.contacts if each.id != contact_id), now)


async def _act(request: Request, seen: Managing, form: Form[Any], step: Callable[[Any], Step], told: str) -> Response:
    """As everywhere, whoever changes a programme manages all of its countries."""
    seen.caller.must_cover(seen.programme.terms.countries)

    async def work(sent: Sent, unit: Unit) -> Done:
        before = await unit.get(Programme, seen.programme.id)
        seen.caller.must_cover(before.terms.countries)
        unit.save(step(sent)(before, unit.now))
        note(programme_id=before.id)
        return Done(request.url_for("programme-contacts", programme_id=before.id).path, Notice(told))

    return await act(request, seen.caller, form, work, partial(_page, request, seen))


def _new(request: Request) -> Filled:
    return filled(request, ADDING, {"language": reader(request), "weekly": "true"})


async def _page(request: Request, seen: Managing, form: Filled) -> Response:
    adding = form if form.form is ADDING else _new(request)
    zones = zones_near(seen.programme.terms.countries, reader(request))
    return pages.page(
        request,
        "contacts.html",
        programme=seen.programme,
        form=adding.offering({"language": OWN_NAMES, "time_zone": zones}),
        removing=filled(request, REMOVING),
        most=MOST_CONTACTS,
    )
