"""A batch of events becomes one transaction.

The inbox remembers, for every subject of every stream, the last version it has dealt with, and changes it in the
transaction that holds the effects. So an event has its effect once, however often it is delivered; an older
version is ignored; one that comes before its turn, or before what it needs, is parked and taken up in its turn.
What cannot be dealt with goes to the dead letters as it was, and holds up its own subject only.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import structlog

from shared.delivery.batch import Batch, Dealt
from shared.delivery.dealing import Dealing, opened_or_not
from shared.delivery.parking import Parking
from shared.delivery.poison import End, Poison
from shared.delivery.positions import Positions
from shared.domain.errors import Conflict, Refused, StreamPoisoned, TooMuchAtOnce, Unreadable
from shared.domain.handlers import Hears
from shared.domain.pieces import halves
from shared.language.envelope import Envelope, Record
from shared.language.reasons import Reason
from shared.language.streams import Event
from shared.loops import is_transient
from shared.store.mongodb import DeleteOne
from shared.store.store import ATTEMPTS, Store
from shared.store.transactions import Transaction, Write
from shared.telemetry.metrics import Telemetry

log = structlog.get_logger()


class Inbox:
    """Takes the batches of one service."""

    def __init__(self, store: Store, handlers: Sequence[Hears], telemetry: Telemetry) -> None:
        self._store = store
        self._telemetry = telemetry
        self._dealing = Dealing(store, handlers, telemetry)
        self._parking = Parking(store)
        self._positions = Positions(store)
        self.poison = Poison(store)

    @property
    def heard(self) -> set[type[Event]]:
        """The events this service does something about."""
        return self._dealing.heard

    async def prepare(self) -> None:
        """Create the collections and indexes."""
        await self._parking.prepare()

    async def take(self, records: Sequence[Record]) -> None:
        """Deal with the records in their order; raises only what is transient, and StreamPoisoned.

        A batch that is too much at once is done in halves, and so is one that fails for another reason (a document that
        nobody can read, say), until it is narrowed down to its record.
        """
        try:
            await self._take_all(records)
        except Exception as error:
            too_much = isinstance(error, TooMuchAtOnce)
            if isinstance(error, StreamPoisoned) or (is_transient(error) and not too_much):
                raise
            if len(records) > 1:
                for half in halves(records):
                    await self.take(half)
            elif too_much:
                raise
            else:
                await self._take_all(records, condemned=_condemned(records[0], error))

    async def take_up_parked(self) -> int:
        """Try again what was parked and is due; returns how many were looked at."""
        due = await self._parking.due()
        if due:
            await self.take(due)
        return len(due)

    async def rest(self) -> None:
        """Until it is worth looking for parked events again."""
        await self._parking.rest()

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
                raise Refused("version-missing", version=here.version + 1)
            if here.version + 1 == version:
                here.version, here.event_id = version, event_id
                batch.to_free.append(f"{position}/{version}")
                await self._dealing.next_parked(batch, position, version)
            await self._commit(batch, settle)
            return batch

        batch = await self._until_nobody_was_faster(once)
        return sum(outcome not in ("parked", "dead-letter") for _, _, outcome in batch.outcomes)

    async def _take_all(self, records: Sequence[Record], condemned: str = "") -> None:
        async def once() -> Batch:
            batch = await self._fold(records, condemned)
            memory = await self.poison.judge(batch.fates)
            await self._commit(batch)
            self.poison.remember(memory)
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
        opened = [(record, opened_or_not(record)) for record in records]
        envelopes = [envelope for _, envelope in opened if isinstance(envelope, Envelope)]
        batch = await self._begin(list({envelope.position for envelope in envelopes}))
        if condemned:
            for record, envelope in opened:
                self._dealing.bury(batch, record, envelope if isinstance(envelope, Envelope) else None, condemned)
        else:
            await self._dealing.fold(batch, opened)
        return batch

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
        for (stream, source), times in Counter(
            (f.topic, f.source) for f in batch.fates if f.end in (End.UNREAD, End.DIED)
        ).items():
            self._telemetry.died.labels(stream, source).inc(times)
        now = self._store.clock.now()
        ages = {stream: self._telemetry.event_age.labels(stream.value) for stream in {e.stream for e in batch.handled}}
        for envelope in batch.handled:
            ages[envelope.stream].observe(max(0.0, (now - envelope.time).total_seconds()))


def _condemned(record: Record, error: Exception) -> str:
    """The reason of a dead letter that is dead for what is stored or was to be stored."""
    log.error("event could not be committed", topic=record.topic, offset=record.offset, exc_info=error)
    return str(error if isinstance(error, Unreadable) else Reason("commit-failed", error=type(error).__name__))
