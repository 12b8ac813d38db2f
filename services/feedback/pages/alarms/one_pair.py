"""How one pair is getting on: its sessions as facts, and nothing that either of the two has said."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from services.feedback.momentum.momentum import Momentum
from services.feedback.pages.alarms.standing import Elsewhere, Standing
from services.feedback.people.programme import Programme
from shared.language.terms import Id
from shared.web.access import Forbidden, Manager, known_to
from shared.web.dependencies import Database
from shared.web.frame.entries import Entry
from shared.web.guarded import Guarded
from shared.web.names import names_of
from shared.web.pages import Pages

ENTRIES: tuple[Entry, ...] = ()

router = APIRouter(include_in_schema=False, route_class=Guarded)
pages = Pages(__package__)


@dataclass(frozen=True)
class Seen:
    """A pair, and its programme."""

    programme: Programme
    pair: Momentum


async def _seen(pair_id: Id, caller: Manager, store: Database) -> Seen:
    """As everywhere, of a pair of others one hears what one hears of none."""
    unit = store.unit()
    pair = await known_to(caller, unit, Momentum, pair_id, called="pair")
    programme = await unit.find(Programme, pair.programme_id)
    if programme is None or not caller.covers(programme.terms.countries):
        raise Forbidden("of-somebody-else")
    return Seen(programme, pair)


OfPair = Annotated[Seen, Depends(_seen)]


@router.get("/momentum/{pair_id}", name="pair-momentum")
async def one(request: Request, seen: OfPair, store: Database) -> Response:
    """Its sessions, from the first on, and what can be done where it needs somebody."""
    return pages.page(
        request,
        "pair.html",
        programme=seen.programme,
        each=Standing(seen.pair, store.clock.now()),
        names=await names_of(request, (seen.pair.mentor_id, seen.pair.mentee_id)),
        elsewhere=Elsewhere(request, seen.programme.id),
    )
