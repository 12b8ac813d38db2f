"""Aggregates: frozen values that change by making a changed copy and raising the events that tell of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import ClassVar, Self

from shared.domain.shown import Shown
from shared.language.streams import Event


@dataclass(frozen=True, kw_only=True)
class Aggregate:
    """Base of everything that is stored.

    ``id`` equals the ``subject`` of every event it raises. A non-empty ``due_at`` (aware, UTC) brings the
    aggregate to its service's ``when_due`` handler once that time has come.
    """

    collection: ClassVar[str]
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = ()
    projection: ClassVar[bool] = False
    """Whether only handlers change it that declare to, and nothing else: then it can be rebuilt from the topics."""
    forgotten_when_due: ClassVar[bool] = False
    """Whether the database itself removes it once ``due_at`` has come: then no handler hears of it."""
    about: ClassVar[tuple[str, ...]] = ()
    """The fields that name whom it is about, a person or a participant: what an export of theirs looks in."""
    shown: ClassVar[Shown] = Shown()
    """Which of its fields an export shows to whom; whatever is about somebody says so."""

    id: str
    due_at: datetime | None = None
    raised: tuple[Event, ...] = field(default=(), compare=False, repr=False)

    def raising(self, *events: Event) -> Self:
        """A copy that tells of one more thing that happened."""
        return replace(self, raised=self.raised + events)


def aggregates_of(package: str) -> list[type[Aggregate]]:
    """Every aggregate that the modules of a package declare, in the order of their names."""
    own = [kind for kind in _kinds(Aggregate) if kind.__module__.startswith(f"{package}.")]
    return sorted(own, key=lambda kind: kind.__name__)


def _kinds(base: type[Aggregate]) -> Iterator[type[Aggregate]]:
    for kind in base.__subclasses__():
        yield kind
        yield from _kinds(kind)
