"""A store that forgets: the real unit of work over dictionaries, so that services can be tested without a database."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from copy import deepcopy
from typing import Any, TypeVar, cast

from shared.domain.aggregate import Aggregate
from shared.language.envelope import Origin
from shared.language.streams import Event
from shared.store.documents import to_document
from shared.store.store import Store
from shared.store.unit import Unit
from shared.telemetry.tracing import Tracing
from tests.unit.registration.samples import NOW

T = TypeVar("T")


class MemoryCollection:
    """Finds by id, or everything that a line of managers or a person id names."""

    def __init__(self) -> None:
        self.documents: dict[str, dict[str, Any]] = {}

    async def find(self, where: Mapping[str, Any], _: Any = None) -> AsyncIterator[dict[str, Any]]:
        for document in list(self.documents.values()):
            if _matches(where, document):
                yield deepcopy(document)


def _matches(where: Mapping[str, Any], document: Mapping[str, Any]) -> bool:
    if "_id" in where:
        return document["_id"] in where["_id"]["$in"]
    wanted = set(where["$or"][0]["profile.managers"]["$in"])
    return bool(wanted & {document["person_id"], *document["profile"]["managers"]})


class MemoryStore:
    """Commits at once and keeps every event in ``said``."""

    def __init__(self, *aggregates: Aggregate) -> None:
        self.origin, self.tracing = Origin("registration", "local"), Tracing()
        self.projections: frozenset[type[Aggregate]] = frozenset()
        self.collections: dict[str, MemoryCollection] = {}
        self.said: list[Event] = []
        for aggregate in aggregates:
            self._put(aggregate, revision=1, said=0)

    @property
    def store(self) -> Store:
        return cast("Store", self)

    def collection(self, kind: type[Aggregate]) -> MemoryCollection:
        return self.collections.setdefault(kind.collection, MemoryCollection())

    def documents(self, kind: type[Aggregate]) -> dict[str, dict[str, Any]]:
        return deepcopy(self.collection(kind).documents)

    def unit(self) -> Unit:
        return Unit(self.store, NOW)

    async def run(self, work: Callable[[Unit], Awaitable[T]]) -> T:
        unit = self.unit()
        result = await work(unit)
        for known in unit._known.values():
            if not known.dirty:
                continue
            self.said += known.raised
            if known.aggregate is not None:
                self._put(known.aggregate, known.revision + 1, known.said + len(known.raised))
        return result

    def _put(self, aggregate: Aggregate, revision: int, said: int) -> None:
        document = to_document(aggregate)
        self.collection(type(aggregate)).documents[aggregate.id] = {**document, "_revision": revision, "_said": said}
