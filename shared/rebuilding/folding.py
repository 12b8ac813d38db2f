"""A projection worked out anew from its events, in a collection beside the one people read.

The service's own handlers fold the events over documents of the shadow collection; what they read of other kinds is
what is stored now, and what they raise is discarded: it was said long ago.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from typing_extensions import override

from shared.domain.aggregate import Aggregate
from shared.domain.errors import NotYet
from shared.domain.handlers import Hears
from shared.domain.pieces import chunks
from shared.language.envelope import Envelope, Record, Undecodable, open_envelope, open_event
from shared.language.reasons import Failure
from shared.language.streams import REGISTRY, Event, Stream
from shared.loops import is_transient
from shared.store.store import Store
from shared.store.transactions import Documents
from shared.store.unit import Unit

Versions = Mapping[str, int]
"""Stream and subject → the version that was dealt with last."""


class CannotRebuild(Failure):
    """The events at hand do not lead to the documents."""


class Shadow(Store):
    """The same database, with a collection of its own for one kind of aggregate."""

    def __init__(self, store: Store, kind: type[Aggregate]) -> None:
        vars(self).update(vars(store))
        self._kind = kind

    @override
    def collection(self, kind: type[Aggregate]) -> Documents:
        return self.db[f"{kind.collection}_rebuilding"] if kind is self._kind else super().collection(kind)


class Folding:
    """The fold of one kind of aggregate."""

    def __init__(
        self, store: Store, kind: type[Aggregate], handlers: Iterable[Hears], dropped: set[tuple[str, int]]
    ) -> None:
        self._kind = kind
        self._handlers: dict[type[Event], list[Hears]] = {}
        for handler in handlers:
            if handler.changes is kind:
                for event in handler.events:
                    self._handlers.setdefault(event, []).append(handler)
        self._dropped = dropped
        self._shadow = Shadow(store, kind)
        self._folded: dict[str, int] = {}
        self._waiting: dict[str, dict[int, Record | None]] = {}
        """What was read and is not folded yet; None where it changes nothing here."""
        self.said_in: set[str] = set()
        """The topics of the events that were raised, and discarded."""
        self._missing: dict[str, str] = {}

    @property
    def documents(self) -> Documents:
        """Where they are worked out."""
        return self._shadow.collection(self._kind)

    @property
    def streams(self) -> list[Stream]:
        """The streams its events are in."""
        return sorted({event.stream for event in self._handlers})

    async def read(self, records: Sequence[Record], upto: Versions) -> None:
        """Take these, and fold what has its turn and is not beyond ``upto``."""
        touched: dict[str, None] = {}
        for record in records:
            envelope = _envelope(record)
            if envelope is not None and envelope.version > self._folded.get(envelope.position, 0):
                heard = REGISTRY.get(envelope.type) in self._handlers
                self._waiting.setdefault(envelope.position, {}).setdefault(envelope.version, record if heard else None)
                touched[envelope.position] = None
        await self._advance(list(touched), upto)

    async def settle(self, upto: Versions) -> None:
        """Fold all that has its turn; raises CannotRebuild when what ``upto`` names cannot be reached."""
        while await self._advance(list(self._waiting), upto):
            pass
        short = [position for position, version in upto.items() if self._folded.get(position, 0) < version]
        if not short:
            return
        stuck = [position for position in short if self._folded.get(position, 0) + 1 in self._waiting.get(position, {})]
        if stuck:
            raise CannotRebuild("needs-another-first", subject=stuck[0], missing=self._missing[stuck[0]])
        raise CannotRebuild("history-not-whole", count=len(short), subject=short[0])

    async def _advance(self, positions: Sequence[str], upto: Versions) -> int:
        """Fold what has its turn of these subjects; returns how many events."""
        moved = 0
        for chunk in chunks(positions):
            unit = self._shadow.unit()
            await unit.fetch(self._wanted(chunk, upto))
            for position in chunk:
                moved += await self._subject(unit, position, upto.get(position, 0))
            await self._keep(unit)
        return moved

    def _wanted(self, positions: Iterable[str], upto: Versions) -> list[Any]:
        wanted = []
        for position in positions:
            for version, record in self._waiting.get(position, {}).items():
                if record is not None and version <= upto.get(position, 0):
                    event = _event(record)
                    wanted += [each for handler in self._handlers[type(event)] for each in handler.wants(event)]
        return wanted

    async def _subject(self, unit: Unit, position: str, upto: int) -> int:
        waiting, moved = self._waiting.get(position, {}), 0
        while (version := self._folded.get(position, 0) + 1) in waiting and version <= upto:
            record = waiting[version]
            if record is not None and (position, version) not in self._dropped:
                try:
                    await self._apply(unit, record, (position, version))
                except NotYet as error:
                    self._missing[position] = error.missing
                    return moved
            del waiting[version]
            self._folded[position] = version
            moved += 1
        if not waiting:
            self._waiting.pop(position, None)
        return moved

    async def _apply(self, unit: Unit, record: Record, what: tuple[str, int]) -> None:
        event = _event(record)
        unit.happened_at = open_envelope(record).time
        try:
            for handler in self._handlers[type(event)]:
                await handler.handle(event, unit)
        except Exception as error:
            unit.undo()
            if is_transient(error) or isinstance(error, NotYet):
                raise
            subject, version = what
            why = type(error).__name__
            raise CannotRebuild("handlers-fail", subject=subject, version=version, error=why) from error
        unit.keep()

    async def _keep(self, unit: Unit) -> None:
        changes, rows = await unit.changes()
        self.said_in |= {row.topic for row in rows}
        operations = changes.pop(self._kind, [])
        if changes:
            others = sorted(kind.__name__ for kind in changes)
            raise CannotRebuild("no-projection", projection=self._kind.__name__, others=others)
        if operations:
            await self.documents.bulk_write(operations, ordered=False)


def _envelope(record: Record) -> Envelope | None:
    """None for what no consumer can have dealt with."""
    try:
        return open_envelope(record) if record.value is not None else None
    except Undecodable:
        return None


def _event(record: Record) -> Event:
    envelope = open_envelope(record)
    try:
        event = open_event(record, envelope)
    except Undecodable as error:
        subject, version = envelope.position, envelope.version
        raise CannotRebuild("event-not-readable", subject=subject, version=version, why=str(error)) from error
    assert event is not None  # noqa: S101 - only types somebody handles are kept
    return event
