"""What a consumer looks at when it is asked how far behind it is: where the log begins, too."""

from collections.abc import Sequence
from datetime import datetime

import pytest
from aiokafka import TopicPartition

from shared.kafka.consumer import Bus
from shared.kafka.progress import NoAnswer
from shared.language.envelope import Record
from shared.language.streams import Stream
from shared.loops import Pulse
from shared.telemetry.metrics import Telemetry
from tests.support.apps import settings_for
from tests.support.tokens import ISSUED_BY

TP = TopicPartition(Stream.SESSIONS.value, 0)


class Client:
    """As aiokafka's: one partition, what the group has noted of it, and where its log begins and ends."""

    def __init__(self, noted: int | None, start: int, end: int) -> None:
        self.noted, self.start, self.end = noted, start, end

    def assignment(self) -> set[TopicPartition]:
        return {TP}

    async def committed(self, _: TopicPartition) -> int | None:
        return self.noted

    async def beginning_offsets(self, partitions: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        return dict.fromkeys(partitions, self.start)

    async def end_offsets(self, partitions: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
        return dict.fromkeys(partitions, self.end)


class Asked:
    """A consumer with that client, and what it asked to be said again."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, client: Client) -> None:
        self.replays: list[Stream] = []
        settings = settings_for(ISSUED_BY, kafka_bootstrap_servers="localhost:1")
        self.telemetry = Telemetry("ledger", "test")
        streams = (Stream.SESSIONS, Stream.PAIRS)
        self.bus = Bus(settings, "ledger", streams, self, self.telemetry, Pulse(), self._ask)
        monkeypatch.setattr(type(self.bus._subscriber), "consumer", client)
        monkeypatch.setattr(self.bus._subscriber, "running", True)

    async def take(self, records: Sequence[Record]) -> None:
        raise AssertionError(records)

    async def _ask(self, stream: Stream, _: datetime) -> None:
        self.replays.append(stream)

    async def missed(self) -> tuple[int, list[Stream]]:
        """How many wait, and what is asked for once that was looked at."""
        lag = await self.bus.lag()
        await self.bus._progress.ask()
        return lag[Stream.SESSIONS.value], self.replays


@pytest.mark.parametrize(
    ("client", "waits", "replays"),
    [
        (Client(noted=5, start=5, end=8), 3, []),
        (Client(noted=5, start=6, end=8), 2, [Stream.SESSIONS]),
        (Client(noted=None, start=6, end=8), 2, []),
        (Client(noted=8, start=0, end=8), 0, []),
        (Client(noted=9, start=0, end=8), 8, []),
    ],
    ids=["all there", "one is gone", "never read", "nothing waits", "begun anew"],
)
async def test_what_is_gone_before_it_was_read_is_asked_for_at_once(
    monkeypatch: pytest.MonkeyPatch, client: Client, waits: int, replays: list[Stream]
) -> None:
    """It may be long until the next record shows it by its offset."""
    assert await Asked(monkeypatch, client).missed() == (waits, replays)


async def test_a_stream_nobody_here_holds_has_nothing_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Asked(monkeypatch, Client(noted=5, start=5, end=8))
    assert await asked.bus.lag() == {Stream.SESSIONS.value: 3, Stream.PAIRS.value: 0}
    assert asked.bus.held == {TP.topic: 1}


async def test_a_consumer_that_does_not_run_tells_so(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Asked(monkeypatch, Client(noted=5, start=5, end=8))
    monkeypatch.setattr(asked.bus._subscriber, "running", False)
    with pytest.raises(NoAnswer):
        await asked.bus.lag()
