"""Asking for a round from scratch, and what every way of asking for one has in common."""

from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Request, Response
from pydantic import Field
from uuid_utils import uuid7

from services.matching.members.programme import Programme
from services.matching.pages.desk.seeing import Desk, OfProgramme
from services.matching.rounds.choices import Changes, Choices
from services.matching.rounds.requesting import ask
from shared.domain.marking import _
from shared.domain.work import Unit
from shared.language.terms import Goal, PairingRules
from shared.language.values.value import Sent
from shared.telemetry.deeds import note
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


class Wish(Sent):
    """What a manager chooses of a round; the programme's rules hold for the rest."""

    kind: Literal["round", "trial"]
    goal: Goal
    minimum_score: Annotated[int, Field(ge=0, le=100_000)] | None = None


GOALS = {
    Goal.MOST_PEOPLE.value: _("That as many people as possible get a partner"),
    Goal.BEST_TOTAL.value: _("That the pairs suit each other as well as possible"),
}
QUESTIONS = (
    Asked(
        "kind",
        _("What would you like?"),
        "one",
        options={
            "trial": _("A trial: see what would come out; nobody hears of it"),
            "round": _("A round"),
        },
    ),
    Asked("goal", _("What comes first?"), "one", options=GOALS),
    Asked(
        "minimum_score",
        _("Lowest score a pair may have"),
        "number",
        help=_("Leave it empty, and every pair that the rules allow may be made."),
        short=True,
    ),
)
ASKING = Form(Wish, QUESTIONS, button=_("Ask for it"))
ASKED = _("Thank you. The work has begun; this page shows how far it is.")


def known(desk: Desk, before: Choices, kind: str) -> dict[str, str]:
    """What is chosen until somebody chooses otherwise."""
    rules = before.pairing or desk.programme.terms.pairing
    least = "" if rules.minimum_score is None else str(rules.minimum_score)
    return {"kind": kind, "goal": rules.goal.value, "minimum_score": least}


def changes(wish: Wish, before: PairingRules) -> Changes:
    """Only what is to be otherwise than before."""
    chosen = {"goal": wish.goal, "minimum_score": wish.minimum_score}
    other = {name: value for name, value in chosen.items() if value != getattr(before, name)}
    return Changes(pairing=PairingRules.model_validate(other) if other else None, what_if=wish.kind == "trial")


@router.get("/desk/programmes/{programme_id}/ask", name="ask-for-round")
async def asking(request: Request, desk: OfProgramme) -> Response:
    """What a round will do, and how it is to go."""
    form = filled(request, ASKING, known(desk, Choices(), "trial"))
    return await _page(request, desk, form)


@router.post("/desk/programmes/{programme_id}/ask", name="round-asked-for")
async def asked(request: Request, desk: OfProgramme) -> Response:
    """Ask for it."""

    async def work(wish: Wish, unit: Unit) -> Done:
        now = await Desk.whole(desk.caller, unit, Programme, desk.programme.id)
        return await begun(request, unit, now, changes(wish, now.programme.terms.pairing), Choices())

    return await act(request, desk.caller, ASKING, work, partial(_page, request, desk))


async def begun(request: Request, unit: Unit, desk: Desk, changes: Changes, before: Choices) -> Done:
    """The round is asked for, and its page follows."""
    found = await ask(unit, desk.programme, str(uuid7()), changes, before)
    note(programme_id=desk.programme.id, round_id=found.id)
    return Done(request.url_for("round", round_id=found.id).path, Notice(ASKED))


async def _page(request: Request, desk: Desk, form: Filled) -> Response:
    return pages.page(request, "ask.html", desk=desk, form=form)
