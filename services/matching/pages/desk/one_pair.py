"""One pair: why, what else there was, a manager's yes or no to it while it is proposed, and its end before its time."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request, Response

from services.matching.members.programme import Programme
from services.matching.pages.desk.seeing import Desk
from services.matching.pages.desk.words import SAID
from services.matching.pairs.pair import Pair, PairState
from services.matching.pairs.pairing import part
from services.matching.rounds import deciding
from services.matching.rules import reasons
from services.matching.telling.sentences import alternative, spoke_for, told
from shared.domain.errors import Refused
from shared.domain.marking import Say, _
from shared.domain.work import Unit
from shared.language.matching import Parting
from shared.language.terms import Id
from shared.language.values.value import Sent
from shared.telemetry.deeds import note
from shared.web.access import Forbidden, Manager, known_to
from shared.web.dependencies import Database, Saying
from shared.web.forms.acting import Done, act
from shared.web.forms.declaring import Asked, Form, Nothing
from shared.web.forms.showing import Filled, filled
from shared.web.frame.entries import Entry
from shared.web.frame.navigation import address_of
from shared.web.frame.notices import Notice
from shared.web.guarded import Guarded
from shared.web.names import names_of
from shared.web.pages import Pages

ENTRIES: tuple[Entry, ...] = ()

router = APIRouter(include_in_schema=False, route_class=Guarded)
pages = Pages(__package__)


CHOOSING = Form(Nothing, (), button=_("Approve this pair"))
REFUSING = Form(Nothing, (), button=_("Do not make this pair"))


class Ending(Sent):
    """Why a pair is to end; nobody is asked for more."""

    because: Literal[Parting.OWN_WISH, Parting.MANAGER]


ENDING = Form(
    Ending,
    (
        Asked(
            "because",
            _("Why does the pair end?"),
            "one",
            options={
                Parting.OWN_WISH.value: _("One of the two wishes it, or both"),
                Parting.MANAGER.value: _("I have decided so"),
            },
        ),
    ),
    button=_("End this pair"),
)
CHOSEN = _("The two are a pair now, and both are told.")
TURNED_DOWN = _("This pair is not made.")
HAS_ENDED = _("The pair has ended, and both are told. We look for somebody new for both of them.")


@dataclass(frozen=True)
class Shown:
    """A pair, on the desk of its programme."""

    desk: Desk
    pair: Pair

    @property
    def is_open(self) -> bool:
        """Whether something can be decided about it, by whoever manages all of its programme."""
        return self.pair.state is PairState.PROPOSED and self.desk.is_open and self.desk.decides

    @property
    def is_together(self) -> bool:
        """Whether it can be ended."""
        return self.pair.state is PairState.FORMED


async def _shown(pair_id: Id, caller: Manager, store: Database) -> Shown:
    """Raises Forbidden unless the caller manages a country of one of the two."""
    unit = store.unit()
    pair = await known_to(caller, unit, Pair, pair_id)
    if not caller.managed(pair.countries):
        raise Forbidden("of-somebody-else")
    return Shown(Desk(caller, await unit.get(Programme, pair.programme_id)), pair)


OfPair = Annotated[Shown, Depends(_shown)]


@router.get("/desk/pairs/{pair_id}", name="proposed-pair")
async def one(request: Request, shown: OfPair, say: Saying) -> Response:
    """The pair, why it is one, and what can be decided about it."""
    return await _page(request, shown, say)


@router.post("/desk/pairs/{pair_id}/approve", name="pair-approved")
async def approved(request: Request, shown: OfPair, say: Saying) -> Response:
    """Form this pair alone."""

    async def approve(unit: Unit, pair: Pair) -> None:
        desk = await Desk.whole(shown.desk.caller, unit, Programme, pair.programme_id)
        await deciding.approve(unit, pair, desk.programme)

    async def show(form: Filled) -> Response:
        return await _page(request, shown, say, choosing=form)

    return await act(request, shown.desk.caller, CHOOSING, _deciding(request, shown, approve, CHOSEN), show)


@router.post("/desk/pairs/{pair_id}/refuse", name="pair-refused")
async def refused(request: Request, shown: OfPair, say: Saying) -> Response:
    """Drop this pair alone."""

    async def refuse(unit: Unit, pair: Pair) -> None:
        await Desk.whole(shown.desk.caller, unit, Programme, pair.programme_id)
        await deciding.refuse(unit, pair)

    async def show(form: Filled) -> Response:
        return await _page(request, shown, say, refusing=form)

    return await act(request, shown.desk.caller, REFUSING, _deciding(request, shown, refuse, TURNED_DOWN), show)


@router.get("/desk/pairs/{pair_id}/end", name="end-this-pair")
async def ending(request: Request, shown: OfPair) -> Response:
    """What ending it means."""
    if not shown.is_together:
        raise Refused("nothing-to-dissolve")
    return await _ending(request, shown, filled(request, ENDING))


@router.post("/desk/pairs/{pair_id}/end", name="this-pair-ended")
async def ended(request: Request, shown: OfPair) -> Response:
    """End it before its time; both are free for the next round."""

    async def work(ending: Ending, unit: Unit) -> Done:
        pair = await part(unit, await unit.get(Pair, shown.pair.id), ending.because)
        return _done(request, pair, HAS_ENDED)

    return await act(request, shown.desk.caller, ENDING, work, partial(_ending, request, shown))


def _deciding(
    request: Request, shown: Shown, decide: Callable[[Unit, Pair], Awaitable[None]], said: str
) -> Callable[[Sent, Unit], Awaitable[Done]]:
    async def work(_nothing: Sent, unit: Unit) -> Done:
        pair = await unit.get(Pair, shown.pair.id)
        await decide(unit, pair)
        return _done(request, pair, said)

    return work


def _done(request: Request, pair: Pair, said: str) -> Done:
    note(programme_id=pair.programme_id, pair_id=pair.id)
    return Done(request.url_for("proposed-pair", pair_id=pair.id).path, Notice(said))


async def _ending(request: Request, shown: Shown, form: Filled) -> Response:
    names = await names_of(request, (shown.pair.mentor_id, shown.pair.mentee_id))
    return pages.page(request, "end_this_pair.html", shown=shown, names=names, form=form)


async def _page(
    request: Request, shown: Shown, say: Say, choosing: Filled | None = None, refusing: Filled | None = None
) -> Response:
    pair = shown.pair
    forms: dict[str, Any] = {
        "choosing": choosing or filled(request, CHOOSING),
        "refusing": refusing or filled(request, REFUSING),
    }
    about: dict[str, Any] = {
        "broken": [told(reasons.BROKEN[each], say) for each in pair.broken],
        "people_at": address_of(request, "registration", f"/everybody/{pair.programme_id}/one"),
        "why": spoke_for(pair, say),
        "names": await names_of(request, (pair.mentor_id, pair.mentee_id)),
        "instead": [alternative(each, say) for each in (pair.mentors_alternative, pair.mentees_alternative)],
    }
    return pages.page(request, "proposed_pair.html", shown=shown, **forms, **about, **SAID)
