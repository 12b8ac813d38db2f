"""What a domain and its faces know of storing: ports that a database stands behind."""

from collections.abc import Callable, Coroutine, Iterable
from datetime import datetime
from typing import Any, Protocol, TypeVar

from shared.domain.aggregate import Aggregate

A = TypeVar("A", bound=Aggregate)


class Unit(Protocol):
    """One unit of work: all that is saved in it becomes true at once, or nothing does."""

    now: datetime
    """The moment all of this unit's work happens at."""
    happened_at: datetime
    """When the event that is being handled happened; the same as ``now`` for what people ask for."""
    changing: type[Aggregate] | None
    """What the handler at work has declared to change."""
    store: Any

    async def fetch(self, wanted: Iterable[tuple[type[Aggregate], str]]) -> None:
        """Bring in many aggregates at once; raises Unreadable."""

    async def find(self, kind: type[A], identity: str) -> A | None:
        """The aggregate as this unit sees it, or None."""

    async def get(self, kind: type[A], identity: str) -> A:
        """The aggregate; raises Absent, for people who asked for it."""

    async def need(self, kind: type[A], identity: str) -> A:
        """The aggregate; raises NotYet, for events that build on it."""

    def save(self, aggregate: Aggregate) -> None:
        """Store this state when the unit ends, and publish what it raised."""

    def also(self, write: Callable[[Any], Coroutine[Any, Any, None]]) -> None:
        """Do this too in the transaction of this unit; it may run more than once."""

    def delete(self, aggregate: Aggregate) -> None:
        """Remove it when the unit ends, and publish what it raised."""
