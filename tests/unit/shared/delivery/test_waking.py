"""When a loop looks again: at once at first, when the first falls due, or when somebody stores what does so sooner."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from shared.delivery.waking import Waking
from shared.domain.clock import SystemClock

PATIENCE = 20.0
LONG = 3600.0


def later(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


async def woke(waking: Waking) -> None:
    async with asyncio.timeout(PATIENCE):
        await waking.sleep(SystemClock())


async def test_nothing_is_known_at_first_so_nobody_sleeps() -> None:
    await woke(Waking())


@pytest.mark.parametrize(("first", "at_most"), [(-1.0, LONG), (LONG, -1.0), (0.05, LONG), (LONG, 0.05)])
async def test_whichever_comes_first_ends_the_sleep_and_is_forgotten(first: float, at_most: float) -> None:
    waking = Waking()
    waking.until(later(first), at_most)
    await woke(waking)
    await woke(waking)


async def _sleeping(waking: Waking) -> "asyncio.Task[None]":
    asleep = asyncio.create_task(waking.sleep(SystemClock()))
    for _ in range(5):
        await asyncio.sleep(0)
    assert not asleep.done()
    return asleep


@pytest.mark.parametrize("first", [None, LONG])
async def test_what_is_stored_here_and_falls_due_sooner_wakes_it(first: float | None) -> None:
    waking = Waking()
    waking.until(None if first is None else later(first), LONG)
    asleep = await _sleeping(waking)
    waking.stored(later(-1))
    await asyncio.wait_for(asleep, PATIENCE)


async def test_what_falls_due_later_does_not() -> None:
    waking = Waking()
    waking.until(later(LONG), LONG)
    asleep = await _sleeping(waking)
    waking.stored(later(2 * LONG))
    waking.until(later(2 * LONG), LONG)
    for _ in range(5):
        await asyncio.sleep(0)
    assert not asleep.done()
    asleep.cancel()
