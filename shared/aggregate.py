"""Aggregates: frozen values that change by making a changed copy and raising the events that tell of it."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import ClassVar, Self

from shared.streams import Event


@dataclass(frozen=True, kw_only=True)
class Aggregate:
    """Base of everything that is stored.

    ``id`` equals the ``subject`` of every event it raises. A non-empty ``due_at`` (aware, UTC) brings the
    aggregate to its service's ``when_due`` handler once that time has come.
    """

    collection: ClassVar[str]
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = ()
    about: ClassVar[tuple[str, ...]] = ()
    """The fields that name whom it is about, a person or a participant: what an export of theirs looks in."""

    id: str
    due_at: datetime | None = None
    raised: tuple[Event, ...] = field(default=(), compare=False, repr=False)

    def raising(self, *events: Event) -> Self:
        """A copy that tells of one more thing that happened."""
        return replace(self, raised=self.raised + events)
