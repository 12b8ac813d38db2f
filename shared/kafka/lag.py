"""How far a whole consumer group is behind, whichever of its members is asked.

What the broker has noted for the group is compared with the ends of the partitions, and the oldest event that waits
is looked at for its time. The group itself is not disturbed: this uses clients of its own, without a group.
"""

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from shared.kafka.connection import group_of, make_admin, make_reader
from shared.kafka.progress import upcoming
from shared.language.streams import Stream
from shared.settings import Settings

LAG_TOLD_WITHIN = 15.0
"""Seconds for all the answers: a client whose broker is away may wait for ever."""
LOOK = 3.0
"""Seconds for the oldest waiting events to arrive; one that does not is counted without its age."""

Offsets = Mapping[TopicPartition, int]


@dataclass(frozen=True)
class Waiting:
    """What waits in one stream: how many events, and for how many seconds the oldest of them."""

    messages: int
    seconds: float


async def group_lag(settings: Settings, service: str, streams: Sequence[Stream]) -> dict[Stream, Waiting]:
    """What waits for the group of a service; raises KafkaError or TimeoutError when the broker does not answer."""
    return await asyncio.wait_for(_group_lag(settings, service, streams), LAG_TOLD_WITHIN)


async def _group_lag(settings: Settings, service: str, streams: Sequence[Stream]) -> dict[Stream, Waiting]:
    admin, reader = make_admin(settings, service), make_reader(settings, service, most=1)
    try:
        await admin.start()
        await reader.start()
        noted = await _noted(admin, group_of(service), streams)
        starts: Offsets = await reader.beginning_offsets(list(noted)) if noted else {}
        ends: Offsets = await reader.end_offsets(list(noted)) if noted else {}
        next_ones = {tp: upcoming(noted[tp], starts[tp], end) for tp, end in ends.items()}
        behind = {tp: next_ones[tp] for tp, end in ends.items() if end > next_ones[tp]}
        ages = await _ages(reader, behind)
    finally:
        await reader.stop()
        await admin.close()
    return {stream: _waiting(stream, behind, ends, ages) for stream in streams}


async def _noted(admin: AIOKafkaAdminClient, group: str, streams: Iterable[Stream]) -> dict[TopicPartition, int]:
    """Partition → the offset the group has noted; 0 where it has noted none."""
    partitions = await partitions_of(admin, streams)
    noted = await admin.list_consumer_group_offsets(group, partitions=partitions) if partitions else {}
    return {tp: max(0, noted[tp].offset) if tp in noted else 0 for tp in partitions}


async def all_partitions(settings: Settings, service: str, streams: Iterable[Stream]) -> list[TopicPartition]:
    """All partitions of these streams, asked of the broker with a client of its own."""
    admin = make_admin(settings, service)
    try:
        await admin.start()
        return await partitions_of(admin, streams)
    finally:
        await admin.close()


async def partitions_of(admin: AIOKafkaAdminClient, streams: Iterable[Stream]) -> list[TopicPartition]:
    """All partitions of these streams."""
    topics = await admin.describe_topics([stream.value for stream in streams])
    return [TopicPartition(topic["topic"], each["partition"]) for topic in topics for each in topic["partitions"]]


async def _ages(reader: AIOKafkaConsumer, behind: Offsets) -> dict[TopicPartition, float]:
    """Partition → seconds since the oldest event that waits in it was written."""
    if not behind:
        return {}
    reader.assign(list(behind))
    for tp, offset in behind.items():
        reader.seek(tp, offset)
    ages: dict[TopicPartition, float] = {}
    deadline = time.monotonic() + LOOK
    while len(ages) < len(behind) and time.monotonic() < deadline:
        for tp, records in (await reader.getmany(timeout_ms=200, max_records=len(behind))).items():
            ages[tp] = max(0.0, time.time() - records[0].timestamp / 1000)
            reader.pause(tp)
    return ages


def _waiting(stream: Stream, behind: Offsets, ends: Offsets, ages: Mapping[TopicPartition, float]) -> Waiting:
    mine = [tp for tp in behind if tp.topic == stream.value]
    return Waiting(
        messages=sum(ends[tp] - behind[tp] for tp in mine),
        seconds=round(max((ages.get(tp, 0.0) for tp in mine), default=0.0), 3),
    )
