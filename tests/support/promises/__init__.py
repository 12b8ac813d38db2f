"""What every store promises: classes of tests that one over MongoDB and one in memory both pass."""

from abc import ABC, abstractmethod
from typing import Generic, NamedTuple, Protocol, TypeVar

from typing_extensions import override

from shared.domain.aggregate import Aggregate
from shared.domain.work import Store, Unit
from shared.store.documents import Document


class Held(Unit, Protocol):
    """A unit in the hands of whoever runs handlers: they end it."""

    def keep(self) -> None: ...
    def undo(self) -> None: ...
    async def commit(self) -> None: ...


class Kept(Store, Protocol):
    """A store whose units can be ended by hand."""

    projections: frozenset[type[Aggregate]]

    @override
    def unit(self) -> Held: ...


class Said(NamedTuple):
    """What the outbox says."""

    topic: str
    subject: str
    version: int
    type: str


S = TypeVar("S", bound=Kept)


class Promises(ABC, Generic[S]):
    """What the tests have to look at behind a store's back."""

    @abstractmethod
    async def said(self, store: S) -> list[Said]:
        """The outbox in its order; nothing of it is published."""

    @abstractmethod
    async def lying(self, store: S, kind: type[Aggregate], identity: str) -> Document | None:
        """The document as it lies there."""

    @abstractmethod
    async def put(self, store: S, kind: type[Aggregate], document: Document) -> None:
        """Let it lie there, in place of the one of its id."""


async def keep(store: Store, *aggregates: Aggregate) -> None:
    """Store these, whatever was there before."""

    async def work(unit: Unit) -> None:
        for aggregate in aggregates:
            await unit.find(type(aggregate), aggregate.id)
            unit.save(aggregate)

    await store.run(work)
