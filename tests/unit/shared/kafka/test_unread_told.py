"""What nobody reads is told once it lasts, without a broker: a group may take a while to share out what is new."""

import asyncio
from collections import Counter
from types import SimpleNamespace

import pytest

from shared.kafka import unread
from shared.kafka.unread import Unread
from shared.language.streams import Stream
from shared.loops import Pulse
from shared.telemetry.metrics import Telemetry
from tests.support.apps import settings_for
from tests.support.tokens import ISSUED_BY

ONE, OTHER = Stream.PAIRS, Stream.SESSIONS


class Watched:
    """What is found at which second, and what is told of it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now, self.found, self.waits = 100.0, Counter[Stream](), list[float]()
        self.telemetry, self.pulse = Telemetry("ledger", "test"), Pulse()
        settings = settings_for(ISSUED_BY, kafka_bootstrap_servers="localhost:1")
        self.unread = Unread(settings, "ledger", [ONE, OTHER], self.telemetry, self.pulse)
        monkeypatch.setattr(unread, "time", SimpleNamespace(monotonic=lambda: self.now))
        monkeypatch.setattr(asyncio, "sleep", self._sleep)
        monkeypatch.setattr(unread, "unread", self._look)

    async def _sleep(self, seconds: float) -> None:
        self.waits.append(seconds)

    async def _look(self, *_: object) -> Counter[Stream]:
        return self.found

    async def told(self, at: float, **found: int) -> tuple[dict[Stream, float], str]:
        """Numbers and words at that second, where so many partitions have no reader."""
        self.now, self.found = 100.0 + at, Counter({Stream[name]: number for name, number in found.items()})
        await self.unread.step()
        numbers = {stream: self.telemetry.unread.labels(stream.value)._value.get() for stream in (ONE, OTHER)}
        return {stream: number for stream, number in numbers.items() if number}, self.pulse.delays.get("unread", "")


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> Watched:
    return Watched(monkeypatch)


async def test_half_a_minute_is_tolerated_and_no_more(watched: Watched) -> None:
    assert await watched.told(0, PAIRS=2) == ({}, "")
    assert await watched.told(29.9, PAIRS=2) == ({}, "")
    assert await watched.told(30, PAIRS=2) == ({ONE: 2}, f"nobody reads all of {ONE.value} (2)")
    assert set(watched.waits) == {15}


async def test_of_each_stream_from_when_it_began(watched: Watched) -> None:
    await watched.told(0, PAIRS=1)
    await watched.told(20, PAIRS=1, SESSIONS=3)
    assert (await watched.told(40, PAIRS=1, SESSIONS=3))[0] == {ONE: 1}
    numbers, words = await watched.told(50, PAIRS=1, SESSIONS=3)
    assert (numbers, words) == ({ONE: 1, OTHER: 3}, f"nobody reads all of {ONE.value} (1), {OTHER.value} (3)")


async def test_what_somebody_has_read_meanwhile_begins_anew(watched: Watched) -> None:
    await watched.told(0, PAIRS=1)
    await watched.told(15)
    assert await watched.told(31, PAIRS=1) == ({}, "")


async def test_what_is_read_again_is_told_no_longer(watched: Watched) -> None:
    await watched.told(0, PAIRS=1)
    await watched.told(30, PAIRS=1)
    assert await watched.told(45) == ({}, "")
