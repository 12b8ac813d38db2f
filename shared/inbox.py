"""A batch of events becomes one transaction.

The inbox remembers, for every subject of every stream, the last version it has dealt with, and changes it in the
transaction that holds the effects. So an event has its effect once, however often it is delivered; an older
version is ignored; one that comes before its turn, or before what it needs, is parked and taken up in its turn.
What cannot be dealt with goes to the dead letters as it was, and holds up its own subject only.
"""

import time
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog
from pymongo import DeleteOne

from shared.dead_letters import dead_letter
from shared.envelope import Envelope, Record, Undecodable, open_envelope, open_event
from shared.errors import Conflict, NotYet, Refused, is_transient
from shared.handlers import Hears
from shared.parking import Parked, Parking
from shared.positions import Position, Positions
from shared.store import ATTEMPTS, Store, Transaction, Unit
from shared.streams import REGISTRY, Event
from shared.telemetry import Telemetry
from shared.tracing import traced

log = structlog.get_logger()

UNKNOWN = "unknown"
"""The metric label all types share that we do not know, so that nobody can make labels up."""
WINDOW, TOO_MANY = 200, 100
"""When so many of the last records are poison, something is wrong with the stream and not with a record."""


class StreamPoisoned(Exception):
    """Most of what comes is poison: stop and alarm rather than drain a stream into its dead letters."""


@dataclass(slots=True)
class Batch:
    """What one batch does beside the unit of work."""

    unit: Unit
    positions: dict[str, Position]
    parked: dict[tuple[str, int], Parked]
    to_park: dict[str, Parked] = field(default_factory=dict)
    to_free: list[str] = field(default_factory=list)
    outcomes: list[tuple[str, str, str]] = field(default_factory=list)
    handled: list[Envelope] = field(default_factory=list)


