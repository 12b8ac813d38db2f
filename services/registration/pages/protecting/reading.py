"""What an officer is told of somebody, and the erasures: never a name, nor anything a person has said."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from services.registration.people.erasure import Erasure, ErasureState, erasure_id
from services.registration.people.link import Link
from services.registration.people.participant import Participant
from services.registration.people.person import Person
from shared.domain.people import PersonIds
from shared.domain.work import Key, Order, Page, Store

SHOWN = 25
"""Erasures on a page."""
NEWEST_FIRST: Order = (("requested_at", -1), ("_id", -1))


class Part(StrEnum):
    """Which erasures are listed."""

    ALL = "all"
    WAITING = ErasureState.WAITING.value
    COMPLETE = ErasureState.COMPLETE.value


@dataclass(frozen=True)
class Found:
    """Whether somebody is known, and in how many programmes."""

    person_id: str
    is_known: bool
    programmes: int
    erasure: Erasure | None
    """Of theirs, where there was one."""


async def find(store: Store, who: PersonIds) -> Found:
    """All that there would be to erase counts as known, and no more of it is told."""
    ids = list(who.ids)
    named = [await store.ids(kind, {"_id": {"$in": ids}}) for kind in (Person, Link)]
    above = [await store.ids(kind, {"manager_id": {"$in": ids}}) for kind in (Person, Link)]
    parts = await store.values(Participant, {"person_id": {"$in": ids}}, ["programme_id"])
    erasures = await store.all(Erasure, {"_id": {"$in": [erasure_id(each) for each in ids]}})
    return Found(
        who.id,
        bool(parts) or any(named) or any(above),
        len({programme for (programme,) in parts}),
        erasures[0] if erasures else None,
    )


async def read_erasures(store: Store, part: Part, after: Key) -> Page[Erasure]:
    """A page of them, the newest first."""
    where = {} if part is Part.ALL else {"state": part.value}
    return await store.page(Erasure, where, sort=NEWEST_FIRST, after=after, limit=SHOWN)


async def count_erasures(store: Store) -> dict[Part, int]:
    """How many there are of each part."""
    counted = {Part(state): count for (state,), count in (await store.counts(Erasure, {}, ["state"])).items()}
    return {Part.ALL: sum(counted.values())} | {part: counted.get(part, 0) for part in Part if part is not Part.ALL}


def services_of(erasure: Erasure) -> Sequence[str]:
    """Those that were asked to forget somebody."""
    return sorted({*erasure.waiting_for, *(each.service for each in erasure.confirmed)})
