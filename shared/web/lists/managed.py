"""The programmes somebody manages: listed, and the one that a page is about."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, Self, TypeVar

from fastapi import Depends

from shared.domain.programme import AnyProgramme
from shared.domain.work import Order, Store, Unit
from shared.language.terms import Id
from shared.web.access import Caller, Manager
from shared.web.dependencies import Database
from shared.web.lists.paging import of_theirs

P = TypeVar("P", bound=AnyProgramme)

COUNTRIES = "terms.countries"
NEWEST: Order = (("terms.starts_on", -1), ("_id", 1))
MOST_PROGRAMMES, MOST_LOOKED_AT = 100, 500
"""That one can change between, and that are looked at for it."""


@dataclass(frozen=True)
class Managing(Generic[P]):
    """Somebody, and a programme of which they manage people."""

    caller: Caller
    programme: P

    @classmethod
    async def whole(cls, caller: Caller, unit: Unit, kind: type[P], programme_id: str) -> Self:
        """Raises Absent, or Forbidden unless the caller manages all its countries."""
        programme = await unit.get(kind, programme_id)
        caller.must_cover(programme.terms.countries)
        return cls(caller, programme)

    @classmethod
    async def partly(cls, caller: Caller, unit: Unit, kind: type[P], programme_id: str) -> Self:
        """Raises Absent, or Forbidden for whoever manages none of its countries."""
        programme = await unit.get(kind, programme_id)
        caller.must_manage_some(programme.terms.countries)
        return cls(caller, programme)

    @property
    def decides(self) -> bool:
        """Whether the caller may decide about it, and not only look."""
        return self.caller.covers(self.programme.terms.countries)

    @property
    def countries(self) -> list[str]:
        """Those of the programme whose people the caller manages."""
        return self.caller.managed(self.programme.terms.countries)


def about(look: Callable[[Caller, Unit, type[P], str], Awaitable[Managing[P]]], kind: type[P]) -> Any:
    """The dependency of pages about a programme: ``look`` is ``Managing.whole`` or ``partly``."""

    async def found(programme_id: Id, caller: Manager, store: Database) -> Managing[P]:
        return await look(caller, store.unit(), kind, programme_id)

    return Depends(found)


async def managed_by(caller: Caller, store: Store, kind: type[P]) -> list[P]:
    """Programmes of whose every country the caller is a manager, the one that starts last first."""
    found = await store.all(kind, of_theirs(caller, COUNTRIES), sort=NEWEST, limit=MOST_LOOKED_AT)
    return [each for each in found if caller.covers(each.terms.countries)][:MOST_PROGRAMMES]


async def partly_managed_by(caller: Caller, store: Store, kind: type[P]) -> list[P]:
    """Those with a country of the caller's, the one that starts last first."""
    return await store.all(kind, of_theirs(caller, COUNTRIES), sort=NEWEST, limit=MOST_PROGRAMMES)
