"""One's part in a programme, and stepping back from it."""

from dataclasses import dataclass
from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request, Response

from services.registration.pages.home.elsewhere import elsewhere
from services.registration.pages.home.reading import Mine, read_mine
from services.registration.people.participant import Participant
from services.registration.people.person import Person
from shared.domain.errors import Refused
from shared.domain.marking import _
from shared.domain.work import Unit
from shared.language.registration import Withdrawal
from shared.language.terms import Id
from shared.language.values.value import Sent
from shared.telemetry.deeds import note
from shared.web.access import Caller, Forbidden, allow
from shared.web.dependencies import Database
from shared.web.forms.acting import Done, act
from shared.web.forms.declaring import Asked, Form
from shared.web.forms.showing import Filled, filled
from shared.web.frame.entries import Entry
from shared.web.frame.notices import Notice
from shared.web.guarded import Guarded
from shared.web.pages import Pages

ENTRIES: tuple[Entry, ...] = ()

router = APIRouter(include_in_schema=False, route_class=Guarded)
pages = Pages(__package__)


class Leaving(Sent):
    """Why somebody steps back; nobody is asked for more than the category."""

    because: Literal[Withdrawal.OWN_WISH, Withdrawal.LEFT_COMPANY]


LEAVING = Form(
    Leaving,
    (
        Asked(
            "because",
            _("Why do you step back?"),
            "one",
            help=_("Your programme manager learns this and no more. You need not explain."),
            options={"own-wish": _("It is my own wish"), "left-company": _("I am leaving the company")},
        ),
    ),
    button=_("Step back"),
)
GONE = _("You have stepped back from “%(title)s”. Thank you for having been part of it.")


@dataclass(frozen=True)
class Part:
    """Somebody, and their part in a programme."""

    caller: Caller
    mine: Mine


async def _part(programme_id: Id, caller: Annotated[Caller, allow("participant")], store: Database) -> Part:
    """As everywhere, who takes no part in it hears the same of every programme."""
    mine = await read_mine(store, caller.ids, programme_id)
    if not mine:
        raise Forbidden("of-somebody-else")
    return Part(caller, mine[0])


Own = Annotated[Part, Depends(_part)]


@router.get("/mine/{programme_id}", name="my-part")
async def my_part(request: Request, own: Own, store: Database) -> Response:
    """How far one is, what comes next, and what one has said."""
    person = await store.unit().find(Person, own.mine.participant.person_id)
    return pages.page(request, "part.html", one=own.mine, person=person, **elsewhere(request))


@router.get("/mine/{programme_id}/step-back", name="step-back")
async def asked(request: Request, own: Own) -> Response:
    """What stepping back means, and why it is done."""
    if not own.mine.is_current:
        raise Refused("withdrawn-for-good", about=own.mine.participant.person_id)
    return await _page(request, own.mine, filled(request, LEAVING))


@router.post("/mine/{programme_id}/step-back", name="stepped-back")
async def stepped_back(request: Request, own: Own) -> Response:
    """Step back, for good."""

    async def work(leaving: Leaving, unit: Unit) -> Done:
        before = await unit.get(Participant, own.mine.participant.id)
        after = before.withdrawn(leaving.because)
        if after is not before:
            unit.save(after)
        note(participant_id=after.id)
        return Done(request.url_for("home").path, Notice(GONE, {"title": own.mine.programme.terms.title}))

    return await act(request, own.caller, LEAVING, work, partial(_page, request, own.mine))


async def _page(request: Request, one: Mine, form: Filled) -> Response:
    return pages.page(request, "step_back.html", one=one, form=form)
