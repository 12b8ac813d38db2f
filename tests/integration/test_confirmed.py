"""What a relay knows of its streams: offsets that do not fit mean that events are gone, and only those."""

import time
from collections.abc import Iterable
from typing import Any

import pytest

from shared.delivery.replays import watching as module
from shared.delivery.replays.confirmed import Confirmed, Known
from shared.delivery.replays.watching import Watching
from shared.kafka.outcome import Span
from shared.language.streams import Stream
from shared.store.store import Store
from shared.telemetry.metrics import Telemetry

TOPIC, OTHER = Stream.SESSIONS.value, Stream.PAIRS.value


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK_AGAIN", 0)


@pytest.fixture
def confirmed(store: Store, telemetry: Telemetry) -> Confirmed:
    return Confirmed(store, [TOPIC, OTHER], telemetry)


async def lost_at(confirmed: Confirmed, telemetry: Telemetry) -> float | None:
    await confirmed.measure()
    return telemetry.registry.get_sample_value("telemachus_stream_lost_timestamp_seconds", {"stream": TOPIC})


async def asked(store: Store) -> list[tuple[str, Any]]:
    """What is to be said again, and why."""
    return [(job["_id"], job["waiting"]["because"]) async for job in store.db["replays"].find()]


def broker(*answers: Known) -> Any:
    """Tells these ends, one look after the other, the last for ever."""
    left = list(answers)

    async def ends() -> Known:
        return left.pop(0) if len(left) > 1 else left[0]

    return ends


async def note(confirmed: Confirmed, *spans: tuple[int, int, int], topic: str = TOPIC) -> None:
    """What a relay that knows all there is to know notes: partition, first and last offset."""
    await confirmed.note({topic: {number: Span(first, last) for number, first, last in spans}}, await confirmed.known())


async def test_the_last_offset_of_each_partition_is_kept(confirmed: Confirmed, store: Store) -> None:
    await note(confirmed, (0, 0, 9), (2, 0, 4))
    await note(confirmed, (0, 10, 10), (1, 0, 0))
    await note(confirmed, (0, 0, 3), topic="telemachus.sessions.dead-letters")
    assert await confirmed.known() == {TOPIC: {0: 10, 1: 0, 2: 4}}
    assert await asked(store) == []


@pytest.mark.parametrize("first_and_last", [(0, 0), (9, 12), (0, 500)])
async def test_an_offset_that_was_given_before_means_that_the_stream_is_lost(
    confirmed: Confirmed, store: Store, telemetry: Telemetry, first_and_last: tuple[int, int]
) -> None:
    """Also where what is said now already reaches further than what was lost."""
    await note(confirmed, (0, 0, 9), (1, 0, 70))
    await note(confirmed, (0, *first_and_last))
    assert await asked(store) == [(TOPIC, ["lost"])]
    told = await lost_at(confirmed, telemetry)
    assert told == pytest.approx(time.time(), abs=60)
    assert await confirmed.known() == {TOPIC: {0: first_and_last[1]}}, "and nothing is known of what else it holds"

    await note(confirmed, (0, first_and_last[1] + 1, first_and_last[1] + 1), (1, 0, 0))
    assert await lost_at(confirmed, telemetry) == told, "one loss is told once"


async def test_a_relay_that_slept_and_notes_late_says_nothing_false(confirmed: Confirmed, store: Store) -> None:
    """Another has published meanwhile, so that what is known reaches further than what this one sent."""
    await note(confirmed, (0, 0, 9))
    before = await confirmed.known()
    await note(confirmed, (0, 12, 40))
    await confirmed.note({TOPIC: {0: Span(10, 11)}}, before)
    assert (await confirmed.known(), await asked(store)) == ({TOPIC: {0: 40}}, [])


async def look(store: Store, confirmed: Confirmed, *ends: Known) -> None:
    await Watching(store, confirmed, broker(*ends)).look()


SHORT: Iterable[Known] = (
    {TOPIC: {0: 5, 1: 71}},
    {TOPIC: {0: 0, 1: 0}},
    {TOPIC: {1: 71}},
)


@pytest.mark.parametrize("ends", SHORT, ids=["an older copy", "created anew", "with fewer partitions"])
async def test_a_stream_that_ends_too_early_is_lost(
    confirmed: Confirmed, store: Store, telemetry: Telemetry, ends: Known
) -> None:
    await note(confirmed, (0, 0, 9), (1, 0, 70))
    await look(store, confirmed, ends)
    told = await lost_at(confirmed, telemetry)
    await look(store, confirmed, ends)
    assert await asked(store) == [(TOPIC, ["lost"])]
    assert await lost_at(confirmed, telemetry) == told != 0
    assert await confirmed.known() == {TOPIC: {n: end - 1 for n, end in ends[TOPIC].items() if end}}


async def test_one_that_is_only_told_short_for_a_moment_is_not(confirmed: Confirmed, store: Store) -> None:
    await note(confirmed, (0, 0, 9))
    await look(store, confirmed, {TOPIC: {0: 8}}, {TOPIC: {0: 10}})
    assert (await confirmed.known(), await asked(store)) == ({TOPIC: {0: 9}}, [])


async def test_one_that_is_not_there_at_the_moment_is_not(confirmed: Confirmed, store: Store) -> None:
    await note(confirmed, (0, 0, 9))
    await look(store, confirmed, {})
    assert (await confirmed.known(), await asked(store)) == ({TOPIC: {0: 9}}, [])


async def test_what_was_said_before_anybody_kept_offsets_is_known_from_the_first_look(
    confirmed: Confirmed, store: Store
) -> None:
    await look(store, confirmed, {TOPIC: {0: 10, 1: 0}, OTHER: {0: 3}})
    assert await confirmed.known() == {TOPIC: {0: 9}, OTHER: {0: 2}}
    await look(store, confirmed, {TOPIC: {0: 0, 1: 0}, OTHER: {0: 3}})
    assert await asked(store) == [(TOPIC, ["lost"])]


async def test_two_that_notice_it_ask_once(confirmed: Confirmed, store: Store) -> None:
    await note(confirmed, (0, 0, 9))
    await confirmed.lost(TOPIC, 0, 9, {0: 1})
    await store.db["replays"].delete_many({})
    await confirmed.lost(TOPIC, 0, 9, {0: 1})
    assert await asked(store) == []


async def test_a_broker_that_is_known_to_begin_empty_has_lost_nothing(confirmed: Confirmed, store: Store) -> None:
    await note(confirmed, (0, 0, 9))
    await confirmed.forget()
    await note(confirmed, (0, 0, 0))
    assert await asked(store) == []
