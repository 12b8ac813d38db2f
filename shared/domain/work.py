"""What a domain and its faces know of storing: ports that a database stands behind.

``shared.store`` keeps these promises with MongoDB, ``tests.support.memory`` in memory; both pass the same tests.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from shared.domain.aggregate import Aggregate
from shared.domain.clock import Clock
from shared.domain.errors import Absent, NotYet, Unreadable
from shared.domain.news import News
from shared.language.envelope import Origin
from shared.language.streams import Event

A = TypeVar("A", bound=Aggregate)
T = TypeVar("T")

Where = Mapping[str, Any]
"""Which aggregates: so much of MongoDB's query language, and no more.

Field → value, all of which must hold. Aggregates are looked at as they are stored: JSON's values, and a native
``due_at``; the id is ``_id``. ``profile.role`` is a field of a field, ``meetings.outcome`` one of any element,
``broken.0`` the first element. A value that is no mapping must be equal, or be an element of what is stored; None is
what is missing, too. A mapping names what must hold beside being equal: ``$in``, ``$nin``, ``$ne``, ``$gt``,
``$gte``, ``$lt``, ``$lte`` (of values of one type), ``$exists``, ``$size``. ``$or`` stands for a field.
"""

Order = Sequence[tuple[str, int]]
"""Fields to sort by, each with 1 for ascending and -1 for descending; what is missing comes before everything."""

BY_ID: Order = (("_id", 1),)

Key = tuple[str | int | None, ...]
"""Where a page ends: the values that its last aggregate has stored in the fields it is sorted by; () for nowhere."""


@dataclass(frozen=True)
class Page(Generic[T]):
    """So many of a list, and the key after which the next page begins: () where this is the last."""

    items: list[T]
    then: Key


class Unit(Protocol):
    """One unit of work: all that is saved in it becomes true at once, or nothing does."""

    store: "Store"
    """What it is a unit of."""
    now: datetime
    """The moment all of this unit's work happens at."""
    happened_at: datetime
    """When the event that is being handled happened; the same as ``now`` for what people ask for."""
    event_id: str
    """Of the event that is being handled, however often it is heard; empty for what people ask for."""
    changing: type[Aggregate] | None
    """What the handler at work has declared to change."""

    async def fetch(self, wanted: Iterable[tuple[type[Aggregate], str]]) -> None:
        """Bring in many aggregates at once; raises Unreadable."""

    async def find(self, kind: type[A], identity: str) -> A | None:
        """The aggregate as this unit sees it, or None; raises Unreadable."""

    async def get(self, kind: type[A], identity: str) -> A:
        """The aggregate; raises Absent, for people who asked for it."""
        found = await self.find(kind, identity)
        if found is None:
            raise Absent("no-such", kind=kind.__name__.lower(), id=identity)
        return found

    async def need(self, kind: type[A], identity: str) -> A:
        """The aggregate; raises NotYet, for events that build on it."""
        found = await self.find(kind, identity)
        if found is None:
            raise NotYet(f"{kind.__name__} {identity}")
        return found

    async def several(self, kind: type[A], ids: Sequence[str], spoilt: list[str] | None = None) -> list[A]:
        """Those of these that there are, in this order; raises Unreadable, or ``spoilt`` takes the ids."""
        readable = ids
        try:
            await self.fetch([(kind, each) for each in ids])
        except Unreadable:
            if spoilt is None:
                raise
            readable = [each for each in ids if await self._can_be_read(kind, each, spoilt)]
        found = [await self.find(kind, each) for each in readable]
        return [each for each in found if each]

    async def _can_be_read(self, kind: type[Aggregate], identity: str, spoilt: list[str]) -> bool:
        try:
            await self.find(kind, identity)
        except Unreadable:
            spoilt.append(identity)
            return False
        return True

    def save(self, aggregate: Aggregate) -> None:
        """Store this state when the unit ends, and publish what it raised.

        Raises TypeError for a projection that the handler at work has not declared to change.
        """

    def delete(self, aggregate: Aggregate) -> None:
        """Remove it when the unit ends, and publish what it raised.

        One that has ever raised an event leaves its counter and nothing else: should there be a successor of the
        same id, its events go on where these ended, or nobody would believe them.
        """

    def delete_where(self, kind: type[Aggregate], where: Where) -> None:
        """Remove all that match when the unit ends, unread; for what never raises an event, and is not saved here."""

    def unsay(self, instead: Event) -> None:
        """When the unit ends, all that was said of this event's subject on its stream becomes this event.

        Ids and versions stay, because a reader counts versions; what waited or could not be dealt with goes.
        """


class Store(Protocol):
    """What one service keeps, and the units of work that change it."""

    origin: Origin
    """Who it speaks for in the events it publishes."""
    clock: Clock
    news: News
    """Tells whoever listens in this process what a unit of work has made true."""

    def unit(self) -> Unit:
        """A fresh unit of work, for looking."""

    async def run(self, work: Callable[[Unit], Awaitable[T]]) -> T:
        """Do the work and make it true; start over when somebody else was faster.

        The work may run more than once, so it must have no effect outside its unit.
        """

    async def all(
        self, kind: type[A], where: Where, *, sort: Order = BY_ID, limit: int = 0, without: Sequence[str] = ()
    ) -> list[A]:
        """The stored aggregates that match, at most ``limit`` unless that is 0; raises Unreadable.

        Fields ``without`` are not fetched and have their default: what is long and not looked at. Not to be saved.
        """

    async def page(
        self,
        kind: type[A],
        where: Where,
        *,
        sort: Order = BY_ID,
        after: Key = (),
        limit: int,
        without: Sequence[str] = (),
        spoilt: list[str] | None = None,
    ) -> Page[A]:
        """At most ``limit`` that match and come after that key; raises Unreadable, or ``spoilt`` takes the ids.

        ``sort`` ends with ``_id``, so that no two have the same key, and is descending only in fields that are never
        missing. Whoever goes on from page to page meets each that is
        there all the while once, whatever comes, goes or moves meanwhile. ``without`` as of ``all``.
        """

    async def readable(self, kind: type[A], where: Where) -> tuple[list[A], dict[str, str]]:
        """Those that match and can be read, by id; and id → what is wrong with the others, never what is in them."""

    async def ids(self, kind: type[Aggregate], where: Where, *, sort: Order = (), limit: int = 0) -> list[str]:
        """The ids of those that match; in any order unless they are sorted."""

    async def values(
        self,
        kind: type[Aggregate],
        where: Where,
        fields: Sequence[str],
        *,
        each: str = "",
        sort: Order = (),
        limit: int = 0,
    ) -> list[tuple[Any, ...]]:
        """These fields as they are stored, and ``_revision``, which is another whenever it was changed.

        ``each`` names a list: every element stands for itself then, also where conditions, order and fields name it.
        """

    async def count(self, kind: type[Aggregate], where: Where) -> int:
        """How many match."""

    async def counts(
        self, kind: type[Aggregate], where: Where, by: Sequence[str], *, each: str = ""
    ) -> dict[tuple[Any, ...], int]:
        """How many match of each combination of these fields' values; ``each`` as of ``values``."""

    async def different(self, kind: type[Aggregate], where: Where, fields: Sequence[str]) -> int:
        """How many different values stand in these fields of those that match; empty ones do not count."""


def undeclared(kind: type[Aggregate]) -> TypeError:
    """What a unit raises when something else than a handler that says so changes a projection."""
    name = kind.__name__
    return TypeError(f"{name} is a projection: only handlers declared with changes={name} may change it")
