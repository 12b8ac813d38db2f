"""How long a loop was held is told by the loop itself, whatever held it, and nobody is woken for that."""

import asyncio
import time
from selectors import DefaultSelector

import pytest

from shared.telemetry import held
from shared.telemetry.held import Loop

HELD = 0.3


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What is told, after every step."""
    monkeypatch.setattr(held, "EVERY", 0.0)
    return []


async def _holds(loop: Loop, told: list[float]) -> None:
    loop.tell_holds(told.append)
    await asyncio.sleep(0)
    time.sleep(HELD)  # noqa: ASYNC251 - that is what a hold is
    await asyncio.sleep(0)
    await asyncio.sleep(0)


def test_what_holds_the_loop_is_told(told: list[float]) -> None:
    loop = Loop()
    loop.run_until_complete(_holds(loop, told))
    loop.close()
    assert max(told) >= HELD


async def _waits(loop: Loop, told: list[float]) -> None:
    loop.tell_holds(told.append)
    for _ in range(3):
        await asyncio.sleep(HELD)


def test_to_wait_is_no_hold(told: list[float]) -> None:
    """Not each of three: any machine is disturbed now and then."""
    loop = Loop()
    loop.run_until_complete(_waits(loop, told))
    loop.close()
    assert sum(each >= HELD for each in told) < 3


async def _is_stopped(loop: Loop, told: list[float]) -> None:
    loop.tell_holds(told.append)
    waiting = asyncio.create_task(asyncio.sleep(HELD))
    await asyncio.sleep(0)
    await waiting
    await asyncio.sleep(0)


def test_a_process_that_gets_no_processor_is_held(told: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    """Its loop waits, and comes back long after it was to."""
    loop = Loop()
    select = DefaultSelector.select

    def late(self: DefaultSelector, timeout: float | None = None) -> object:
        found = select(self, timeout)
        if timeout:
            time.sleep(HELD)
        return found

    monkeypatch.setattr(DefaultSelector, "select", late)
    loop.run_until_complete(_is_stopped(loop, told))
    loop.close()
    assert max(told) >= HELD


def test_a_second_is_told_of_once(told: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(held, "EVERY", 3600.0)
    loop = Loop()
    loop.run_until_complete(_holds(loop, told))
    assert told == []
    monkeypatch.setattr(held, "EVERY", 0.0)
    loop.run_until_complete(asyncio.sleep(0))
    loop.close()
    assert max(told) >= HELD
