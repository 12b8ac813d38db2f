"""Members of a real consumer group, one at a time held up in the middle of a batch."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

from aiokafka import TopicPartition

from shared.kafka.connection import group_of, make_admin
from shared.kafka.consumer import Bus
from shared.language.envelope import Record
from shared.language.streams import Stream
from shared.loops import Pulse
from shared.telemetry.metrics import Telemetry
from tests.support.apps import new_issuer, settings_for
from tests.support.backends import Kafka
from tests.support.reading import Headers, write

STREAM = Stream.SESSIONS
Offsets = dict[TopicPartition, int]


class Member:
    """One member of the group; what it takes is held up while its gate is closed."""

    def __init__(self, kafka: Kafka) -> None:
        self.settings = settings_for(new_issuer(), kafka_bootstrap_servers=kafka.bootstrap_servers)
        self.gate, self.wishes = asyncio.Event(), 0
        self.in_hand, self.taken = Counter[TopicPartition](), Counter[TopicPartition]()
        self.pulse, self.telemetry = Pulse(), Telemetry("ledger", "test")
        self.bus = Bus(self.settings, "ledger", [STREAM], self, self.telemetry, self.pulse, self._wish)

    async def take(self, records: Sequence[Record]) -> None:
        """As an inbox does."""
        self.in_hand = Counter(TopicPartition(record.topic, record.partition) for record in records)
        await self.gate.wait()
        self.taken += self.in_hand

    async def holds_a_batch(self) -> bool:
        """Whether there is one in hand, or was."""
        return bool(self.in_hand)

    async def _wish(self, *_: Stream | datetime) -> None:
        self.wishes += 1

    @property
    def holes(self) -> float:
        return float(self.telemetry.holes.labels(STREAM)._value.get())

    async def committed(self) -> Offsets:
        """What the group has noted, asked with a client of its own."""
        admin = make_admin(self.settings, "test")
        await admin.start()
        try:
            noted = await admin.list_consumer_group_offsets(group_of("ledger"))
        finally:
            await admin.close()
        return {tp: told.offset for tp, told in noted.items()}


@asynccontextmanager
async def member(kafka: Kafka, held_up: bool = False) -> AsyncIterator[Member]:
    """In the group, until the end of the block."""
    one = Member(kafka)
    if not held_up:
        one.gate.set()
    await one.bus.start()
    try:
        yield one
    finally:
        one.gate.set()
        await one.bus.stop()


async def say(kafka: Kafka, count: int) -> None:
    """Events of many subjects, so that every partition gets some."""
    records: list[tuple[str, bytes, bytes, Headers]] = [
        (STREAM.value, f"s{n}".encode(), b"{}", []) for n in range(count)
    ]
    await asyncio.to_thread(write, kafka.bootstrap_servers, records)
