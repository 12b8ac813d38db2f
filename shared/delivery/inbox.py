"""A batch of events becomes one transaction.

The inbox remembers, for every subject of every stream, the last version it has dealt with, and changes it in the
transaction that holds the effects. So an event has its effect once, however often it is delivered; an older
version is ignored; one that comes before its turn, or before what it needs, is parked and taken up in its turn.
What cannot be dealt with goes to the dead letters as it was, and holds up its own subject only.
"""

import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

import structlog

from shared.delivery.batch import Batch, Dealt
from shared.delivery.dead_letters import dead_letter
from shared.delivery.parking import Parked, Parking
from shared.delivery.poison import Poison
from shared.delivery.positions import Positions
from shared.domain.errors import Conflict, NotYet, Refused, StreamPoisoned, Unreadable
from shared.domain.handlers import Hears
from shared.language.envelope import Envelope, Record, Undecodable, open_envelope, open_event
from shared.language.streams import REGISTRY, Event
from shared.loops import is_transient
from shared.store.mongodb import DeleteOne
from shared.store.store import ATTEMPTS, Store
from shared.store.transactions import Transaction, Write
from shared.store.unit import Unit
from shared.telemetry.metrics import Telemetry

log = structlog.get_logger()

UNKNOWN = "unknown"
"""The metric label all types share that we do not know, so that nobody can make labels up."""


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
        self.poison = Poison(store)
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

        A batch that fails for another reason (a document grown too large, or one nobody can read) is narrowed down to
        its record.
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
            await self._take_all(records, condemned=_condemned(records[0], error))

    async def take_up_parked(self) -> int:
        """Try again what was parked and is due; returns how many were looked at."""
        due = await self._parking.due()
        if due:
            await self.take(due)
        return len(due)

    async def retry(self, record: Record, settle: Write) -> Dealt:
        """Deal with one record again because an operator wishes it; raises only what is transient.

        ``settle`` is written in the same transaction unless it dies again. What waited for it goes on at once. Nothing
        of this counts towards a poisoned stream.
        """
        self._parking.look_again()
        try:
            return await self._retry(record, settle)
        except Exception as error:
            if is_transient(error):
                raise
            return await self._retry(record, settle, _condemned(record, error))

    async def _retry(self, record: Record, settle: Write, condemned: str = "") -> Dealt:
        async def once() -> Batch:
            batch = await self._fold([record], condemned)
            await self._commit(batch, *([settle] if batch.first.outcome != "dead-letter" else []))
            return batch

        return (await self._until_nobody_was_faster(once)).first

    async def drop(self, position: str, version: int, event_id: str, settle: Write) -> int:
        """Move on past that version of that subject; returns how many that waited for it went on.

        Raises Refused when another version has to be dealt with first. One we are past already is only settled.
        """
        self._parking.look_again()

        async def once() -> Batch:
            batch = await self._begin([position])
            here = batch.positions[position]
            if here.version + 1 < version:
                raise Refused(f"Version {here.version + 1} of this subject is missing: deal with that one first.")
            if here.version + 1 == version:
                here.version, here.event_id = version, event_id
                batch.to_free.append(f"{position}/{version}")
                await self._next_parked(batch, position, version)
            await self._commit(batch, settle)
            return batch

        batch = await self._until_nobody_was_faster(once)
        return sum(outcome not in ("parked", "dead-letter") for _, _, outcome in batch.outcomes)

    async def _take_all(self, records: Sequence[Record], condemned: str = "") -> None:
        async def once() -> Batch:
            batch = await self._fold(records, condemned)
            recent = await self.poison.judge(outcome == "dead-letter" for _, _, outcome in batch.outcomes)
            await self._commit(batch)
            self.poison.remember(recent)
            return batch

        await self._until_nobody_was_faster(once)

    async def _until_nobody_was_faster(self, once: Callable[[], Awaitable[Batch]]) -> Batch:
        for _ in range(ATTEMPTS):
            try:
                batch = await once()
            except Conflict:
                self._telemetry.conflicts.inc()
                continue
            self._count(batch)
            for step in batch.steps:
                step.end()
            return batch
        raise TimeoutError("the same aggregates were changed by somebody else again and again")

    async def _begin(self, positions: Sequence[str]) -> Batch:
        return Batch(self._store.unit(), await self._positions.of(positions), await self._parking.waiting(positions))

    async def _fold(self, records: Sequence[Record], condemned: str) -> Batch:
        opened = [(record, self._open(record)) for record in records]
        envelopes = [envelope for _, envelope in opened if isinstance(envelope, Envelope)]
        names = list({envelope.position for envelope in envelopes})
        batch = await self._begin(names)
        read = [(record, envelope, _event(record, envelope)) for record, envelope in opened]
        if not condemned:
            await batch.unit.fetch(self._wanted(event for _, _, event in read))
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
            await self._next_parked(batch, envelope.position, envelope.version)

    async def _next_parked(self, batch: Batch, position: str, version: int) -> None:
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
            self._bury(batch, record, envelope, str(event))
            return False
        handlers = self._handlers.get(type(event), []) if event is not None else []
        batch.unit.happened_at = envelope.time
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
        elif isinstance(error, Unreadable):
            self._bury(batch, record, envelope, str(error))
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
        batch.reasons.append(f"waits for {missing}")

    def _bury(self, batch: Batch, record: Record, envelope: Envelope | None, reason: str) -> None:
        batch.unit.rows.append(dead_letter(record, envelope, reason, self._store.origin, batch.unit.now))
        if envelope:
            batch.to_free.append(f"{envelope.position}/{envelope.version}")
        known = envelope is not None and any(kind.type == envelope.type for kind in self._handlers)
        label = envelope.type if envelope and known else "unreadable"
        batch.outcomes.append((record.topic, label, "dead-letter"))
        batch.reasons.append(reason)
        log.warning("dead letter", topic=record.topic, partition=record.partition, offset=record.offset, reason=reason)

    async def _commit(self, batch: Batch, *more: Write) -> None:
        freed = batch.freed

        async def parking(session: Transaction) -> None:
            waiting = [parked for parked in batch.to_park.values() if parked.id not in set(freed)]
            operations: list[Any] = [parked.upsert() for parked in waiting]
            operations += [DeleteOne({"_id": identity}) for identity in freed]
            await self._parking.write(operations, session)

        steps = self._positions.writes(batch.positions)
        if batch.to_park or (freed and await self._parking.any()):
            steps.append(parking)
        await batch.unit.commit(*steps, *more)
        self._parking.wrote(batch.to_park)

    def _count(self, batch: Batch) -> None:
        for (topic, label, outcome), times in Counter(batch.outcomes).items():
            self._telemetry.events.labels(topic, label, outcome).inc(times)
        now = self._store.clock.now()
        ages = {stream: self._telemetry.event_age.labels(stream.value) for stream in {e.stream for e in batch.handled}}
        for envelope in batch.handled:
            ages[envelope.stream].observe(max(0.0, (now - envelope.time).total_seconds()))


def _condemned(record: Record, error: Exception) -> str:
    """The reason of a dead letter that is dead for what is stored or was to be stored."""
    log.error("event could not be committed", topic=record.topic, offset=record.offset, exc_info=error)
    return str(error) if isinstance(error, Unreadable) else f"commit failed: {type(error).__name__}"


def _event(record: Record, envelope: Envelope | Undecodable | None) -> Event | Undecodable | None:
    if not isinstance(envelope, Envelope):
        return None
    try:
        return open_event(record, envelope)
    except Undecodable as error:
        return error


def _label(event: Event | Undecodable | None) -> str:
    return event.type if isinstance(event, Event) else UNKNOWN
