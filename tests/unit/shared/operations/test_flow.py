"""What an operator may ask to be said again: of a stream that is said here, and of a span of time that has one."""

from collections.abc import Sequence
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from shared.delivery.replays.jobs import Because, Wish
from shared.domain.errors import Refused
from shared.language.feedback import PairRecovered
from shared.language.streams import Stream
from shared.language.values.days import FIRST, LAST
from shared.operations import flow
from shared.operations.flow import Replay, replay
from tests.unit.shared.samples import NOW

OURS = PairRecovered.stream
EVERYTHING = Wish(Because.ASKED, FIRST, LAST)


class Replaying:
    """Takes down what is asked for."""

    topics: Sequence[str] = (OURS.value,)

    def __init__(self) -> None:
        self.asked: list[tuple[Wish, str | None]] = []

    async def ask(self, wish: Wish, stream: str | None) -> list[str]:
        self.asked.append((wish, stream))
        return [stream or "every"]

    async def count(self, _wish: Wish, _stream: str | None) -> tuple[int, bool]:
        return 7, False


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(flow, "did", lambda *_, **__: None)
    return SimpleNamespace(service=SimpleNamespace(says=(PairRecovered,)), replaying=Replaying())


async def ask(running: Any, **asked: Any) -> flow.Replayed:
    return await replay(Replay(**asked), running, Any)  # type: ignore[arg-type]


@pytest.mark.parametrize("later", [timedelta(0), timedelta(hours=-1)])
async def test_there_is_nothing_between_a_moment_and_itself_or_one_before(running: Any, later: timedelta) -> None:
    with pytest.raises(Refused) as refused:
        await ask(running, since=NOW, until=NOW + later)
    assert refused.value.reason.code == "nothing-between"
    assert running.replaying.asked == []


async def test_the_shortest_span_is_one(running: Any) -> None:
    until = NOW + timedelta(milliseconds=1)
    assert (await ask(running, since=NOW, until=until)).streams == ["every"]
    assert running.replaying.asked == [(Wish(Because.ASKED, NOW, until), None)]


async def test_whoever_names_no_time_asks_for_all_there_is(running: Any) -> None:
    assert (await ask(running, stream=OURS)).streams == [OURS.value]
    assert running.replaying.asked == [(EVERYTHING, OURS.value)]


async def test_a_stream_that_somebody_else_says_is_asked_for_there(running: Any) -> None:
    other = next(stream for stream in Stream if stream is not OURS)
    with pytest.raises(Refused) as refused:
        await ask(running, stream=other)
    assert refused.value.reason.code == "not-said-here"
    assert running.replaying.asked == []


async def test_whoever_only_wants_to_know_how_many_asks_for_nothing(running: Any) -> None:
    told = await ask(running, dry_run=True)
    assert (told.streams, told.events, told.at_least) == ([OURS.value], 7, True)
    assert running.replaying.asked == []
