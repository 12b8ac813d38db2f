"""How far a consumer is, under which assignment, and how far behind in time: never less because it started anew."""

import asyncio
import time
from dataclasses import replace
from datetime import datetime

import pytest
from aiokafka import TopicPartition

from shared.kafka.progress import Progress, upcoming
from shared.language.envelope import Record
from shared.language.everybody import ReplayRequested
from shared.language.streams import Stream
from shared.telemetry.metrics import Telemetry
from tests.unit.shared.samples import examples, record, row

ONE, OTHER = TopicPartition("sessions", 0), TopicPartition("sessions", 1)


async def _nobody(*_: object) -> None:
    raise AssertionError("nothing is missing here")


@pytest.fixture
def progress() -> Progress:
    return Progress(Telemetry("ledger", "test"), _nobody)


def written(tp: TopicPartition, offset: int, at: float) -> Record:
    return Record(tp.topic, tp.partition, offset, int(at * 1000), b"key", b"value", ())


def deal_with(progress: Progress, *records: Record) -> dict[TopicPartition, int]:
    """One batch, from its beginning to its end."""
    return progress.dealt_with(progress.in_hand(records))


class Group:
    """What the broker has noted for the group, told by a client that is not hurried."""

    def __init__(self, noted: int | None) -> None:
        self.noted, self.told, self.asked = noted, asyncio.Event(), asyncio.Event()
        self.told.set()

    async def committed(self, _: TopicPartition) -> int | None:
        self.asked.set()
        noted = self.noted
        await self.told.wait()
        return noted


def test_nothing_waits_means_caught_up_now(progress: Progress) -> None:
    before = time.time()
    behind = progress.behind({ONE: 0, OTHER: 0})
    assert (behind.messages, behind.partitions) == (0, 2)
    assert before <= behind.caught_up <= time.time()


def test_a_stream_nobody_here_holds_is_caught_up(progress: Progress) -> None:
    before = time.time()
    assert progress.behind({}).caught_up >= before


def test_before_anything_is_known_it_counts_from_the_first_look(progress: Progress) -> None:
    first = progress.behind({ONE: 3}).caught_up
    assert progress.behind({ONE: 9}).caught_up == first


def test_after_a_pause_the_age_of_what_was_dealt_with_counts(progress: Progress) -> None:
    progress.behind({ONE: 3})
    long_ago = time.time() - 3600
    done = deal_with(progress, written(ONE, 4, long_ago - 60), written(ONE, 5, long_ago))

    assert done == {ONE: 6}
    assert progress.behind({ONE: 1}).caught_up == pytest.approx(long_ago, abs=0.001)


def test_a_quiet_partition_is_as_late_as_the_last_look_at_it(progress: Progress) -> None:
    deal_with(progress, written(ONE, 1, time.time() - 3600))
    quiet = progress.behind({ONE: 0}).caught_up
    assert progress.behind({ONE: 1}).caught_up == quiet


def test_the_partition_furthest_behind_counts(progress: Progress) -> None:
    now = time.time()
    deal_with(progress, written(ONE, 1, now - 60), written(OTHER, 1, now - 600))
    behind = progress.behind({ONE: 2, OTHER: 3})
    assert behind.messages == 5
    assert behind.caught_up == pytest.approx(now - 600, abs=0.001)


def test_starting_anew_is_not_catching_up(progress: Progress) -> None:
    since = progress.behind({ONE: 1}).caught_up
    progress.forget([ONE])
    assert progress.behind({ONE: 1}).caught_up == since


def test_a_clock_that_is_ahead_does_not_hide_what_waits(progress: Progress) -> None:
    deal_with(progress, written(ONE, 1, time.time() + 3600))
    assert progress.behind({ONE: 1}).caught_up <= time.time()


@pytest.mark.parametrize("before", [None, "1970-01-01T00:00:00Z", "9000-12-31T00:00:00Z", "2026-03-02T09:00:00Z", "?"])
async def test_a_replay_can_be_asked_for_whatever_came_before_the_hole(before: str | None) -> None:
    """Nothing, or an event that says it is of another age, as anything may that stands in a topic."""
    asked: list[ReplayRequested] = []

    async def ask(stream: Stream, since: datetime) -> None:
        asked.append(ReplayRequested(request_id="replay-1", wanted=stream, since=since))

    event = record(row(examples()[0]))
    time_said = [(name, before.encode() if before and name == "ce_time" else value) for name, value in event.headers]
    first, behind_the_hole = [replace(event, headers=time_said, offset=offset) for offset in (0, 5)]
    tp = TopicPartition(event.topic, 0)
    progress = Progress(Telemetry("ledger", "test"), ask)
    progress._read[tp] = 0
    batch = progress.in_hand([behind_the_hole] if before is None else [first, behind_the_hole])
    await progress.look_for_holes(batch, None)
    assert [each.wanted for each in asked] == [event.topic]


