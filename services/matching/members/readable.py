"""Reading many records of which one may be spoilt: it is left out, and stops nothing."""

from collections.abc import Iterable
from typing import TypeVar

from shared.domain.aggregate import Aggregate
from shared.domain.work import Unit

A = TypeVar("A", bound=Aggregate)


async def fetch_readable(unit: Unit, kind: type[A], ids: Iterable[str]) -> dict[str, A]:
    """Those of the aggregates that are stored and can be read, by id."""
    found = await unit.several(kind, list(dict.fromkeys(ids)), spoilt=[])
    return {each.id: each for each in found}
