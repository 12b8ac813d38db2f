"""Partitions that go to another member and come back while a batch is in hand, on a consumer group that is real."""

import asyncio
from collections.abc import Sequence

import pytest

from shared.kafka.progress import InHand
from shared.language.envelope import Record
from tests.support.backends import Kafka
from tests.support.members import STREAM, Offsets, member, say
from tests.support.serving import until


@pytest.mark.real
async def test_a_batch_that_outlived_its_assignment_sets_nobody_back(fresh_kafka: Kafka) -> None:
    said = 0

    async def all_noted() -> bool:
        return sum((await first.committed()).values()) == said

    await say(fresh_kafka, 200)
    said += 200
    async with member(fresh_kafka, held_up=True) as first:
        await until(first.holds_a_batch)
        async with member(fresh_kafka) as second:
            await say(fresh_kafka, 200)
            said += 200

            async def second_is_done() -> bool:
                lags = await second.bus.lag()
                return second.bus.assigned and sum(second.taken.values()) > 0 and not sum(lags.values())

            await until(second_is_done)
            ahead = await second.committed()
        assert [tp for tp, records in first.in_hand.items() if ahead.get(tp, 0) > records], "nobody was overtaken"

        async def all_came_back() -> bool:
            return len(first.bus._consumer.assignment()) == 12 and first.bus.held[STREAM] == 12

        await until(all_came_back)
        first.gate.set()
        noted: list[Offsets] = []

        async def to_the_end() -> bool:
            noted.append(await first.committed())
            return await all_noted()

        await until(to_the_end)
        await say(fresh_kafka, 50)
        said += 50
        await until(to_the_end)

    set_back = [(tp, before, now[tp]) for now in noted for tp, before in ahead.items() if now.get(tp, 0) < before]
    assert set_back == []
    assert (first.holes, second.holes, first.wishes, second.wishes) == (0, 0, 0, 0)


@pytest.mark.real
async def test_a_batch_that_fails_is_given_up_with_its_partitions(
    fresh_kafka: Kafka, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another member may have no trouble with it, and this one must say that its own is over."""

    async def fails(_: Sequence[Record]) -> None:
        raise TimeoutError

    async with member(fresh_kafka) as first:
        monkeypatch.setattr(first, "take", fails)
        await say(fresh_kafka, 50)

        async def in_trouble() -> bool:
            return "inbox" in first.pulse.troubles

        await until(in_trouble)
        async with member(fresh_kafka) as second:
            monkeypatch.undo()

            async def both_done() -> bool:
                return sum((await second.committed()).values()) == 50

            await until(both_done)
            assert first.pulse.troubles == {}
            assert (first.holes, first.wishes) == (0, 0)


async def test_nothing_happens_between_reading_a_batch_and_beginning_it(
    fresh_kafka: Kafka, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise an assignment could end in between, and the batch would count to the next one."""
    others: list[str] = []
    had_their_turn: list[list[str]] = []
    async with member(fresh_kafka) as one:
        client, progress = one.bus._consumer, one.bus._progress
        read, begin = client.getmany, progress.in_hand

        async def reading(**how: int) -> object:
            found = await read(**how)
            others.clear()
            asyncio.get_running_loop().call_soon(others.append, "somebody")
            return found

        def beginning(records: Sequence[Record]) -> InHand:
            had_their_turn.append(list(others))
            return begin(records)

        monkeypatch.setattr(client, "getmany", reading)
        monkeypatch.setattr(progress, "in_hand", beginning)

        async def begun() -> bool:
            await say(fresh_kafka, 5)
            return len(had_their_turn) > 1

        await until(begun)
    assert had_their_turn[1:] == [[]] * len(had_their_turn[1:])
