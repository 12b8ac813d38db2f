"""Says records so that each partition's stay in their order, and what one topic refuses holds up no other.

aiokafka numbers the batches of a partition so that none is doubled. One that failed leaves a gap, after which Kafka
may refuse what follows, or take it although what came before is missing; and one that can be tried again is, for ever,
also when its topic is long gone. So a partition gets its next batch when Kafka has confirmed the last one, nobody is
waited for longer than ``PATIENCE``, and after a failure a new producer begins.
"""

import asyncio
import contextlib
import math
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    KafkaTimeoutError,
    MessageSizeTooLargeError,
    RecordListTooLargeError,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
)
from aiokafka.partitioner import DefaultPartitioner
from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.structs import TopicPartition

from shared.kafka.outcome import Outcome, Row

STARTED_WITHIN = 20.0
"""Seconds for a new producer: aiokafka waits forty for each silent broker, and the relay has to be seen alive."""
PATIENCE = 6.0
"""Seconds for all that is said together: less than the relay's lease has left when it begins."""
LOOK = 1.0
"""Seconds for a topic to be found, and between two looks whether it is still there."""
ENDED_WITHIN = 3.0
"""Seconds for what is on its way to Kafka when a producer is given up."""
TOO_LARGE = MessageSizeTooLargeError, RecordListTooLargeError
WORDS: dict[type[BaseException], str] = {
    UnknownTopicOrPartitionError: "is not there",
    TopicAuthorizationFailedError: "may not be written to by this service",
}

T = TypeVar("T")


class Publisher:
    """A producer that is begun anew whenever it may have lost count."""

    def __init__(self, start: Callable[[], Awaitable[AIOKafkaProducer]]) -> None:
        self._start = start
        self._producer: AIOKafkaProducer | None = None
        self._room: dict[str, int] = {}
        """Topic → the largest batch it takes, in bytes; it has refused one twice as large."""

    async def start(self) -> AIOKafkaProducer:
        """Connect, if it has not; raises KafkaError, or TimeoutError."""
        if self._producer is None:
            self._producer = await asyncio.wait_for(self._start(), STARTED_WITHIN)
        return self._producer

    async def stop(self) -> None:
        """Let go of the producer, and of what it has not brought to Kafka."""
        producer, self._producer = self._producer, None
        if producer is not None:
            with contextlib.suppress(Exception):  # it is given up because it failed
                await _end(producer)

    async def publish(self, rows: Sequence[Row]) -> Outcome:
        """Say these, in this order; raises KafkaError when no topic of them answers, and no broker either."""
        await self.start()
        outcome, until = Outcome(), time.monotonic() + PATIENCE
        while (left := outcome.left_of(rows)) and (patience := until - time.monotonic()) > 0:
            try:
                producer = await asyncio.wait_for(self.start(), patience)
                failures = await self._topics(producer, left, outcome, until)
            except BaseException:
                await self.stop()
                raise
            silent = failures and all(isinstance(each, TimeoutError) for each in failures.values())
            away = silent and not outcome.confirmed and not await _answers(producer)
            if failures:
                await self.stop()
            if away:
                raise KafkaTimeoutError
            words = {topic: _why(each) for topic, each in failures.items() if not isinstance(each, TOO_LARGE)}
            outcome.refused |= words
        return outcome

    async def _topics(
        self, producer: AIOKafkaProducer, rows: Sequence[Row], outcome: Outcome, until: float
    ) -> dict[str, BaseException]:
        """All side by side; returns what went wrong with which."""
        by_topic = _grouped(rows, lambda row: row["topic"])
        saying = [self._topic(producer, topic, theirs, outcome) for topic, theirs in by_topic.items()]
        patience = max(0.0, until - time.monotonic())
        ends = await asyncio.gather(*(asyncio.wait_for(each, patience) for each in saying), return_exceptions=True)
        return {topic: end for topic, end in zip(by_topic, ends, strict=True) if end}

    async def _topic(self, producer: AIOKafkaProducer, topic: str, rows: Sequence[Row], outcome: Outcome) -> None:
        """Its partitions side by side; raises what is wrong with one of them, once all have come to their end."""
        partition_of = await _partitions(producer, topic)
        by_partition = _grouped(rows, lambda row: partition_of(row["key"]))
        saying = [
            self._partition(producer, TopicPartition(topic, partition), theirs, outcome)
            for partition, theirs in by_partition.items()
        ]
        failures = [end for end in await asyncio.gather(*saying, return_exceptions=True) if end]
        for failure in sorted(failures, key=lambda each: isinstance(each, TOO_LARGE)):
            raise failure

    async def _partition(
        self, producer: AIOKafkaProducer, where: TopicPartition, rows: Sequence[Row], outcome: Outcome
    ) -> None:
        """One batch after the other; raises KafkaError."""
        done = 0
        while done < len(rows):
            batch, together = self._fill(producer, rows[done:])
            try:
                sending = await producer.send_batch(batch, where.topic, partition=where.partition)
                first = await _confirmed(producer, sending, where)
            except TOO_LARGE:
                if together > 1:
                    self._room[where.topic] = batch.size() // 2
                else:
                    outcome.too_large.append(rows[done])
                raise
            outcome.confirmed += rows[done : done + together]
            outcome.lie(where, first, together)
            done += together

    def _fill(self, producer: AIOKafkaProducer, rows: Sequence[Row]) -> tuple[BatchBuilder, int]:
        """A batch of the first of them, and how many they are: one at least."""
        batch, room = producer.create_batch(), self._room.get(rows[0]["topic"], math.inf)
        for taken, row in enumerate(rows):
            headers = [(name, value) for name, value in row["headers"]]
            full = taken and batch.size() + _size(row) > room
            if full or batch.append(timestamp=None, key=row["key"], value=row["value"], headers=headers) is None:
                batch.close()
                return batch, taken
        batch.close()
        return batch, len(rows)


