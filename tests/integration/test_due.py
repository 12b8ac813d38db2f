"""Things due later: not before their time, once at it, and nobody waits for somebody else's trouble."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from pymongo.errors import AutoReconnect

from shared.delivery.due import DueRows
from shared.domain.aggregate import Aggregate
from shared.domain.clock import MovedClock
from shared.domain.errors import Conflict, NotYet, Refused, TooMuchAtOnce
from shared.domain.handlers import when_due
from shared.domain.work import Unit
from shared.language.sessions import SessionHeld
from shared.loops import SILENT_DUE, Pulse, for_ever
from shared.store.store import Store
from shared.telemetry.metrics import Telemetry
from tests.support.ledger import NOW, event

HOUR = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Reminder(Aggregate):
    """Something to be said at a time; ``mood`` is how saying it goes."""

    collection: ClassVar[str] = "reminders"

    mood: str = "well"
    said: int = 0


MOODS: dict[str, Callable[[], Exception]] = {
    "refused": lambda: Refused("not-today"),
    "not yet": lambda: NotYet("something"),
    "contended": lambda: Conflict("changed-meanwhile"),
    "defect": lambda: ZeroDivisionError(),
}


@when_due(Reminder)
async def remind(reminder: Reminder, _: datetime, unit: Unit) -> None:
    unit.save(replace(reminder, said=reminder.said + 1, due_at=None).raising(event(SessionHeld, reminder.id)))
    await asyncio.sleep(0)
    if reminder.mood in MOODS:
        raise MOODS[reminder.mood]()


@pytest.fixture
def clock(store: Store, tmp_path: Path) -> MovedClock:
    clock = MovedClock(tmp_path / "clock")
    clock.move_to(NOW)
    store.clock = clock
    return clock


@pytest.fixture
def rows(store: Store, telemetry: Telemetry, clock: MovedClock) -> DueRows:
    return DueRows(store, [remind], telemetry)


async def _keep(store: Store, *reminders: Reminder) -> None:
    async def work(unit: Unit) -> None:
        for reminder in reminders:
            unit.save(reminder)

    await store.run(work)


async def _said(store: Store) -> dict[str, int]:
    return {each.id: each.said for each in await store.all(Reminder, {})}


async def _published(store: Store) -> list[str]:
    return sorted([row["subject"] async for row in store.db["outbox"].find()])


async def test_nothing_happens_before_its_time_and_once_at_it(rows: DueRows, store: Store, clock: MovedClock) -> None:
    await _keep(store, Reminder(id="a", due_at=NOW + HOUR), Reminder(id="never"))
    for moment in (NOW, NOW + HOUR - timedelta(minutes=1)):
        clock.move_to(moment)
        await rows.do(remind)
        assert await _said(store) == {"a": 0, "never": 0}
    assert await rows.overdue() == 0

    clock.move_to(NOW + HOUR)
    assert await rows.overdue() == 1
    for _ in range(3):
        await rows.do(remind)

    assert await _said(store) == {"a": 1, "never": 0}
    assert await _published(store) == ["a"]
    assert await rows.overdue() == 0


async def test_what_was_put_off_by_another_replica_is_left_alone(
    rows: DueRows, store: Store, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _keep(store, Reminder(id="a", due_at=NOW + HOUR))

    async def found_before(_: Any) -> list[str]:
        return ["a", "gone"]

    monkeypatch.setattr(rows, "ids", found_before)
    await rows.do(remind)

    assert await _said(store) == {"a": 0}


async def test_the_longest_overdue_comes_first(rows: DueRows, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.delivery.due.TOGETHER", 2)
    await _keep(store, *(Reminder(id=f"r{n}", due_at=NOW - n * HOUR) for n in range(1, 5)))

    assert await rows.ids(remind) == ["r4", "r3"]
    await rows.do(remind)
    assert await rows.ids(remind) == ["r2", "r1"]


async def test_two_replicas_have_one_effect(store: Store, clock: MovedClock, rows: DueRows) -> None:
    await _keep(store, *(Reminder(id=f"r{n}", due_at=NOW) for n in range(40)))
    clock.move_to(NOW + HOUR)
    replicas = [rows, *(DueRows(store, [remind], Telemetry("ledger", "test")) for _ in range(2))]
    while await rows.overdue():
        await asyncio.gather(*(replica.do(remind) for replica in replicas))

    assert set((await _said(store)).values()) == {1}
    assert len(await _published(store)) == 40


async def test_the_longest_overdue_says_how_late_things_are(rows: DueRows, store: Store, clock: MovedClock) -> None:
    await _keep(store, Reminder(id="a", due_at=NOW + HOUR), Reminder(id="b", due_at=NOW + 2 * HOUR), Reminder(id="c"))
    assert await rows.lateness() == 0

    clock.move_to(NOW + 3 * HOUR)
    assert 2 * 3600 <= await rows.lateness() < 3 * 3600
    await rows.do(remind)
    assert await rows.lateness() == 0


@pytest.mark.parametrize("mood", MOODS)
async def test_one_that_cannot_be_done_holds_up_nobody_and_leaves_no_trace(
    rows: DueRows, store: Store, clock: MovedClock, mood: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.delivery.due.TOGETHER", 3)
    await _keep(
        store,
        *(Reminder(id=f"bad{n}", mood=mood, due_at=NOW - 2 * HOUR) for n in range(7)),
        *(Reminder(id=f"good{n}", due_at=NOW - HOUR) for n in range(4)),
    )
    for _ in range(6):
        await rows.do(remind)

    said = await _said(store)
    assert {name for name, times in said.items() if times} == {f"good{n}" for n in range(4)}
    assert await _published(store) == [f"good{n}" for n in range(4)]
    assert await rows.overdue() == 7


async def test_it_is_tried_again_later(
    rows: DueRows, store: Store, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _keep(store, Reminder(id="a", mood="refused", due_at=NOW))
    monkeypatch.setattr("shared.delivery.due.AGAIN_AFTER", 0)
    await rows.do(remind)
    assert await _said(store) == {"a": 0}

    await store.collection(Reminder).update_one({}, {"$set": {"mood": "well"}})
    await rows.do(remind)

    assert await _said(store) == {"a": 1}


async def test_a_defect_is_counted_and_a_refusal_is_not(
    rows: DueRows, store: Store, clock: MovedClock, telemetry: Telemetry
) -> None:
    await _keep(store, *(Reminder(id=mood.replace(" ", "-"), mood=mood, due_at=NOW) for mood in MOODS))
    await rows.do(remind)

    assert telemetry.registry.get_sample_value("telemachus_failures_total", {"part": "due:remind"}) == 1


async def test_a_record_that_cannot_be_read_holds_up_nobody(
    rows: DueRows, store: Store, clock: MovedClock, telemetry: Telemetry
) -> None:
    await _keep(store, Reminder(id="a", due_at=NOW), Reminder(id="spoilt", due_at=NOW), Reminder(id="z", due_at=NOW))
    await store.db["reminders"].update_one({"_id": "spoilt"}, {"$set": {"said": "often"}})
    for _ in range(2):
        await rows.do(remind)

    assert await _published(store) == ["a", "z"]
    assert telemetry.registry.get_sample_value("telemachus_failures_total", {"part": "due:remind"}) == 1


async def test_a_database_that_is_away_is_no_fault_of_the_row(
    store: Store, clock: MovedClock, telemetry: Telemetry
) -> None:
    answers: list[Exception | None] = [AutoReconnect("away"), None]

    @when_due(Reminder)
    async def unlucky(reminder: Reminder, now: datetime, unit: Unit) -> None:
        if (error := answers.pop(0)) is not None:
            raise error
        await remind.call(reminder, now, unit)

    rows = DueRows(store, [unlucky], telemetry)
    await _keep(store, Reminder(id="a", due_at=NOW))
    with pytest.raises(AutoReconnect):
        await rows.do(unlucky)
    await rows.do(unlucky)

    assert await _said(store) == {"a": 1}


async def test_one_that_is_too_much_alone_waits_and_holds_up_nobody(
    rows: DueRows, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _keep(store, *(Reminder(id=each, due_at=NOW) for each in "abc"))
    commit = type(store.unit()).commit

    async def takes_long(unit: Unit, *more: Any) -> None:
        if "b" in [row.subject for row in (await unit.changes())[1]]:  # type: ignore[attr-defined]
            raise TooMuchAtOnce
        await commit(unit, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(type(store.unit()), "commit", takes_long)
    await rows.do(remind)

    assert await _said(store) == {"a": 1, "b": 0, "c": 1}
    assert await rows.ids(remind) == [], "it is put off"


@pytest.mark.parametrize("fault", ["untellable", "too large"])
async def test_one_that_cannot_be_written_holds_up_nobody(
    store: Store, clock: MovedClock, telemetry: Telemetry, fault: str
) -> None:
    @when_due(Reminder)
    async def spoils(reminder: Reminder, _: datetime, unit: Unit) -> None:
        spoilt = reminder.id == "b"
        said = event(SessionHeld, reminder.id).model_copy(
            update={"number": -5} if spoilt and fault == "untellable" else {}
        )
        mood = "x" * 17_000_000 if spoilt and fault == "too large" else "well"
        unit.save(replace(reminder, said=1, due_at=None, mood=mood).raising(said))

    rows = DueRows(store, [spoils], telemetry)
    await _keep(store, *(Reminder(id=each, due_at=NOW) for each in "abc"))
    await rows.do(spoils)

    assert await _said(store) == {"a": 1, "b": 0, "c": 1}
    assert await _published(store) == ["a", "c"]
    assert await rows.ids(spoils) == [], "it is put off"


async def test_each_handler_gets_those_it_is_about(store: Store, clock: MovedClock, telemetry: Telemetry) -> None:
    @when_due(Reminder, {"mood": "well"})
    async def remind_well(reminder: Reminder, now: datetime, unit: Unit) -> None:
        await remind.call(reminder, now, unit)

    rows = DueRows(store, [remind_well], telemetry)
    await _keep(store, Reminder(id="a", due_at=NOW), Reminder(id="b", mood="refused", due_at=NOW))
    assert await rows.overdue() == 1
    await rows.do(remind_well)

    assert await _said(store) == {"a": 1, "b": 0}
    assert await rows.overdue() == 0


async def test_a_long_one_is_alive_as_long_as_its_units_of_work_end(
    store: Store, clock: MovedClock, telemetry: Telemetry, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment, pulse, silent = [100.0], Pulse(), list[list[str]]()
    monkeypatch.setattr("shared.loops.time.monotonic", lambda: moment[0])

    @when_due(Reminder)
    async def long(reminder: Reminder, now: datetime, unit: Unit) -> None:
        for work in (None, remind_later, None):
            moment[0] += 0.6 * SILENT_DUE
            if work:
                await unit.store.run(work)
            silent.append(pulse.silent({long.part: SILENT_DUE}))
        raise asyncio.CancelledError

    async def remind_later(unit: Unit) -> None:
        unit.save(Reminder(id="b"))

    rows = DueRows(store, [long], telemetry)
    await _keep(store, Reminder(id="a", due_at=NOW))
    with pytest.raises(asyncio.CancelledError):
        await for_ever(long.part, lambda: rows.step(long), pulse, telemetry)

    assert silent == [[], [], []]
    moment[0] += 0.6 * SILENT_DUE
    assert pulse.silent({long.part: SILENT_DUE}) == [long.part]
