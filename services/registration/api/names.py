"""Names for the pages of all services: they are kept here alone, and told to whoever may know them."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel

from services.registration.board.acquainted import names_known
from shared.language.terms import Id
from shared.language.values.lists import AtMost
from shared.language.values.value import Sent
from shared.web.access import Somebody
from shared.web.dependencies import Database
from shared.web.guarded import Guarded
from shared.web.names import MOST_NAMES

router = APIRouter(tags=["names"], route_class=Guarded)


class Wanted(Sent):
    """Participants whose names a page would show."""

    ids: Annotated[list[Id], AtMost(MOST_NAMES)]


class Names(BaseModel):
    """Participant id → name; of whom the caller may not know, and of whom nobody knows, there is nothing."""

    names: dict[str, str]


@router.post("/names")
async def names(wanted: Wanted, caller: Somebody, store: Database) -> Names:
    """Who these participants are: oneself, one's partners, and people of the countries the caller manages."""
    return Names(names=await names_known(store, caller.ids, caller.manages, wanted.ids))
