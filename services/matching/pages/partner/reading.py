"""Reads whom somebody is paired with, and why; or why they still wait."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from services.matching.members.member import Member
from services.matching.members.programme import Programme
from services.matching.members.queue import place_of
from services.matching.pairs.pair import Pair, PairState
from services.matching.telling.sentences import spoke_for, waits
from shared.domain.marking import Say
from shared.domain.people import parts_of
from shared.domain.work import Store

MOST_PARTS = 50
"""Programmes of one person that are shown."""
WHY = 4
"""Reasons of a pair that are told, those that counted most first."""


@dataclass(frozen=True)
class Together:
    """A pair, as one of the two sees it."""

    pair: Pair
    me: Member
    other: Member | None
    programme: Programme
    why: list[str]
    """What spoke for it most."""
    now: datetime

    @property
    def other_id(self) -> str:
        """The partner's participant id."""
        return self.pair.mentee_id if self.pair.mentor_id == self.me.id else self.pair.mentor_id

    @property
    def teaches(self) -> bool:
        """Whether whoever looks is the one who teaches."""
        return self.pair.mentor_id == self.me.id

    @property
    def is_declinable(self) -> bool:
        """Whether it can still be taken back without a word."""
        until = self.pair.declinable_until
        return until is not None and self.now <= until


@dataclass(frozen=True)
class Waiting:
    """Somebody who takes part and has no partner."""

    me: Member
    programme: Programme
    place: int
    """On the waiting list of their role, from 1."""
    why: str
    """Why nobody was found yet."""


async def read_partners(store: Store, ids: Collection[str], say: Say) -> tuple[list[Together], list[Waiting]]:
    """The pairs and the waiting of the person of these ids, who is whom the words speak to."""
    members = await store.all(Member, parts_of(ids), limit=MOST_PARTS) if ids else []
    unit = store.unit()
    together, waiting = list[Together](), list[Waiting]()
    for me in members:
        programme = await unit.find(Programme, me.programme_id)
        if programme is None or me.profile is None:
            continue
        for pair_id in me.pairs:
            pair = await unit.get(Pair, pair_id)
            other = pair.mentee_id if pair.mentor_id == me.id else pair.mentor_id
            why = spoke_for(pair, say, you=True)[:WHY]
            together.append(Together(pair, me, await unit.find(Member, other), programme, why, unit.now))
        if me.waits:
            place = await place_of(store, me, me.profile.role)
            waiting.append(Waiting(me, programme, place, waits(me.waiting_because, say, you=True)))
    return together, waiting


def is_made(pair: Pair) -> bool:
    """Whether the two are together."""
    return pair.state is PairState.FORMED
