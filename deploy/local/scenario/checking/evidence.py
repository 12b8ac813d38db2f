"""Reads what is really there, topics and databases, with plain clients and none of the product's own code."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, Message, TopicPartition
from pymongo import MongoClient

Document = Mapping[str, Any]
TOPICS = "telemachus."
DEADLINE = 120.0


@dataclass(frozen=True, slots=True)
class Said:
    """What was said in a topic, or is to be: exactly these bytes."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]

    def header(self, name: str) -> str:
        """The text of that header, or nothing."""
        return (dict(self.headers).get(name) or b"").decode("utf-8", "replace")

    @property
    def dead(self) -> bool:
        """Whether it lies among the dead letters."""
        return self.topic.endswith(".dead-letters")


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """Everything the invariants are judged by. Documents are as MongoDB holds them."""

    records: Sequence[Said] = ()
    """Of all topics; the same one twice if it was published twice."""
    outboxes: Mapping[str, Sequence[Document]] = field(default_factory=dict)
    """Service → rows."""
    inboxes: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Service → stream/subject → version dealt with."""
    parked: Mapping[str, Sequence[Document]] = field(default_factory=dict)
    hears: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Service → streams, from its handlers."""
    members: Sequence[Document] = ()
    """Matching's picture of the participants."""
    pairs: Sequence[Document] = ()
    sessions: Sequence[Document] = ()
    participants: Sequence[Document] = ()
    """Of sessions."""
    momentum: Sequence[Document] = ()
    """Feedback's pairs with their meetings."""
    letters: Sequence[Document] | None = None
    """Registration's; None where nobody is written to."""


def gather_evidence(
    bootstrap_servers: str,
    mongodb_url: str,
    hears: Mapping[str, frozenset[str]],
    prefix: str = "telemachus",
    *,
    with_letters: bool = False,
) -> Evidence:
    """Read everything; ``hears`` names all services, ``with_letters`` says whether there is a mail server.

    Raises TimeoutError when a topic cannot be read to its end.
    """
    records = list(read_topics(bootstrap_servers))
    with MongoClient[dict[str, Any]](mongodb_url, tz_aware=True) as client:
        found = {service: client[f"{prefix}_{service}"] for service in hears}
        return Evidence(
            records=records,
            outboxes={service: list(database["outbox"].find()) for service, database in found.items()},
            inboxes={
                service: {row["_id"]: row["version"] for row in database["inbox"].find()}
                for service, database in found.items()
            },
            parked={service: list(database["parked"].find()) for service, database in found.items()},
            hears=hears,
            members=list(found["matching"]["members"].find()),
            pairs=list(found["matching"]["pairs"].find()),
            sessions=list(found["sessions"]["sessions"].find()),
            participants=list(found["sessions"]["participants"].find()),
            momentum=list(found["feedback"]["momentum"].find()),
            letters=list(found["registration"]["letters"].find()) if with_letters else None,
        )


def read_topics(bootstrap_servers: str) -> Iterator[Said]:
    """Every record of every topic of ours, from the earliest to the end as it is when that is reached."""
    settings: dict[str, Any] = {
        "bootstrap.servers": bootstrap_servers,
        "group.id": f"invariants-{uuid4()}",
        "enable.auto.commit": False,
        "enable.partition.eof": True,
    }
    with closing(Consumer(settings)) as consumer:
        partitions = _partitions(consumer)
        consumer.assign(partitions)
        left = {(p.topic, p.partition) for p in partitions}
        deadline = time.monotonic() + DEADLINE
        while left:
            for message in consumer.consume(1000, timeout=0.5):
                said = _said(message, left)
                if said is not None:
                    yield said
            if time.monotonic() > deadline:
                raise TimeoutError(f"{len(left)} partitions could not be read to their end in {DEADLINE:.0f} s")


def _partitions(consumer: Consumer) -> list[TopicPartition]:
    topics = consumer.list_topics(timeout=30).topics
    return [
        TopicPartition(name, partition, OFFSET_BEGINNING)
        for name, topic in topics.items()
        if name.startswith(TOPICS)
        for partition in topic.partitions
    ]


def _said(message: Message, left: set[tuple[str, int]]) -> Said | None:
    """The record; None at a partition's end, which is then left no more."""
    topic, partition, error = message.topic(), message.partition(), message.error()
    if error is not None:
        if error.code() != KafkaError._PARTITION_EOF:
            raise KafkaException(error)
        left.discard((str(topic), int(partition or 0)))
        return None
    headers: Any = message.headers() or ()
    return Said(str(topic), message.key(), message.value(), tuple(headers))
