"""Streams that nobody in the group reads are told, and a group that only shares them out anew is not."""

import asyncio

import pytest
from confluent_kafka.admin import AdminClient, NewPartitions  # type: ignore[attr-defined] # it is there

from shared.kafka import unread
from shared.language.streams import Stream
from tests.support.backends import BuiltInKafka, Kafka
from tests.support.members import STREAM, Member, member, say
from tests.support.serving import until

DONE_WITHIN = 30.0
NOBODYS = Stream.FEEDBACK


def watch(one: Member, monkeypatch: pytest.MonkeyPatch) -> unread.Unread:
    """It looks after the member's group, without patience."""
    monkeypatch.setattr(unread, "LOOK", 0.1)
    monkeypatch.setattr(unread, "TOLERATED", 0.5)
    return unread.Unread(one.settings, "ledger", [STREAM], one.telemetry, one.pulse)


def told(one: Member) -> float:
    return float(one.telemetry.unread.labels(STREAM)._value.get())


def add_partitions(kafka: Kafka, total: int) -> None:
    with AdminClient({"bootstrap.servers": kafka.bootstrap_servers}) as admin:
        for answer in admin.create_partitions([NewPartitions(STREAM, total)]).values():
            answer.result(DONE_WITHIN)


def delete(kafka: Kafka) -> None:
    with AdminClient({"bootstrap.servers": kafka.bootstrap_servers}) as admin:
        for answer in admin.delete_topics([STREAM.value], operation_timeout=DONE_WITHIN).values():
            answer.result(DONE_WITHIN)


@pytest.mark.real
async def test_a_group_that_reads_everything_has_nothing_to_tell(fresh_kafka: Kafka) -> None:
    async with member(fresh_kafka) as one:
        assert await unread.unread(one.settings, "ledger", [STREAM]) == {}
        assert await unread.unread(one.settings, "ledger", [STREAM, NOBODYS]) == {NOBODYS: 12}
    assert await unread.unread(one.settings, "ledger", [STREAM]) == {STREAM: 12}


@pytest.mark.real
async def test_partitions_that_are_new_are_told_until_somebody_reads_them(
    fresh_kafka: Kafka, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with member(fresh_kafka) as one:
        watched = watch(one, monkeypatch)
        await watched.step()
        assert (told(one), one.pulse.delays) == (0, {})
        await asyncio.to_thread(add_partitions, fresh_kafka, 16)

        async def are_told() -> bool:
            await watched.step()
            return told(one) == 4

        await until(are_told)
        assert one.pulse.delays == {"unread": f"nobody reads all of {STREAM.value} (4)"}

        async def are_read() -> bool:
            await watched.step()
            return not told(one) and one.bus.held[STREAM] == 16

        await until(are_read)
        assert one.pulse.delays == {}


@pytest.mark.real
async def test_a_topic_that_is_gone_is_told_until_it_is_there_again(
    fresh_kafka: Kafka, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with member(fresh_kafka) as one:
        watched = watch(one, monkeypatch)
        await asyncio.to_thread(delete, fresh_kafka)

        async def is_told() -> bool:
            await watched.step()
            return told(one) == 1

        await until(is_told)
        await asyncio.to_thread(fresh_kafka.empty)

        async def is_read() -> bool:
            await watched.step()
            return not told(one)

        await until(is_read)
        await say(fresh_kafka, 10)

        async def all_taken() -> bool:
            return sum(one.taken.values()) == 10

        await until(all_taken)


async def test_a_broker_that_knows_no_groups_by_name_is_no_obstacle() -> None:
    with BuiltInKafka() as server:
        async with member(Kafka("built in", False, server)) as one:
            assert await unread.unread(one.settings, "ledger", [STREAM]) is None
