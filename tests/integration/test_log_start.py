"""Logs that begin later than the group is, and topics that begin anew: what waits is told as it is."""

import asyncio

import pytest
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient

from shared.kafka.lag import group_lag
from shared.language.topics import TOPICS
from tests.support.backends import Kafka
from tests.support.members import STREAM, Member, member, say
from tests.support.serving import until

DONE_WITHIN = 30.0
PARTITIONS = next(topic.partitions for topic in TOPICS if topic.name == STREAM)


def empty(kafka: Kafka) -> None:
    """As retention does, to the end of every partition."""
    everything = [TopicPartition(STREAM, partition, -1) for partition in range(PARTITIONS)]
    with AdminClient({"bootstrap.servers": kafka.bootstrap_servers}) as admin:
        for answer in admin.delete_records(everything).values():
            answer.result(DONE_WITHIN)


async def waits(one: Member) -> tuple[int, int]:
    """What waits: as the member tells it, and as the group is asked."""
    told, asked = await one.bus.lag(), await group_lag(one.settings, "ledger", [STREAM])
    return told[STREAM], asked[STREAM].messages


@pytest.mark.real
async def test_nothing_waits_in_what_was_emptied_before_anybody_read_it(fresh_kafka: Kafka) -> None:
    await say(fresh_kafka, 100)
    await asyncio.to_thread(empty, fresh_kafka)
    async with member(fresh_kafka) as one:
        assert await waits(one) == (0, 0)
        await one.bus.ask_for_missing()
        assert (one.holes, one.wishes) == (0, 0)


@pytest.mark.real
async def test_what_was_emptied_while_nobody_read_is_asked_for_at_once_and_once(fresh_kafka: Kafka) -> None:
    async with member(fresh_kafka) as one:
        await say(fresh_kafka, 100)

        async def all_noted() -> bool:
            return sum((await one.committed()).values()) == 100

        await until(all_noted)
    await say(fresh_kafka, 100)
    await asyncio.to_thread(empty, fresh_kafka)
    async with member(fresh_kafka) as one:
        assert await waits(one) == (0, 0)
        await one.bus.ask_for_missing()
        told = one.holes
        assert (told > 0, one.wishes) == (True, 1)
        await say(fresh_kafka, 100)

        async def all_taken() -> bool:
            return sum(one.taken.values()) == 100

        await until(all_taken)
        assert one.holes == told


@pytest.mark.real
async def test_a_topic_that_begins_anew_is_read_from_its_beginning(fresh_kafka: Kafka) -> None:
    async with member(fresh_kafka) as one:
        await say(fresh_kafka, 200)

        async def all_of(count: int) -> bool:
            return sum(one.taken.values()) == count

        await until(lambda: all_of(200))
        await asyncio.to_thread(fresh_kafka.empty)
        await say(fresh_kafka, 20)
        await until(lambda: all_of(220))

        async def told_as_it_is() -> bool:
            return await waits(one) == (0, 0) and sum((await one.committed()).values()) == 20

        await until(told_as_it_is)
