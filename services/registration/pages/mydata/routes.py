"""One's own data: shown, handed out by every service, and erased on one's own word."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request, Response

from services.registration.notices.farewell import erase_and_tell
from services.registration.pages.home.reading import read_mine
from services.registration.pages.mydata import fewer
from services.registration.pages.mydata.fewer import FEWER, Wanted
from services.registration.pages.mydata.language import LANGUAGE, SWITCH, Chosen, choices, keep
from services.registration.pages.mydata.letters import letters_to
from services.registration.people.erasure import Erasure, erasure_id
from services.registration.people.person import Person
from services.registration.people.reorganisation import follow
from shared.domain.errors import Absent
from shared.domain.marking import _
from shared.domain.people import PersonIds
from shared.domain.work import Store, Unit
from shared.language.values.value import Sent
from shared.telemetry.deeds import note
from shared.web.access import Caller, allow
from shared.web.dependencies import Database, Known, WrittenTo
from shared.web.forms.acting import Done, act
from shared.web.forms.declaring import Asked, Form
from shared.web.forms.reading import read
from shared.web.forms.showing import Filled, filled
from shared.web.frame.entries import Entry, Where
from shared.web.frame.navigation import address_of
from shared.web.frame.notices import Notice
from shared.web.guarded import Guarded
from shared.web.languages.choosing import led_back, remember
from shared.web.pages import Pages
from shared.web.wording import reader

ENTRIES = (Entry("my-data", "My data", ("participant", "manager"), order=10, where=Where.OWN),)

router = APIRouter(include_in_schema=False, route_class=Guarded)
pages = Pages(__package__)

KEPT: Mapping[str, str] = {
    "registration": _("Who you are, your answers, and in which programmes you take part"),
    "matching": _("Your pairs and the reasons for them, and your place on the waiting list"),
    "sessions": _("When you meet, and what became of each session"),
    "feedback": _("What you said after sessions, which only you are given, and how your pair is getting on"),
}
"""Service → what it keeps of somebody, in words."""


class Erasing(Sent):
    """That somebody means it."""

    sure: Literal["true"]


ERASING = Form(
    Erasing,
    (Asked("sure", _("I know that this cannot be undone"), "tick"),),
    button=_("Erase everything about me"),
)
KEPT_WISH = _("Your wish is kept, for every letter that has not gone yet.")
ERASED = _("Everything about you is being erased now.")


NOBODY = PersonIds("", ())
"""Who has signed in without a number: nothing is known to be theirs."""


@dataclass(frozen=True)
class Somebody:
    """Whoever asks for their own."""

    caller: Caller
    who: PersonIds


async def _somebody(caller: Annotated[Caller, allow("participant", "manager")], people: Known) -> Somebody:
    return Somebody(caller, await people.whose(caller.given) if caller.given else NOBODY)


Own = Annotated[Somebody, Depends(_somebody)]


def _numbered(own: Own) -> Somebody:
    if own.who is NOBODY:
        raise Absent("signed-in-without-a-number")
    return own


Numbered = Annotated[Somebody, Depends(_numbered)]


@router.get("/my-data", name="my-data")
async def my_data(request: Request, own: Own, store: Database) -> Response:
    """What is known, in words, with the files of every service."""
    return await _page(request, store, own.who)


@router.post("/my-data/language", name="keep-language")
async def keep_language(request: Request, own: Own, store: Database) -> Response:
    """Read this language from now on, here and in what is written to one."""
    choice = (await read(request, LANGUAGE)).body

    async def work(_: Chosen, unit: Unit) -> Done:
        assert choice is not None  # noqa: S101 - or it would not be acted upon
        await keep(unit, own.who.ids, choice.language)
        return Done(request.url_for("my-data").path)

    async def show(form: Filled) -> Response:
        return await _page(request, store, own.who, language=form)

    response = await act(request, own.caller, LANGUAGE, work, show)
    if choice is not None:
        remember(response, request, choice.language)
    return response


@router.post("/my-data/letters", name="keep-letters")
async def keep_letters(request: Request, own: Numbered, store: Database) -> Response:
    """Be written to less, or as before."""

    async def work(wanted: Wanted, unit: Unit) -> Done:
        await fewer.keep(unit, own.who.ids, fewer=wanted.fewer)
        return Done(request.url_for("my-data").path, Notice(KEPT_WISH))

    async def show(form: Filled) -> Response:
        return await _page(request, store, own.who, wanted=form)

    return await act(request, own.caller, FEWER, work, show)


@router.post("/my-language")
async def switch_language(
    request: Request,
    caller: Annotated[Caller, allow("participant", "manager", "operator", "data-protection")],
    people: Known,
    store: Database,
) -> Response:
    """The switch of every page, kept with whoever is known; it leads back to that page."""
    choice = (await read(request, SWITCH)).must_be_read()
    if caller.given is not None:
        who = await people.whose(caller.given)
        await store.run(partial(keep, ids=who.ids, language=choice.language))
    return led_back(request, choice.language, choice.then)


@router.get("/my-data/erase", name="erase-me", dependencies=[Depends(_numbered)])
async def asked(request: Request) -> Response:
    """What it means."""
    return await _erasing(request, filled(request, ERASING))


@router.post("/my-data/erase", name="erased-me")
async def erased(request: Request, own: Numbered, store: Database, is_told: WrittenTo) -> Response:
    """Erase oneself, in all services and for good."""

    async def work(__: Erasing, unit: Unit) -> Done:
        done = await erase_and_tell(unit, own.who.ids, is_told=is_told)
        note(erasure_id=done.id, participations=done.participations)
        return Done(request.url_for("my-data").path, Notice(ERASED))

    response = await act(request, own.caller, ERASING, work, partial(_erasing, request))
    if response.status_code < HTTPStatus.BAD_REQUEST:
        await follow(store, set(own.who.ids))  # whoever was below reports to the next one above
    return response


async def _erasing(request: Request, form: Filled) -> Response:
    return pages.page(request, "erase.html", form=form)


async def _page(
    request: Request, store: Store, who: PersonIds, *, language: Filled | None = None, wanted: Filled | None = None
) -> Response:
    ids: Sequence[str] = who.ids
    people = await store.all(Person, {"_id": {"$in": list(ids)}})
    form = language or filled(request, LANGUAGE, {"language": reader(request)})
    ticked = "true" if people and people[0].fewer_letters else ""
    erasures = await store.all(Erasure, {"_id": {"$in": [erasure_id(each) for each in ids]}})
    return pages.page(
        request,
        "my_data.html",
        person=people[0] if people else None,
        mine=await read_mine(store, ids),
        letters=await letters_to(store, ids),
        erasure=erasures[0] if erasures else None,
        kept=KEPT,
        files={name: address_of(request, name, "/people/me") for name in KEPT if ids},
        form=form.offering({"language": choices()}),
        wanted=wanted or filled(request, FEWER, {"fewer": ticked}),
    )