def holes(progress: Progress) -> float:
    return float(sum(progress._telemetry.holes.labels(tp.topic)._value.get() for tp in (MINE, THEIRS)))


MINE, THEIRS = TopicPartition(Stream.PAIRS.value, 0), TopicPartition(Stream.SESSIONS.value, 0)


class Asked:
    """The replays that were asked for."""

    def __init__(self) -> None:
        self.streams: list[Stream] = []

    async def __call__(self, stream: Stream, _: datetime) -> None:
        self.streams.append(stream)


@pytest.fixture
def asked() -> Asked:
    return Asked()


@pytest.fixture
def careful(asked: Asked) -> Progress:
    return Progress(Telemetry("ledger", "test"), asked)


async def test_what_one_assignment_began_is_nothing_to_the_next(careful: Progress, asked: Asked) -> None:
    """The partition went to another member, who dealt with 90 more, and came back before the batch ended."""
    batch = careful.in_hand([written(THEIRS, 9, 1.0), written(MINE, 9, 1.0)])
    await careful.look_for_holes(batch, Group(9))
    careful.forget([THEIRS])
    careful.forget([THEIRS])

    assert careful.still_ours(batch) == [written(MINE, 9, 1.0)]
    assert careful.dealt_with(batch) == {MINE: 10}
    assert await careful.next(THEIRS, Group(100)) == 100
    await careful.look_for_holes(careful.in_hand([written(THEIRS, 100, 1.0)]), Group(100))
    assert (asked.streams, holes(careful)) == ([], 0)


async def test_a_batch_of_an_earlier_assignment_is_no_hole_in_the_next(careful: Progress, asked: Asked) -> None:
    batch = careful.in_hand([written(THEIRS, 50, 1.0)])
    careful.forget([THEIRS])
    await careful.look_for_holes(batch, Group(10))
    assert (asked.streams, holes(careful)) == ([], 0)
    await careful.look_for_holes(careful.in_hand([written(THEIRS, 10, 1.0)]), Group(10))
    assert (asked.streams, holes(careful)) == ([], 0)


async def test_offsets_that_follow_each_other_are_no_hole_and_one_left_out_is(careful: Progress, asked: Asked) -> None:
    for offsets in ((5, 6), (7,), (8, 9, 10)):
        await careful.look_for_holes(careful.in_hand([written(MINE, each, 1.0) for each in offsets]), Group(5))
    assert (asked.streams, holes(careful)) == ([], 0)
    await careful.look_for_holes(careful.in_hand([written(MINE, 12, 1.0)]), Group(5))
    assert (asked.streams, holes(careful)) == ([Stream.PAIRS], 1)


async def test_an_offset_told_for_an_earlier_assignment_is_not_remembered(careful: Progress) -> None:
    group = Group(10)
    group.told.clear()
    asking = asyncio.create_task(careful.next(THEIRS, group))
    await group.asked.wait()
    careful.forget([THEIRS])
    group.told.set()
    assert await asking == 10
    assert await careful.next(THEIRS, Group(100)) == 100


async def test_what_lies_before_the_log_began_is_asked_for_once(careful: Progress, asked: Asked) -> None:
    """The service was off for longer than events are kept; no event may come for long."""
    for _ in range(3):
        assert await careful.next(THEIRS, Group(10)) == 10
        careful.begins(THEIRS, 60)
        await careful.ask()
        careful.forget([THEIRS])
    await careful.next(THEIRS, Group(10))
    careful.begins(THEIRS, 60)
    await careful.look_for_holes(careful.in_hand([written(THEIRS, 60, 1.0)]), Group(10))
    assert (asked.streams, holes(careful)) == ([Stream.SESSIONS], 1)


@pytest.mark.parametrize("noted", [None, 60, 70])
async def test_a_log_that_begins_where_the_group_is_misses_nothing(
    noted: int | None, careful: Progress, asked: Asked
) -> None:
    await careful.next(THEIRS, Group(noted))
    careful.begins(THEIRS, 60)
    await careful.ask()
    assert (asked.streams, holes(careful)) == ([], 0)


@pytest.mark.parametrize(
    ("noted", "start", "end", "waits"),
    [(0, 0, 0, 0), (3, 0, 9, 6), (9, 0, 9, 0), (0, 70, 70, 0), (10, 60, 70, 10), (5213, 0, 40, 40)],
    ids=["empty", "behind", "caught up", "emptied", "begins later", "begun anew"],
)
def test_what_waits_lies_in_the_log(noted: int, start: int, end: int, waits: int) -> None:
    assert end - upcoming(noted, start, end) == waits
