"""How far behind a consumer is in time: since when something waits, and never less because it started anew."""

import time

import pytest
from aiokafka import TopicPartition

from shared.kafka.progress import Progress
from shared.language.envelope import Record
from shared.telemetry.metrics import Telemetry

ONE, OTHER = TopicPartition("sessions", 0), TopicPartition("sessions", 1)


async def _nobody(*_: object) -> None:
    raise AssertionError("nothing is missing here")


@pytest.fixture
def progress() -> Progress:
    return Progress(Telemetry("ledger", "test"), _nobody)


def written(tp: TopicPartition, offset: int, at: float) -> Record:
    return Record(tp.topic, tp.partition, offset, int(at * 1000), b"key", b"value", ())


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
    done = progress.dealt_with([written(ONE, 4, long_ago - 60), written(ONE, 5, long_ago)])

    assert done == {ONE: 6}
    assert progress.behind({ONE: 1}).caught_up == pytest.approx(long_ago, abs=0.001)


def test_a_quiet_partition_is_as_late_as_the_last_look_at_it(progress: Progress) -> None:
    progress.dealt_with([written(ONE, 1, time.time() - 3600)])
    quiet = progress.behind({ONE: 0}).caught_up
    assert progress.behind({ONE: 1}).caught_up == quiet


def test_the_partition_furthest_behind_counts(progress: Progress) -> None:
    now = time.time()
    progress.dealt_with([written(ONE, 1, now - 60), written(OTHER, 1, now - 600)])
    behind = progress.behind({ONE: 2, OTHER: 3})
    assert behind.messages == 5
    assert behind.caught_up == pytest.approx(now - 600, abs=0.001)


def test_starting_anew_is_not_catching_up(progress: Progress) -> None:
    since = progress.behind({ONE: 1}).caught_up
    progress.forget([ONE])
    assert progress.behind({ONE: 1}).caught_up == since


def test_a_clock_that_is_ahead_does_not_hide_what_waits(progress: Progress) -> None:
    progress.dealt_with([written(ONE, 1, time.time() + 3600)])
    assert progress.behind({ONE: 1}).caught_up <= time.time()
