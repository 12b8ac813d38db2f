"""Reading many records of which one may be spoilt: it is left out, and stops nothing."""

from collections.abc import Iterable
from typing import TypeVar

from shared.domain.aggregate import Aggregate
from shared.domain.errors import Unreadable
from shared.domain.work import Unit

A = TypeVar("A", bound=Aggregate)


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
