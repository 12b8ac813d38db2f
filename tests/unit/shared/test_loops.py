"""Work that goes on whatever happens to it, and shows whether it gets anywhere."""

import asyncio
from types import SimpleNamespace

import pytest
from aiokafka.errors import KafkaConnectionError
from hypothesis import given
from hypothesis import strategies as st

from shared import loops
from shared.loops import (
    FIRST_PAUSE,
    LONGEST_PAUSE,
    SILENT,
    Interrupted,
    Pulse,
    for_ever,
    pause,
    within,
)
from shared.telemetry.metrics import Telemetry


@given(attempt=st.integers(1, 10**9))
def test_pauses_grow_to_a_limit(attempt: int) -> None:
    assert FIRST_PAUSE <= pause(attempt) <= pause(attempt + 1) <= LONGEST_PAUSE


def test_the_first_pause_is_short_and_the_longest_is_reached() -> None:
    assert pause(1) == FIRST_PAUSE
    assert pause(2) == 2 * FIRST_PAUSE
    assert pause(10) == LONGEST_PAUSE


class Steps:
    """Fails as told, one step after the other, and ends the loop with the last."""

    def __init__(self, *failures: Exception | None) -> None:
        self.failures = list(failures)
        self.seen: list[dict[str, str]] = []
        self.pulse = Pulse()
        self.telemetry = Telemetry("test", "test")

    async def step(self) -> None:
        self.seen.append(self.pulse.troubles)
        if not self.failures:
            raise asyncio.CancelledError
        failure = self.failures.pop(0)
        if failure is not None:
            raise failure

    async def run(self) -> None:
        with pytest.raises(asyncio.CancelledError):
            await for_ever("outbox", self.step, self.pulse, self.telemetry)

    def counted(self, metric: str) -> float:
        return self.telemetry.registry.get_sample_value(f"telemachus_{metric}_total", {"part": "outbox"}) or 0.0


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long the loop would have slept."""
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr("shared.loops.asyncio.sleep", sleep)
    return slept


async def test_a_failure_is_seen_until_it_is_over(pauses: list[float]) -> None:
    steps = Steps(KafkaConnectionError(), KafkaConnectionError(), None, None)
    await steps.run()

    away = {"outbox": "KafkaConnectionError"}
    assert steps.seen == [{}, away, away, {}, {}]
    assert pauses == [pause(1), pause(2)]
    assert (steps.counted("retries"), steps.counted("failures")) == (2, 0)


async def test_a_defect_is_counted_apart_and_ends_nothing(pauses: list[float]) -> None:
    steps = Steps(ZeroDivisionError(), None, ZeroDivisionError())
    await steps.run()

    assert pauses == [pause(1), pause(1)]
    assert (steps.counted("retries"), steps.counted("failures")) == (0, 2)


def test_silence_is_told_of_parts_that_have_once_moved(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("shared.loops.time.monotonic", lambda: now[0])
    pulse = Pulse()
    pulse.beat("outbox")
    now[0] += 30
    pulse.beat("due")
    now[0] += 31

    assert pulse.silent({"outbox": 60, "due": 60, "parked": 60}) == ["outbox"]


async def _stopped_in_the_middle() -> None:
    part = asyncio.create_task(asyncio.Event().wait())
    part.cancel()
    await part


async def test_the_end_of_somebody_elses_task_is_not_taken_for_our_own() -> None:
    with pytest.raises(Interrupted):
        await within(60, _stopped_in_the_middle())


async def test_whoever_is_ended_ends() -> None:
    waiting = asyncio.create_task(within(60, asyncio.sleep(60)))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


def test_what_waits_is_told_once_for_each_reason_and_forgotten_when_it_waits_no_longer(
    caplog: pytest.LogCaptureFixture,
) -> None:
    pulse = Pulse()
    for why in ("no room", "no room", "no right", None, None, "no room"):
        pulse.delay("outbox", why)
        assert pulse.delays == ({"outbox": why} if why else {})
    assert len(caplog.records) == 3
    assert pulse.troubles == {}


def test_pauses_are_between_a_fifth_of_a_second_and_five() -> None:
    assert [pause(attempt) for attempt in (1, 2, 3, 4, 5, 6, 100)] == [0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]


MINUTES = {"outbox": 1, "sweep": 120, "replays": 1, "streams": 2, "parked": 1, "holes": 1}
MINUTES |= {"watchdog": 2, "unread": 2, "certificates": 120}


def test_a_part_may_be_silent_for_so_many_minutes_and_then_its_process_counts_as_hung(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The inbox may for ever: the watchdog looks after it."""
    moment, pulse = [1000.0], Pulse()
    monkeypatch.setattr(loops, "time", SimpleNamespace(monotonic=lambda: moment[0]))
    for part in (*MINUTES, "inbox"):
        pulse.beat(part)
    for minutes in sorted(set(MINUTES.values())):
        hung = {part for part, allowed in MINUTES.items() if allowed < minutes}
        moment[0] = 1000.0 + 60 * minutes
        assert set(pulse.silent(SILENT)) == hung
        moment[0] += 0.1
        assert set(pulse.silent(SILENT)) == {part for part, allowed in MINUTES.items() if allowed <= minutes}
    assert SILENT.keys() == {*MINUTES, "inbox"}