class Inbox:
    """Takes the batches of one service."""

    def __init__(self, store: Store, handlers: Sequence[Hears], telemetry: Telemetry) -> None:
        self._store = store
        self._telemetry = telemetry
        self._handlers: dict[type[Event], list[Hears]] = {}
        for handler in handlers:
            for event in handler.events:
                self._handlers.setdefault(event, []).append(handler)
        self._parking = Parking(store)
        self._positions = Positions(store)
        self._recent: deque[bool] = deque(maxlen=WINDOW)
        self._durations = {event: telemetry.handler_duration.labels(event.type) for event in self._handlers}

    @property
    def heard(self) -> set[type[Event]]:
        """The events this service does something about."""
        return set(self._handlers)

    async def prepare(self) -> None:
        """Create the collections and indexes."""
        await self._parking.prepare()

    async def take(self, records: Sequence[Record]) -> None:
        """Deal with the records in their order; raises only what is transient, and StreamPoisoned.

        A commit that fails for another reason (a document grown too large, say) is narrowed down to its record.
        """
        try:
            await self._take_all(records)
        except Exception as error:
            if is_transient(error) or isinstance(error, StreamPoisoned):
                raise
            if len(records) > 1:
                for record in records:
                    await self.take([record])
                return
            log.exception("event could not be committed", topic=records[0].topic, offset=records[0].offset)
            await self._take_all(records, condemned=f"commit failed: {type(error).__name__}")

    async def take_up_parked(self) -> int:
        """Try again what was parked and is due; returns how many were looked at."""
        due = await self._parking.due()
        if due:
            await self.take(due)
        return len(due)

    async def _take_all(self, records: Sequence[Record], condemned: str = "") -> None:
        for _ in range(ATTEMPTS):
            try:
                batch = await self._fold(records, condemned)
                poisoned = self._poisoned(batch)
                await self._commit(batch)
            except Conflict:
                self._telemetry.conflicts.inc()
                continue
            self._recent = poisoned
            self._count(batch)
            return
        raise TimeoutError("the same aggregates were changed by somebody else again and again")

    async def _fold(self, records: Sequence[Record], condemned: str) -> Batch:
        unit = self._store.unit()
        opened = [(record, self._open(record)) for record in records]
        envelopes = [envelope for _, envelope in opened if isinstance(envelope, Envelope)]
        names = list({envelope.position for envelope in envelopes})
        batch = Batch(unit, await self._positions.of(names), await self._parking.waiting(names))
        read = [(record, envelope, _event(record, envelope)) for record, envelope in opened]
        await unit.fetch(self._wanted(event for _, _, event in read))
        for record, envelope, event in read:
            if condemned:
                self._bury(batch, record, envelope if isinstance(envelope, Envelope) else None, condemned)
            else:
                await self._one(batch, record, envelope, event)
        return batch

    def _open(self, record: Record) -> Envelope | Undecodable | None:
        if record.value is None:
            return None
        try:
            return open_envelope(record)
        except Undecodable as error:
            return error

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
        envelope: Envelope | Undecodable | None,
        event: Event | Undecodable | None,
    ) -> None:
        if envelope is None:
            batch.outcomes.append((record.topic, "unreadable", "tombstone"))
            return
        if isinstance(envelope, Undecodable):
            self._bury(batch, record, None, str(envelope))
            return
        position = batch.positions[envelope.position]
        if envelope.version <= position.version:
            again = envelope.version == position.version and envelope.id == position.event_id
            batch.outcomes.append((record.topic, _label(event), "duplicate" if again else "stale"))
            batch.to_free.append(f"{envelope.position}/{envelope.version}")
        elif envelope.version > position.version + 1:
            self._park(batch, record, envelope, f"version {position.version + 1}")
        elif await self._deal_with(batch, record, envelope, event):
            position.version, position.event_id = envelope.version, envelope.id
            await self._next_parked(batch, envelope)

    async def _next_parked(self, batch: Batch, envelope: Envelope) -> None:
        """What waited for this version has its turn now."""
        waiting = batch.parked.pop((envelope.position, envelope.version + 1), None)
        if waiting is not None:
            opened = open_envelope(waiting.record)
            await self._one(batch, waiting.record, opened, _event(waiting.record, opened))

    async def _deal_with(
        self, batch: Batch, record: Record, envelope: Envelope, event: Event | Undecodable | None
    ) -> bool:
        """Handle one event whose turn it is; False when it has to wait or is dead."""
        if isinstance(event, Undecodable):
            self._bury(batch, record, envelope, str(event))
            return False
        handlers = self._handlers.get(type(event), []) if event is not None else []
        batch.unit.happened_at = envelope.time
        try:
            with traced(envelope.traceparent):
                if isinstance(event, Event) and handlers:
                    await self._handle(event, handlers, batch.unit)
        except Exception as error:
            batch.unit.undo()
            if is_transient(error):
                raise
            return self._failed(batch, record, envelope, error)
        batch.unit.keep()
        batch.to_free.append(f"{envelope.position}/{envelope.version}")
        if handlers:
            batch.handled.append(envelope)
        outcome = "unknown-type" if event is None else "handled" if handlers else "unheard"
        batch.outcomes.append((record.topic, _label(event), outcome))
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
            self._bury(batch, record, envelope, f"refused: {error}")
        else:
            log.error("handler failed", event_id=envelope.id, type=envelope.type, key=envelope.subject, exc_info=error)
            self._telemetry.failures.labels("inbox").inc()
            self._bury(batch, record, envelope, f"handler failed: {type(error).__name__}")
        return False

    def _park(self, batch: Batch, record: Record, envelope: Envelope, missing: str) -> None:
        parked = Parked(f"{envelope.position}/{envelope.version}", envelope.position, envelope.version, missing, record)
        batch.to_park[parked.id] = parked
        batch.parked[envelope.position, envelope.version] = parked
        label = envelope.type if envelope.type in REGISTRY else UNKNOWN
        batch.outcomes.append((record.topic, label, "parked"))

    def _bury(self, batch: Batch, record: Record, envelope: Envelope | None, reason: str) -> None:
        batch.unit.rows.append(dead_letter(record, envelope, reason, self._store.origin, batch.unit.now))
        if envelope:
            batch.to_free.append(f"{envelope.position}/{envelope.version}")
        known = envelope is not None and any(kind.type == envelope.type for kind in self._handlers)
        label = envelope.type if envelope and known else "unreadable"
        batch.outcomes.append((record.topic, label, "dead-letter"))
        log.warning("dead letter", topic=record.topic, partition=record.partition, offset=record.offset, reason=reason)

    def _poisoned(self, batch: Batch) -> deque[bool]:
        recent = deque(self._recent, maxlen=WINDOW)
        recent.extend(outcome == "dead-letter" for _, _, outcome in batch.outcomes)
        if sum(recent) >= TOO_MANY:
            raise StreamPoisoned(f"{sum(recent)} of the last {len(recent)} records could not be dealt with")
        return recent

    async def _commit(self, batch: Batch) -> None:
        freed = [identity for identity in batch.to_free if identity not in batch.to_park or _done(batch, identity)]

        async def parking(session: Transaction) -> None:
            waiting = [parked for parked in batch.to_park.values() if parked.id not in set(freed)]
            operations: list[Any] = [parked.upsert() for parked in waiting]
            operations += [DeleteOne({"_id": identity}) for identity in freed]
            await self._parking.write(operations, session)

        steps = self._positions.writes(batch.positions)
        if batch.to_park or (freed and await self._parking.any()):
            steps.append(parking)
        await batch.unit.commit(*steps)
        self._parking.wrote(batch.to_park)

    def _count(self, batch: Batch) -> None:
        for (topic, label, outcome), times in Counter(batch.outcomes).items():
            self._telemetry.events.labels(topic, label, outcome).inc(times)
        now = self._store.clock.now()
        ages = {stream: self._telemetry.event_age.labels(stream.value) for stream in {e.stream for e in batch.handled}}
        for envelope in batch.handled:
            ages[envelope.stream].observe(max(0.0, (now - envelope.time).total_seconds()))


def _done(batch: Batch, identity: str) -> bool:
    """Whether something parked earlier in this very batch has had its turn since."""
    name, _, version = identity.rpartition("/")
    return batch.positions[name].version >= int(version)


def _event(record: Record, envelope: Envelope | Undecodable | None) -> Event | Undecodable | None:
    if not isinstance(envelope, Envelope):
        return None
    try:
        return open_event(record, envelope)
    except Undecodable as error:
        return error


def _label(event: Event | Undecodable | None) -> str:
    return event.type if isinstance(event, Event) else UNKNOWN
