"""All pairs of a kind, page by page: what the live page has no room for."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from services.registration.board.card import PairCard
from services.registration.board.figures import ACTIVE, NEEDS_HELP
from services.registration.pages.board.faces import Seen, faces_of
from services.registration.pages.board.scope import Scope
from services.registration.programmes.programme import Programme
from shared.domain.work import Store, Where

LISTED = 200
"""Pairs on one page."""


class Kind(StrEnum):
    """What pairs are listed by."""

    ALARMS = "alarms"
    BROKEN = "broken"
    ALL = "pairs"


KINDS: Mapping[Kind, Where] = {
    Kind.ALARMS: NEEDS_HELP,
    Kind.BROKEN: {**ACTIVE, "broken": {"$gt": ""}},
    Kind.ALL: {},
}


@dataclass(frozen=True)
class Listing(Seen):
    """One page of them; ``then`` is where the next begins, empty on the last."""

    programme: Programme
    kind: Kind
    count: int
    cards: list[PairCard]
    then: str


async def read_listing(store: Store, programme: Programme, scope: Scope, kind: Kind, after: str) -> Listing:
    """The pairs whose ids come after that one."""
    where = scope.pairs(KINDS[kind])
    found = await store.all(PairCard, {**where, "_id": {"$gt": after}}, limit=LISTED + 1)
    cards = found[:LISTED]
    return Listing(
        now=store.clock.now(),
        faces=await faces_of(store, cards, scope),
        programme=programme,
        kind=kind,
        count=await store.count(PairCard, where),
        cards=cards,
        then=cards[-1].id if len(found) > LISTED else "",
    )
