"""The collections and indexes of a service's database, for ``prepare`` to make and for ``check`` to look for."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from shared.domain.aggregate import Aggregate

COLLECTIONS = ("confirmed", "inbox", "leases", "outbox", "parked", "replays")
"""What every service has beside its aggregates."""


@dataclass(frozen=True)
class Index:
    """Ascending keys of one collection."""

    collection: str
    keys: tuple[str, ...]
    sparse: bool = False
    expires: bool = False
    """Whether documents are removed at the time that stands there."""
    where: tuple[tuple[str, Any], ...] = ()
    """Only documents with these values are in it; empty for all."""

    @property
    def options(self) -> dict[str, Any]:
        """What MongoDB is told beside the keys."""
        only = {"partialFilterExpression": dict(self.where)} if self.where else {}
        ends = {"expireAfterSeconds": 0} if self.expires else {}
        return only | ends | ({"sparse": True} if self.sparse else {})


def indexes_of(kinds: Iterable[type[Aggregate]]) -> list[Index]:
    """Those that aggregates declare, and the one by which what is due is found."""
    return [
        index
        for kind in kinds
        for index in (
            *(Index(kind.collection, keys) for keys in kind.indexes),
            Index(kind.collection, ("due_at",), sparse=True, expires=kind.forgotten_when_due),
        )
    ]
