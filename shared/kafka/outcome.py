"""What becomes of records that are said, and where those lie that Kafka has confirmed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiokafka.structs import TopicPartition

Row = Mapping[str, Any]
"""``_id``, ``topic``, ``key``, ``value`` and ``headers`` of a record, as the outbox keeps it."""


@dataclass(frozen=True, slots=True)
class Span:
    """Offsets of records that Kafka has confirmed, in one partition."""

    first: int
    last: int


@dataclass
class Outcome:
    """What became of rows. One that is in none of these was not tried to the end; it can be at once."""

    confirmed: list[Row] = field(default_factory=list)
    offsets: dict[str, dict[int, Span]] = field(default_factory=dict)
    """Topic → partition → where those lie."""
    refused: dict[str, str] = field(default_factory=dict)
    """Topic → why it takes nothing at the moment, in words."""
    too_large: list[Row] = field(default_factory=list)
    """Each the first of its key that its topic has no room for."""

    def lie(self, where: TopicPartition, first: int, many: int) -> None:
        """So many more lie there from that offset on; one the broker does not tell, of what it has twice, is none."""
        if first >= 0:
            partitions = self.offsets.setdefault(where.topic, {})
            before = partitions.get(where.partition)
            lowest = min(first, before.first) if before else first
            partitions[where.partition] = Span(lowest, first + many - 1)

    def left_of(self, rows: Sequence[Row]) -> list[Row]:
        """Those that can still be tried, in their order."""
        done = {row["_id"] for row in (*self.confirmed, *self.too_large)}
        stuck = {(row["topic"], row["key"]) for row in self.too_large if row["key"] is not None}
        return [
            row
            for row in rows
            if row["_id"] not in done and row["topic"] not in self.refused and (row["topic"], row["key"]) not in stuck
        ]
