"""Reads the people of a programme: a part of them a page at a time, or those of a name or number."""

import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from services.registration.board.card import PairCard
from services.registration.pages.people.managed import Managing
from services.registration.people.participant import Participant, Standing, has_to_train
from services.registration.people.person import Person
from services.registration.programmes.programme import Programme
from shared.domain.people import People
from shared.domain.pieces import chunks
from shared.domain.work import Key, Store
from shared.language.matching import PairState
from shared.language.terms import Role
from shared.language.values.places import spellings

SHOWN = 50
"""People on a page."""
EVERY = "all"
"""Of a part that is not picked."""


class Stand(StrEnum):
    """What people are listed by."""

    ALL = EVERY
    TO_TRAIN = "to-train"
    """Has applied, and is not paired before a training."""
    READY = "ready"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Picked:
    """Which part of the people."""

    stand: Stand = Stand.ALL
    role: str = EVERY
    country: str = EVERY


@dataclass(frozen=True)
class Listed:
    """Somebody, as a list tells of them."""

    participant: Participant
    name: str = field(repr=False)
    """Empty where nobody knows it any more."""
    stand: Stand
    is_paired: bool


@dataclass(frozen=True)
class Found:
    """A page of people, and the key of the next one: () where there is none."""

    people: Sequence[Listed]
    then: Key = ()


def stand_of(participant: Participant, programme: Programme) -> Stand:
    """How far somebody has come: who needs no training is ready at once."""
    return _stand(participant.state, participant.profile.role, programme)


async def read_people(store: Store, seen: Managing, picked: Picked, after: Key) -> Found:
    """A page of them, by id."""
    page = await store.page(Participant, _where(seen, picked), after=after, limit=SHOWN)
    return Found(await _listed(store, seen.programme, page.items), page.then)


async def count_people(store: Store, seen: Managing, picked: Picked) -> dict[Stand, int]:
    """How many there are of each stand, in the picked role and country."""
    where = _where(seen, Picked(role=picked.role, country=picked.country))
    counted = dict.fromkeys(Stand, 0)
    for (state, role), count in (await store.counts(Participant, where, ["state", "profile.role"])).items():
        counted[_stand(Standing(state), Role(role), seen.programme)] += count
        counted[Stand.ALL] += count
    return counted


def _stand(state: Standing, role: Role, programme: Programme) -> Stand:
    if state is Standing.WITHDRAWN:
        return Stand.WITHDRAWN
    return Stand.TO_TRAIN if has_to_train(state, role, programme.terms) else Stand.READY


async def search(store: Store, people: People, seen: Managing, words: str) -> tuple[Found, bool]:
    """Those whose name has all these words, or whose number it is; and whether there are more than are shown.

    Names are looked through some at a time, so that nobody else waits; they are in no index, for nobody finds people by
    a part of their name but whoever manages them.
    """
    numbered = set((await people.one(words)).ids)
    wanted = folded(words).split()
    found: list[Listed] = []
    where = _where(seen, Picked())
    rows = await store.values(Participant, where, ["_id", "person_id"], sort=(("_id", 1),))
    for some in chunks(rows):
        names = await _names(store, [person_id for _, person_id in some])
        ids = [
            identity
            for identity, person_id in some
            if person_id in numbered or _matches(names.get(person_id, ""), wanted)
        ]
        found += await _listed(store, seen.programme, await _by_id(store, ids))
        if len(found) > SHOWN:
            return Found(found[:SHOWN]), True
    return Found(found), False


def folded(text: str) -> str:
    """As it is compared: without accents, and small letters as large ones."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in apart if not unicodedata.combining(each))


def _matches(name: str, wanted: Sequence[str]) -> bool:
    parts = folded(name)
    return bool(wanted) and all(word in parts for word in wanted)


def _where(seen: Managing, picked: Picked) -> dict[str, Any]:
    countries = [each for each in seen.countries if picked.country in (EVERY, each)]
    where: dict[str, Any] = {"programme_id": seen.programme.id, "profile.country": {"$in": spellings(countries)}}
    if picked.role != EVERY:
        where["profile.role"] = picked.role
    trained = [role.value for role in Role if seen.programme.terms.pairing.training.is_for(role)]
    match picked.stand:
        case Stand.ALL:
            pass
        case Stand.WITHDRAWN:
            where["state"] = Standing.WITHDRAWN.value
        case Stand.TO_TRAIN:
            where |= {"state": Standing.APPLIED.value, "$or": [{"profile.role": {"$in": trained}}]}
        case Stand.READY:
            unneeded = {"state": Standing.APPLIED.value, "profile.role": {"$nin": trained}}
            where["$or"] = [{"state": Standing.TRAINED.value}, unneeded]
    return where


async def _by_id(store: Store, ids: Sequence[str]) -> list[Participant]:
    return await store.all(Participant, {"_id": {"$in": list(ids)}}) if ids else []


async def _names(store: Store, people: Collection[str]) -> dict[str, str]:
    """Person id → name."""
    return dict(await store.values(Person, {"_id": {"$in": list(people)}}, ["_id", "name"]))


async def _listed(store: Store, programme: Programme, participants: Sequence[Participant]) -> list[Listed]:
    names = await _names(store, [each.person_id for each in participants])
    paired = await _paired(store, [each.id for each in participants])
    return [
        Listed(each, names.get(each.person_id, ""), stand_of(each, programme), each.id in paired)
        for each in participants
    ]


async def _paired(store: Store, ids: Sequence[str]) -> set[str]:
    """Those of them who have a partner now, and the partners."""
    if not ids:
        return set()
    where = {"state": PairState.ACTIVE.value, "$or": [{each: {"$in": list(ids)}} for each in PairCard.about]}
    return {one for two in await store.values(PairCard, where, PairCard.about) for one in two}
