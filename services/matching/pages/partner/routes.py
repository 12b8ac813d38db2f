"""My partner and why; saying no in the first days, and ending a pair before its time."""

from dataclasses import dataclass
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from services.matching.pages.partner.reading import Together, is_made, read_partners
from services.matching.pairs.pair import Pair
from services.matching.pairs.pairing import decline, part
from shared.domain.errors import Refused
from shared.domain.marking import _
from shared.domain.work import Unit
from shared.language.matching import Parting
from shared.language.terms import Id
from shared.web.access import Caller, Forbidden, allow
from shared.web.dependencies import Database, Saying
from shared.web.forms.acting import Done, act
from shared.web.forms.declaring import Form, Nothing
from shared.web.forms.showing import Filled, filled
from shared.web.frame.entries import Entry
from shared.web.frame.navigation import address_of
from shared.web.frame.notices import Notice
from shared.web.guarded import Guarded
from shared.web.names import names_of
from shared.web.pages import Pages

ENTRIES = (Entry("my-partner", "My partner", ("participant",), order=14),)

router = APIRouter(include_in_schema=False, route_class=Guarded)
pages = Pages(__package__)


DECLINING = Form(Nothing, (), button=_("Say no to this pair"))
PARTING = Form(Nothing, (), button=_("End the pair"))
ENDED = _("The pair has ended. We look for somebody new for both of you.")


@dataclass(frozen=True)
class Own:
    """A pair of whoever looks."""

    caller: Caller
    one: Together


@router.get("/", name="my-partner")
async def my_partner(
    request: Request, caller: Annotated[Caller, allow("participant")], store: Database, say: Saying
) -> Response:
    """Everybody one is paired with and why, or why with nobody yet."""
    together, waiting = await read_partners(store, caller.ids, say)
    names = await names_of(request, [one.other_id for one in together])
    sessions = address_of(request, "sessions", "/")
    return pages.page(request, "partner.html", together=together, waiting=waiting, names=names, sessions=sessions)


async def _own(pair_id: Id, caller: Annotated[Caller, allow("participant")], store: Database, say: Saying) -> Own:
    """As everywhere, who is not one of the two hears the same of every pair."""
    together, _waiting = await read_partners(store, caller.ids, say)
    one = next((each for each in together if each.pair.id == pair_id), None)
    if one is None:
        raise Forbidden("of-somebody-else")
    return Own(caller, one)


OfMine = Annotated[Own, Depends(_own)]


@router.get("/partner/{pair_id}/end", name="end-pair")
async def asked(request: Request, own: OfMine) -> Response:
    """What ending the pair means."""
    if not is_made(own.one.pair):
        raise Refused("nothing-to-dissolve")
    return await _page(request, own, filled(request, DECLINING if own.one.is_declinable else PARTING))


@router.post("/partner/{pair_id}/decline", name="pair-declined")
async def declined(request: Request, own: OfMine) -> Response:
    """Say no within the first days; nobody learns who it was."""

    async def work(_ending: Nothing, unit: Unit) -> Done:
        await decline(unit, await unit.get(Pair, own.one.pair.id))
        return _done(request)

    return await act(request, own.caller, DECLINING, work, partial(_page, request, own))


@router.post("/partner/{pair_id}/end", name="pair-ended")
async def ended(request: Request, own: OfMine) -> Response:
    """End the pair before its time, by one's own wish."""

    async def work(_ending: Nothing, unit: Unit) -> Done:
        await part(unit, await unit.get(Pair, own.one.pair.id), Parting.OWN_WISH)
        return _done(request)

    return await act(request, own.caller, PARTING, work, partial(_page, request, own))


def _done(request: Request) -> Done:
    return Done(request.url_for("my-partner").path, Notice(ENDED))


async def _page(request: Request, own: Own, form: Filled) -> Response:
    names = await names_of(request, [own.one.other_id])
    return pages.page(request, "end_pair.html", one=own.one, names=names, form=form)
