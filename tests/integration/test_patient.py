"""How the consumer waits: longer than any test, and yet nothing is later for it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiokafka.protocol.fetch import FetchRequest

from shared.kafka import patient
from shared.kafka.patient import SHORT_WAIT, Patient
from tests.support.backends import BuiltInKafka, Kafka
from tests.support.members import STREAM, say
from tests.support.reading import write
from tests.support.serving import until

FOR_EVER = 600_000
"""Milliseconds: longer than a test looks for anything."""


class Reader:
    """A consumer in a group, and what it has asked the broker for."""

    def __init__(self, bootstrap_servers: str) -> None:
        self.consumer = Patient(
            STREAM.value,
            bootstrap_servers=bootstrap_servers,
            group_id="patient",
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            request_timeout_ms=2 * FOR_EVER,
        )
        self.asked: list[tuple[int, int]] = []
        """Of each question for events, of how many partitions it was and how long it may wait."""
        self.taken: list[bytes] = []
        """Keys of the events."""
        self._ask = self.consumer._ask
        self.consumer._ask = self._noted

    async def _noted(self, node_id: int, request: Any, **named: Any) -> Any:
        if isinstance(request, FetchRequest):
            self.asked.append((sum(len(each) for _, each in request.topics), request._max_wait_ms))
        return await self._ask(node_id, request, **named)

    async def take(self) -> None:
        """All there is, as it comes."""
        while True:
            for records in (await self.consumer.getmany()).values():
                self.taken += [record.key for record in records]

    @property
    def held(self) -> int:
        return len(self.consumer.assignment())

    async def waits(self) -> bool:
        """Whether the broker keeps a question of all its partitions."""
        return (self.held, FOR_EVER) in self.asked[-1:]


@asynccontextmanager
async def reading(bootstrap_servers: str) -> AsyncIterator[Reader]:
    reader = Reader(bootstrap_servers)
    await reader.consumer.start()
    try:
        yield reader
    finally:
        await reader.consumer.stop()


@asynccontextmanager
async def taking(kafka: Kafka) -> AsyncIterator[Reader]:
    """A reader that takes what comes."""
    async with reading(kafka.bootstrap_servers) as reader:
        work = asyncio.create_task(reader.take())
        try:
            yield reader
        finally:
            work.cancel()


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patient, "WAIT", FOR_EVER)
    monkeypatch.setattr(patient, "LOOK", FOR_EVER)


@pytest.mark.real
async def test_events_come_at_once_and_other_questions_are_answered_meanwhile(fresh_kafka: Kafka) -> None:
    async with taking(fresh_kafka) as reader:
        await until(reader.waits)
        ends = await asyncio.wait_for(reader.consumer.end_offsets(list(reader.consumer.assignment())), 60)
        assert sum(ends.values()) == 0
        assert await reader.waits(), "the question for events was over"
        for said in (20, 40):
            await say(fresh_kafka, 20)
            await until(lambda said=said: _equal(len(reader.taken), said))  # type: ignore[misc]
        await until(reader.waits)


async def _equal(this: int, that: int) -> bool:
    return this == that


@pytest.mark.real
async def test_partitions_that_move_are_read_at_once_by_whoever_has_them_then(fresh_kafka: Kafka) -> None:
    async with taking(fresh_kafka) as first:
        await until(first.waits)
        async with taking(fresh_kafka) as second:

            async def shared_out() -> bool:
                return first.held == second.held == 6 and await first.waits() and await second.waits()

            await until(shared_out)
            await say(fresh_kafka, 100)

            await until(lambda: _equal(len(first.taken) + len(second.taken), 100))
            assert first.taken, "both were to have some"
            moves = second.taken[0]

        async def alone() -> bool:
            return first.held == 12 and await first.waits()

        await until(alone)
        await asyncio.to_thread(write, fresh_kafka.bootstrap_servers, [(STREAM.value, moves, b"{}", [])])

        async def came() -> bool:
            return first.taken[-1] == moves

        await until(came)


@pytest.mark.real
async def test_what_leaves_partitions_out_is_not_asked_for_long(fresh_kafka: Kafka) -> None:
    """Those of which events lie here are asked for only after that question: their next ones must not be late."""
    for _ in range(3):
        await say(fresh_kafka, 1)
    async with reading(fresh_kafka.bootstrap_servers) as reader:

        async def left_out() -> bool:
            return any(partitions < reader.held for partitions, _ in reader.asked)

        await reader.consumer.getmany(max_records=1)
        await until(left_out)
        work = asyncio.create_task(reader.take())
        await until(reader.waits)
        work.cancel()
    assert {wait for partitions, wait in reader.asked if partitions < 12} == {SHORT_WAIT}


async def test_a_broker_that_keeps_questions_to_their_end_is_not_asked_for_long() -> None:
    with BuiltInKafka() as kafka:
        await say(Kafka("built in", False, kafka), 20)
        async with reading(kafka.bootstrap_servers) as reader:
            work = asyncio.create_task(reader.take())
            await until(lambda: _equal(len(reader.taken), 20))
            await say(Kafka("built in", False, kafka), 20)
            await until(lambda: _equal(len(reader.taken), 40))
            work.cancel()
    assert {wait for _, wait in reader.asked} == {SHORT_WAIT}
