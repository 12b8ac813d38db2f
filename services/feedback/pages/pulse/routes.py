"""How was it? The sessions one has been to, and the pulse of each: two choices and, for who likes, a few words."""

from dataclasses import dataclass
from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from services.feedback.momentum.momentum import Momentum
from services.feedback.pages.pulse.reading import read_asked
from services.feedback.pulse.answering import sides_of, submit
from services.feedback.pulse.pulse import Answer
from shared.domain.marking import _
from shared.domain.work import Unit
from shared.language.terms import Id
from shared.language.values.lines import Text
from shared.language.values.value import Sent
from shared.web.access import Caller, Forbidden, allow
from shared.web.dependencies import Database
from shared.web.forms.acting import Done, act
from shared.web.forms.declaring import Asked, Form
from shared.web.forms.showing import Filled, filled
from shared.web.frame.entries import Entry
from shared.web.frame.notices import Notice
from shared.web.guarded import Guarded
from shared.web.names import names_of
from shared.web.pages import Pages

ENTRIES = (Entry("pulses", "How was it?", ("participant",), order=16),)

router = APIRouter(include_in_schema=False, route_class=Guarded)
pages = Pages(__package__)

OnePerson = Annotated[Caller, allow("participant")]
Chosen = Literal["1", "2", "3", "4", "5"]


class Said(Sent):
    """What somebody says; nothing is chosen beforehand."""

    feeling: Chosen
    useful: Chosen
    comment: Annotated[str, Text(2000, least=0)] = Field(default="", repr=False)

    @property
    def answer(self) -> Answer:
        """As it is kept."""
        return Answer(feeling=int(self.feeling), useful=int(self.useful), comment=self.comment)


PULSE = Form(
    Said,
    (
        Asked(
            "feeling",
            _("How did you feel in this session?"),
            "one",
            options={
                "1": _("Not at ease at all"),
                "2": _("Rather not at ease"),
                "3": _("So so"),
                "4": _("At ease"),
                "5": _("Very much at ease"),
            },
        ),
        Asked(
            "useful",
            _("Was it useful to you?"),
            "one",
            options={
                "1": _("Not at all"),
                "2": _("Hardly"),
                "3": _("A little"),
                "4": _("Yes"),
                "5": _("Very much"),
            },
        ),
        Asked(
            "comment",
            _("In your own words"),
            "long",
            help=_("For yourself: nobody but you ever reads this."),
        ),
    ),
    button=_("Send"),
)
THANKS = _("Thank you. Nobody but you can read what you have said.")


@dataclass(frozen=True)
class Seen:
    """A session of one's own."""

    caller: Caller
    session_id: str
    pair: Momentum

    @property
    def number(self) -> int:
        """Which of the series it is, from 1."""
        meeting = self.pair.meeting(self.session_id)
        return meeting.number if meeting else 0


@router.get("/", name="pulses")
async def pulses(request: Request, caller: OnePerson, store: Database) -> Response:
    """The sessions one has been to; those one has not said anything of first."""
    asked = await read_asked(store, caller.ids)
    names = await names_of(request, [each.other_id for each in asked])
    return pages.page(request, "pulses.html", asked=asked, names=names)


async def _seen(session_id: Id, caller: OnePerson, store: Database) -> Seen:
    """As everywhere, of a session of others one hears what one hears of none."""
    found = await store.all(Momentum, {"meetings.session_id": session_id}, limit=1)
    sides = await sides_of(store.unit(), found[0]) if found else []
    if not any(map(caller.plays, sides)):
        raise Forbidden("of-somebody-else")
    return Seen(caller, session_id, found[0])


Own = Annotated[Seen, Depends(_seen)]


@router.get("/pulse/{session_id}", name="pulse")
async def pulse(request: Request, own: Own) -> Response:
    """Two choices, and room for a few words."""
    return await _page(request, own, filled(request, PULSE))


@router.post("/pulse/{session_id}", name="pulse-answered")
async def answered(request: Request, own: Own) -> Response:
    """Say how it was, once."""

    async def work(said: Said, unit: Unit) -> Done:
        momentum = await unit.get(Momentum, own.pair.id)
        await submit(unit, momentum, own.session_id, own.caller.plays, said.answer)
        return Done(request.url_for("pulses").path, Notice(THANKS))

    return await act(request, own.caller, PULSE, work, partial(_page, request, own))


async def _page(request: Request, own: Own, form: Filled) -> Response:
    return pages.page(request, "pulse.html", own=own, form=form)
