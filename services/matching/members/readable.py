"""Reading many records of which one may be spoilt: it is left out and named, and stops nothing."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from shared.domain.aggregate import Aggregate
from shared.domain.errors import Unreadable
from shared.domain.work import Unit
from shared.store.documents import from_document
from shared.store.store import Store

A = TypeVar("A", bound=Aggregate)

TOGETHER = 500
"""Documents a round trip: reading them takes the event loop a few milliseconds."""


async def all_readable(store: Store, kind: type[A], where: Mapping[str, Any]) -> tuple[list[A], dict[str, str]]:
    """Everything that matches and can be read; and by id what is wrong with the rest, without what is in it."""
    read: list[A] = []
    spoilt: dict[str, str] = {}
    async for document in store.collection(kind).find(where).sort("_id").batch_size(TOGETHER):
        try:
            read.append(from_document(kind, document))
        except Unreadable as error:
            spoilt[document["_id"]] = error.faults
    return read, spoilt


async def fetch_readable(unit: Unit, kind: type[A], ids: Iterable[str]) -> dict[str, A]:
    """Those of the aggregates that are stored and can be read, by id."""
    wanted = list(dict.fromkeys(ids))
    try:
        await unit.fetch((kind, identity) for identity in wanted)
    except Unreadable:
        return {identity: found for identity in wanted if (found := await _find(unit, kind, identity))}
    return {identity: found for identity in wanted if (found := await unit.find(kind, identity))}


async def _find(unit: Unit, kind: type[A], identity: str) -> A | None:
    try:
        return await unit.find(kind, identity)
    except Unreadable:
        return None