def _grouped(rows: Sequence[Row], by: Callable[[Row], T]) -> dict[T, list[Row]]:
    found: dict[T, list[Row]] = {}
    for row in rows:
        found.setdefault(by(row), []).append(row)
    return found


def _size(row: Row) -> int:
    """Bytes of the record, or a few more."""
    names_and_values = [text for header in row["headers"] for text in header]
    return sum(len(text or b"") + 5 for text in (row["key"], row["value"], *names_and_values)) + 20


async def _partitions(producer: AIOKafkaProducer, topic: str) -> Callable[[bytes | None], int]:
    """Which partition a key belongs to; raises KafkaError when the topic is not to be had."""
    cluster = producer.client.cluster
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(LOOK):
            await _look_for(producer, topic)
    if topic in cluster.unauthorized_topics:
        raise TopicAuthorizationFailedError
    if (everywhere := cluster.partitions_for_topic(topic)) is None:
        raise UnknownTopicOrPartitionError
    available = list(cluster.available_partitions_for_topic(topic) or ())
    return partial(DefaultPartitioner(), all_partitions=sorted(everywhere), available=available)


async def _answers(producer: AIOKafkaProducer) -> bool:
    """Whether any broker does: then it is the topics, and others may be said meanwhile."""
    with contextlib.suppress(TimeoutError):
        return bool(await asyncio.wait_for(producer.client.force_metadata_update(), LOOK))
    return False


async def _look_for(producer: AIOKafkaProducer, topic: str) -> None:
    """Ask until it is known, twice at most: the first answer may be to a question that did not name it."""
    for _ in range(2):
        if producer.client.cluster.partitions_for_topic(topic) is None:
            producer.client.add_topic(topic)
            await producer.client.force_metadata_update()


async def _confirmed(producer: AIOKafkaProducer, saying: Awaitable[Any], where: TopicPartition) -> int:
    """The offset of the first, by Kafka's word; raises KafkaError, also when the topic has gone: aiokafka tries on."""
    confirmation = asyncio.ensure_future(saying)
    try:
        while not (await asyncio.wait({confirmation}, timeout=LOOK))[0]:
            if producer.client.cluster.partitions_for_topic(where.topic) is None:
                raise UnknownTopicOrPartitionError
        first: int = confirmation.result().offset
        return first
    finally:
        confirmation.cancel()


async def _end(producer: AIOKafkaProducer) -> None:
    """Stop it for good: what it has not brought to Kafka must not come after what the next one says."""
    with contextlib.suppress(Exception):  # of a broker that does not answer any more
        await asyncio.wait_for(producer._sender.close(), ENDED_WITHIN)
    producer._message_accumulator._batches.clear()
    producer._message_accumulator._pending_batches.clear()
    await producer.stop()


def _why(failure: BaseException) -> str:
    if isinstance(failure, TimeoutError):
        return "does not answer"
    return WORDS.get(type(failure), type(failure).__name__)
