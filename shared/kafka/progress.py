"""How far a consumer is in each partition, and the holes it meets: offsets the broker no longer has."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from shared.language.envelope import Record, Undecodable, open_envelope
from shared.language.streams import Stream
from shared.language.values.days import FIRST, LAST
from shared.telemetry.metrics import Telemetry

log = structlog.get_logger()

ASK_AGAIN_AFTER = 60.0
OVERLAP = timedelta(hours=1)
"""What came shortly before a hole is asked for again too: events of several keys are not ordered by their time."""

OFFSET_TOLD_WITHIN = 10.0
"""Seconds for an answer of the broker: a client that lost it at a bad moment may wait for ever."""
BEGINNING = FIRST
"""As far back as anybody may ask."""

AskForReplay = Callable[[Stream, datetime], Awaitable[None]]


class NoAnswer(TimeoutError):
    """The consumer's client has lost its broker; it may never find it again, another client would."""


@dataclass(frozen=True, slots=True)
class Behind:
    """How far behind a stream is, in the partitions held here."""

    messages: int
    caught_up: float
    """When nothing waited the last time, or when the newest event dealt with was written; seconds since 1970."""
    partitions: int


@dataclass(frozen=True, slots=True)
class InHand:
    """A batch, and under which assignment of each of its partitions it began."""

    records: Sequence[Record]
    under: Mapping[TopicPartition, int]


def upcoming(noted: int, start: int, end: int) -> int:
    """The offset of the first record that waits: the log may begin behind what was noted, or have begun anew."""
    return noted if start <= noted <= end else start


class Progress:
    """The partitions this member holds.

    Assignments are numbered: what one began is neither remembered nor committed once its partition was given away,
    although it may have come back since. Another member may be far ahead by then.
    """

    def __init__(self, telemetry: Telemetry, ask_for_replay: AskForReplay) -> None:
        self._telemetry = telemetry
        self._ask_for_replay = ask_for_replay
        self._asked_at: dict[Stream, float] = {}
        self._missing: dict[Stream, datetime] = {}
        self._assignments: Counter[TopicPartition] = Counter()
        self._dealt_with: dict[TopicPartition, int] = {}
        self._noted: dict[TopicPartition, int] = {}
        """What the group had noted when a partition came here, until that was compared with where its log begins."""
        self._gone: dict[TopicPartition, int] = {}
        """Where the log began when the events before it were found to be gone."""
        self._read: dict[TopicPartition, int] = {}
        self._last: dict[TopicPartition, Record] = {}
        self._looked_at: dict[TopicPartition, float] = {}
        self._caught_up: dict[TopicPartition, float] = {}

    def forget(self, partitions: Iterable[TopicPartition]) -> None:
        """They are, or were, another member's: what we knew of them is no longer so.

        Not so when they were caught up: a consumer that is started anew again and again has not caught up.
        """
        for tp in partitions:
            self._assignments[tp] += 1
            self._dealt_with.pop(tp, None)
            self._noted.pop(tp, None)
            self._read.pop(tp, None)

    def in_hand(self, records: Sequence[Record]) -> InHand:
        """A batch that begins now."""
        return InHand(records, {tp: self._assignments[tp] for tp in map(_partition_of, records)})

    def still_ours(self, batch: InHand) -> list[Record]:
        """The records of partitions that were not given away since it began."""
        return [record for record in batch.records if self._is_ours(batch, _partition_of(record))]

    def _is_ours(self, batch: InHand, tp: TopicPartition) -> bool:
        return self._assignments[tp] == batch.under[tp]

    def dealt_with(self, batch: InHand) -> dict[TopicPartition, int]:
        """Remember it; returns partition → the offset that comes next, of those that are still ours."""
        last = {_partition_of(record): record for record in self.still_ours(batch)}
        for tp, record in last.items():
            written = min(record.timestamp / 1000, time.time())
            self._caught_up[tp] = max(written, self._caught_up.get(tp, 0.0))
        done = {tp: record.offset + 1 for tp, record in last.items()}
        self._dealt_with.update(done)
        return done

    def behind(self, waiting: Mapping[TopicPartition, int]) -> Behind:
        """How far behind these partitions are, in which so many events wait now.

        Where nothing is known yet, it counts from the first look.
        """
        now = time.time()
        for tp, events in waiting.items():
            self._looked_at.setdefault(tp, now)
            if not events:
                self._caught_up[tp] = now
        late = [self._caught_up.get(tp, self._looked_at[tp]) for tp, events in waiting.items() if events]
        return Behind(sum(waiting.values()), min(late, default=now), len(waiting))

    async def next(self, tp: TopicPartition, consumer: AIOKafkaConsumer) -> int:
        """The offset that comes after what is dealt with, 0 where nothing was; raises NoAnswer."""
        if tp in self._dealt_with:
            return self._dealt_with[tp]
        assignment = self._assignments[tp]
        try:
            committed = await asyncio.wait_for(consumer.committed(tp), OFFSET_TOLD_WITHIN)
        except (KafkaError, TimeoutError) as error:
            raise NoAnswer("the consumer does not get its offsets") from error
        if self._assignments[tp] != assignment:
            return committed or 0
        if committed is not None:
            self._noted.setdefault(tp, committed)
        return self._dealt_with.setdefault(tp, committed or 0)

    def begins(self, tp: TopicPartition, start: int) -> None:
        """The log begins there: if the group has noted an offset before it, what lay between is gone for us.

        It may be long until the next record shows that by its offset.
        """
        noted = self._noted.pop(tp, start)
        if tp not in self._read and max(noted, self._gone.get(tp, 0)) < start:
            self._gone[tp] = start
            self._hole(tp)

    async def look_for_holes(self, batch: InHand, consumer: AIOKafkaConsumer) -> None:
        """Offsets that jumped mean events that are gone: ask for them."""
        for record in batch.records:
            tp = _partition_of(record)
            expected = self._read[tp] if tp in self._read else await self._first(tp, consumer)
            if not self._is_ours(batch, tp):
                continue
            if record.offset > expected:
                self._hole(tp)
            self._read[tp], self._last[tp] = record.offset + 1, record
        await self.ask()

    async def _first(self, tp: TopicPartition, consumer: AIOKafkaConsumer) -> int:
        return max(await self.next(tp, consumer), self._gone.get(tp, 0))

    def _hole(self, tp: TopicPartition) -> None:
        self._miss(Stream(tp.topic), self._last.get(tp))
        self._telemetry.holes.labels(tp.topic).inc()

    def _miss(self, stream: Stream, last: Record | None) -> None:
        since = _just_before(last) if last else BEGINNING
        self._missing[stream] = min(since, self._missing.get(stream, since))

    async def ask(self) -> None:
        """Ask for what is missing, at most once a minute a stream.

        The wish is kept until then: a replay can overrun the broker itself, and partitions lag differently.
        """
        for stream, since in list(self._missing.items()):
            now = time.monotonic()
            if now - self._asked_at.get(stream, -ASK_AGAIN_AFTER) >= ASK_AGAIN_AFTER:
                log.warning("hole in a stream, asking for a replay", stream=stream.value)
                await self._ask_for_replay(stream, since)
                self._asked_at[stream] = now
                if self._missing.get(stream) == since:
                    del self._missing[stream]


def _partition_of(record: Record) -> TopicPartition:
    return TopicPartition(record.topic, record.partition)


def _just_before(last: Record) -> datetime:
    try:
        return min(max(open_envelope(last).time - OVERLAP, BEGINNING), LAST)
    except Undecodable:
        return BEGINNING
