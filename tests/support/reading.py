"""Topics written and read by a client that is not ours: confluent-kafka."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaException, Producer, TopicPartition

Headers = Sequence[tuple[str, bytes | None]]
READ_OR_WRITTEN_WITHIN = 30


@dataclass(frozen=True)
class Written:
    """A record as another client sees it."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]

    def header(self, name: str) -> str:
        """The last header of that name as text; empty when there is none."""
        return (dict(self.headers).get(name) or b"").decode(errors="replace")


def write(bootstrap_servers: str, records: Iterable[tuple[str, bytes | None, bytes | None, Headers]]) -> None:
    """Write topic, key, value and headers, in that order; raises when one is not taken."""
    problems: list[Any] = []
    producer = Producer({"bootstrap.servers": bootstrap_servers, "message.max.bytes": 9_000_000, "log_level": 3})
    for topic, key, value, headers in records:
        producer.produce(topic, value, key, headers=list(headers), on_delivery=lambda error, _: problems.append(error))
    if producer.flush(READ_OR_WRITTEN_WITHIN) or any(problems):
        raise RuntimeError(f"not written: {problems}")


def read(bootstrap_servers: str, topics: Iterable[str]) -> list[Written]:
    """Everything in these topics by now, in the order of each partition."""
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap_servers,
            "group.id": "reads-only",
            "enable.auto.commit": False,
            "fetch.message.max.bytes": 9_000_000,
            "log_level": 3,
        }
    )
    try:
        return _all(consumer, _ends(consumer, topics))
    finally:
        consumer.close()


def _ends(consumer: Consumer, topics: Iterable[str]) -> dict[tuple[str, int], int]:
    """Topic and partition → the offset that would come next; only of those that hold something."""
    known = consumer.list_topics(timeout=READ_OR_WRITTEN_WITHIN).topics
    found = {}
    for topic in topics:
        for partition in known[topic].partitions if topic in known else ():
            low, high = _watermarks(consumer, TopicPartition(topic, partition))
            if high > low:
                found[topic, partition] = high
    return found


def _watermarks(consumer: Consumer, tp: TopicPartition) -> tuple[int, int]:
    """The first and the next offset; a topic that was made just now may still look for its leader."""
    deadline = time.monotonic() + READ_OR_WRITTEN_WITHIN
    while True:
        try:
            low, high = consumer.get_watermark_offsets(tp, timeout=READ_OR_WRITTEN_WITHIN)
        except KafkaException:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return low, high


def _all(consumer: Consumer, ends: dict[tuple[str, int], int]) -> list[Written]:
    consumer.assign([TopicPartition(topic, partition, OFFSET_BEGINNING) for topic, partition in ends])
    read, missing, deadline = [], dict(ends), time.monotonic() + READ_OR_WRITTEN_WITHIN
    while missing:
        if time.monotonic() > deadline:
            raise TimeoutError(f"not read to the end: {missing}")
        message = consumer.poll(0.2)
        if message is None or message.error():
            continue
        record = _written(message)
        read.append(record)
        where = record.topic, record.partition
        if record.offset + 1 >= missing.get(where, 0):
            missing.pop(where, None)
    return read


def _written(message: Any) -> Written:
    return Written(
        message.topic(),
        message.partition(),
        message.offset(),
        message.key(),
        message.value(),
        tuple(message.headers() or ()),
    )
