"""What becomes of one record of a batch: handled, parked until its turn, or a dead letter."""

import time
from collections.abc import Iterable, Sequence
from typing import Any

import structlog

from shared.delivery.batch import Batch
from shared.delivery.dead_letters import REFUSED, dead_letter
from shared.delivery.parking import Parked
from shared.delivery.poison import End, Fate
from shared.domain.errors import NotYet, Refused, Unreadable
from shared.domain.handlers import Hears
from shared.language.envelope import UNKNOWN, Envelope, Record, Undecodable, open_envelope, open_event, source_of
from shared.language.reasons import Reason
from shared.language.streams import REGISTRY, Event
from shared.loops import is_transient
from shared.store.store import Store
from shared.store.unit import Unit
from shared.telemetry.metrics import Telemetry

log = structlog.get_logger()

Opened = Envelope | Undecodable | None
"""A record's envelope, why it has none that can be read, or None for a tombstone."""


class Dealing:
    """Folds records over a batch, one after the other."""

    def __init__(self, store: Store, handlers: Sequence[Hears], telemetry: Telemetry) -> None:
        self._store, self._telemetry = store, telemetry
        self._handlers: dict[type[Event], list[Hears]] = {}
        for handler in handlers:
            for event in handler.events:
                self._handlers.setdefault(event, []).append(handler)
        self._durations = {event: telemetry.handler_duration.labels(event.type) for event in self._handlers}

    @property
    def heard(self) -> set[type[Event]]:
        """The events this service does something about."""
        return set(self._handlers)

    async def fold(self, batch: Batch, opened: Sequence[tuple[Record, Opened]]) -> None:
        """Deal with these records in their order; raises only what is transient."""
        read = [(record, envelope, _event(record, envelope)) for record, envelope in opened]
        await batch.unit.fetch(self._wanted(event for _, _, event in read))
        for record, envelope, event in read:
            await self._one(batch, record, envelope, event)

    def _wanted(self, events: Iterable[Event | Undecodable | None]) -> list[Any]:
        return [
            wanted
            for event in events
            if isinstance(event, Event)
            for handler in self._handlers.get(type(event), ())
            for wanted in handler.wants(event)
        ]

    async def _one(
        self,
        batch: Batch,
        record: Record,
        envelope: Opened,
        event: Event | Undecodable | None,
    ) -> None:
        if envelope is None:
            batch.outcomes.append((record.topic, "unreadable", "tombstone"))
            batch.fates.append(Fate(record.topic, End.WAITS))
            return
        if isinstance(envelope, Undecodable):
            self.bury(batch, record, None, str(envelope), End.UNREAD)
            return
        position = batch.positions[envelope.position]
        if envelope.version <= position.version:
            again = envelope.version == position.version and envelope.id == position.event_id
            batch.outcomes.append((record.topic, _label(event), "duplicate" if again else "stale"))
            batch.fates.append(_fate(record, envelope, End.WAITS))
            batch.to_free.append(f"{envelope.position}/{envelope.version}")
        elif envelope.version > position.version + 1:
            self._park(batch, record, envelope, f"version {position.version + 1}")
        elif await self._deal_with(batch, record, envelope, event):
            await self.next_parked(batch, envelope.position, envelope.version)

    async def next_parked(self, batch: Batch, position: str, version: int) -> None:
        """What waited for this version has its turn now, and then what waited for that."""
        while (waiting := batch.parked.pop((position, version + 1), None)) is not None:
            opened = open_envelope(waiting.record)
            if not await self._deal_with(batch, waiting.record, opened, _event(waiting.record, opened)):
                return
            version += 1

    async def _deal_with(
        self, batch: Batch, record: Record, envelope: Envelope, event: Event | Undecodable | None
    ) -> bool:
        """Handle one event whose turn it is, and move on; False when it has to wait or is dead."""
        if isinstance(event, Undecodable):
            self.bury(batch, record, envelope, str(event), End.UNREAD)
            return False
        handlers = self._handlers.get(type(event), []) if event is not None else []
        batch.unit.happened_at, batch.unit.event_id = envelope.time, envelope.id
        try:
            with self._store.tracing.heard(record, envelope) as step:
                if isinstance(event, Event) and handlers:
                    batch.steps.append(step)
                    await self._handle(event, handlers, batch.unit)
        except Exception as error:
            batch.unit.undo()
            if is_transient(error):
                raise
            return self._failed(batch, record, envelope, error)
        batch.unit.keep()
        position = batch.positions[envelope.position]
        position.version, position.event_id = envelope.version, envelope.id
        batch.to_free.append(f"{envelope.position}/{envelope.version}")
        if handlers:
            batch.handled.append(envelope)
        outcome = "unknown-type" if event is None else "handled" if handlers else "unheard"
        batch.outcomes.append((record.topic, _label(event), outcome))
        batch.fates.append(_fate(record, envelope, End.WELL))
        return True

    async def _handle(self, event: Event, handlers: Sequence[Hears], unit: Unit) -> None:
        began = time.perf_counter()
        try:
            for handler in handlers:
                await handler.handle(event, unit)
        finally:
            self._durations[type(event)].observe(time.perf_counter() - began)

    def _failed(self, batch: Batch, record: Record, envelope: Envelope, error: Exception) -> bool:
        if isinstance(error, NotYet):
            self._park(batch, record, envelope, error.missing)
        elif isinstance(error, Refused):
            self.bury(batch, record, envelope, f"{REFUSED}{error}")
        elif isinstance(error, Unreadable):
            self.bury(batch, record, envelope, str(error))
        else:
            log.error("handler failed", event_id=envelope.id, type=envelope.type, key=envelope.subject, exc_info=error)
            self._telemetry.failures.labels("inbox").inc()
            self.bury(batch, record, envelope, str(Reason("handler-failed", error=type(error).__name__)))
        return False

    def _park(self, batch: Batch, record: Record, envelope: Envelope, missing: str) -> None:
        parked = Parked(f"{envelope.position}/{envelope.version}", envelope.position, envelope.version, missing, record)
        batch.to_park[parked.id] = parked
        batch.parked[envelope.position, envelope.version] = parked
        label = envelope.type if envelope.type in REGISTRY else UNKNOWN
        batch.outcomes.append((record.topic, label, "parked"))
        batch.fates.append(_fate(record, envelope, End.WAITS))
        batch.reasons.append(str(Reason("waits-for", missing=missing)))

    def bury(self, batch: Batch, record: Record, envelope: Envelope | None, reason: str, end: End = End.DIED) -> None:
        """It goes to the dead letters as it is, and holds up its own subject only."""
        batch.unit.rows.append(dead_letter(record, envelope, reason, self._store.origin, batch.unit.now))
        batch.unit.keep()  # the next event may fail and be undone
        if envelope:
            batch.to_free.append(f"{envelope.position}/{envelope.version}")
        known = envelope is not None and any(kind.type == envelope.type for kind in self._handlers)
        label = envelope.type if envelope and known else "unreadable"
        batch.outcomes.append((record.topic, label, "dead-letter"))
        batch.reasons.append(reason)
        fate = _fate(record, envelope, end)
        batch.fates.append(fate)
        where = {"partition": record.partition, "offset": record.offset}
        of = {"type": fate.type, "source": fate.source, "subject": fate.subject}
        log.warning("dead letter", topic=record.topic, **where, **of, reason=reason)


def opened_or_not(record: Record) -> Opened:
    """The envelope of a record, whatever it is."""
    if record.value is None:
        return None
    try:
        return open_envelope(record)
    except Undecodable as error:
        return error


def _event(record: Record, envelope: Opened) -> Event | Undecodable | None:
    if not isinstance(envelope, Envelope):
        return None
    try:
        return open_event(record, envelope)
    except Undecodable as error:
        return error


def _fate(record: Record, envelope: Envelope | None, end: End) -> Fate:
    if envelope is None:
        return Fate(record.topic, end, source=source_of(record))
    kind = envelope.type if envelope.type in REGISTRY else UNKNOWN
    return Fate(record.topic, end, kind, source_of(record), envelope.subject)


def _label(event: Event | Undecodable | None) -> str:
    return event.type if isinstance(event, Event) else UNKNOWN
