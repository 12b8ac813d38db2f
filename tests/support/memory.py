"""The ports of ``shared.domain.work`` in memory, so that domains and faces can be tested without a database.

It keeps the same promises as ``shared.store``: see ``tests.support.promises``.
"""

import math
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from types import ModuleType
from typing import Any, TypeVar

from typing_extensions import override

from shared.domain.aggregate import Aggregate
from shared.domain.clock import Clock
from shared.domain.errors import Conflict, Unreadable
from shared.domain.handlers import heard
from shared.domain.news import News
from shared.domain.work import BY_ID, Key, Order, Page, Store, Where
from shared.language.envelope import Origin
from shared.language.streams import Event
from shared.store.documents import Document, from_document
from shared.store.queries import beyond, page_of
from tests.support.memory_unit import MemoryUnit, Said, Shelves, kept_as
from tests.support.where import at, in_order, matches

A = TypeVar("A", bound=Aggregate)
T = TypeVar("T")

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ATTEMPTS = 20


@dataclass
class Stopped:
    """A clock that goes when it is told to."""

    moment: datetime
    steady_for: float = math.inf

    def now(self) -> datetime:
        return self.moment


class MemoryStore(Store):
    """What one service keeps, and everything it said."""

    def __init__(self, *aggregates: Aggregate, now: datetime = NOW) -> None:
        self.origin, self.stopped = Origin("memory", "test"), Stopped(now)
        self.clock: Clock = self.stopped
        self.shelves, self.news = Shelves(), News()
        for aggregate in aggregates:
            self.shelves.put(type(aggregate), kept_as(aggregate))

    @property
    def projections(self) -> frozenset[type[Aggregate]]:
        """What only handlers change that say so."""
        return self.shelves.projections

    @projections.setter
    def projections(self, kinds: frozenset[type[Aggregate]]) -> None:
        self.shelves.projections = kinds

    @property
    def outbox(self) -> list[Said]:
        """What was said, in order."""
        return self.shelves.outbox

    @property
    def said(self) -> list[Event]:
        """The events of the outbox."""
        return [each.event for each in self.outbox]

    def documents(self, kind: type[Aggregate]) -> dict[str, Document]:
        """What is kept of a kind, by id."""
        return deepcopy(self.shelves.documents[kind])

    @override
    def unit(self) -> MemoryUnit:
        return MemoryUnit(self, self.shelves, self.clock.now())

    @override
    async def run(self, work: Callable[[MemoryUnit], Awaitable[T]]) -> T:
        for _ in range(ATTEMPTS - 1):
            try:
                return await self._run_once(work)
            except Conflict:
                continue
        return await self._run_once(work)

    async def _run_once(self, work: Callable[[MemoryUnit], Awaitable[T]]) -> T:
        unit = self.unit()
        result = await work(unit)
        await unit.commit()
        return result

    @override
    async def all(
        self, kind: type[A], where: Where, *, sort: Order = BY_ID, limit: int = 0, without: Sequence[str] = ()
    ) -> list[A]:
        found = self._find(kind, where, sort, limit)
        return [from_document(kind, left_out(document, without)) for document in found]

    @override
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
        found = [each for each in self._find(kind, where, sort) if matches(beyond(sort, after), each)]
        return await page_of(kind, [left_out(each, without) for each in found[: limit + 1]], sort, limit, spoilt)

    @override
    async def readable(self, kind: type[A], where: Where) -> tuple[list[A], dict[str, str]]:
        read: list[A] = []
        spoilt: dict[str, str] = {}
        for document in self._find(kind, where, BY_ID):
            try:
                read.append(from_document(kind, document))
            except Unreadable as error:
                spoilt[document["_id"]] = error.faults
        return read, spoilt

    @override
    async def ids(self, kind: type[Aggregate], where: Where, *, sort: Order = (), limit: int = 0) -> list[str]:
        return [document["_id"] for document in self._find(kind, where, sort, limit)]

    @override
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
        found = self._find(kind, where, sort, limit, each)
        return [tuple(deepcopy(at(document, field)) for field in fields) for document in found]

    @override
    async def count(self, kind: type[Aggregate], where: Where) -> int:
        return len(self._find(kind, where))

    @override
    async def counts(
        self, kind: type[Aggregate], where: Where, by: Sequence[str], *, each: str = ""
    ) -> dict[tuple[Any, ...], int]:
        found = self._find(kind, where, each=each)
        return dict(Counter(tuple(at(document, field) for field in by) for document in found))

    @override
    async def different(self, kind: type[Aggregate], where: Where, fields: Sequence[str]) -> int:
        found = self._find(kind, where)
        return len({at(document, field) for document in found for field in fields} - {"", None})

    def _find(
        self, kind: type[Aggregate], where: Where, sort: Order = (), limit: int = 0, each: str = ""
    ) -> list[Document]:
        kept = [document for document in self.shelves.documents[kind].values() if "_gone" not in document]
        if each:
            kept = [{**document, each: element} for document in kept for element in document.get(each) or ()]
        return in_order([document for document in kept if matches(where, document)], sort)[: limit or None]


async def hear(store: MemoryStore, handlers: ModuleType, *events: Event) -> None:
    """Each event in one unit of work, by the handlers of this module that hear it."""
    for event in events:
        unit = store.unit()
        for handler in heard(handlers):
            if type(event) in handler.events:
                await unit.fetch(handler.wants(event))
                await handler.handle(event, unit)
        await unit.commit()


def left_out(document: Any, paths: Sequence[str]) -> dict[str, Any]:
    """The document without what stands there."""
    shown = deepcopy(dict(document))
    for path in paths:
        *above, name = path.split(".")
        part = shown
        for each in above:
            part = part.get(each, {})
        part.pop(name, None)
    return shown
