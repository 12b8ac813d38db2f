"""What a unit of work promises: all or nothing, and of two who change the same thing one starts over."""

import asyncio
from dataclasses import replace

import pytest

from shared.errors import Absent, Conflict
from shared.events import SessionHeld
from shared.store import Store, Transaction, Unit
from tests.support.ledger import Entry, Receipt, event


async def _heard(store: Store, identity: str) -> tuple[str, ...]:
    return (await store.unit().get(Entry, identity)).heard


async def test_aggregate_and_event_are_there_together(store: Store) -> None:
    async def work(unit: Unit) -> None:
        unit.save(Entry(id="s1", heard=("x",)).raising(event(SessionHeld, "s1")))

    await store.run(work)

    assert await _heard(store, "s1") == ("x",)
    [row] = await store.db["outbox"].find().to_list(None)
    assert (row["subject"], row["version"], row["published_at"]) == ("s1", 1, None)


async def test_a_failure_in_the_middle_leaves_nothing(store: Store) -> None:
    unit = store.unit()
    unit.save(Entry(id="s1").raising(event(SessionHeld, "s1")))

    async def fails(_: Transaction) -> None:
        raise RuntimeError("pulled the plug")

    with pytest.raises(RuntimeError):
        await unit.commit(fails)

    assert await store.db["outbox"].count_documents({}) == 0
    with pytest.raises(Absent):
        await store.unit().get(Entry, "s1")


async def test_versions_of_a_subject_have_no_gaps(store: Store) -> None:
    async def twice(unit: Unit) -> None:
        entry = await unit.find(Entry, "s1") or Entry(id="s1")
        unit.save(entry.raising(event(SessionHeld, "s1"), event(SessionHeld, "s1")))

    await store.run(twice)
    await store.run(twice)

    versions = [row["version"] async for row in store.db["outbox"].find().sort("_id")]
    assert versions == [1, 2, 3, 4]


async def test_of_many_at_once_every_change_counts(store: Store) -> None:
    async def add(unit: Unit) -> None:
        entry = await unit.find(Entry, "s1") or Entry(id="s1")
        await asyncio.sleep(0)
        unit.save(replace(entry, heard=(*entry.heard, "x")))

    await asyncio.gather(*(store.run(add) for _ in range(10)))

    assert await _heard(store, "s1") == ("x",) * 10


async def test_whoever_read_an_older_state_is_told(store: Store) -> None:
    async def begin(unit: Unit) -> None:
        unit.save(Entry(id="s1"))

    await store.run(begin)
    early, late = store.unit(), store.unit()
    early.save(replace(await early.get(Entry, "s1"), heard=("early",)))
    late.save(replace(await late.get(Entry, "s1"), heard=("late",)))
    await early.commit()

    with pytest.raises(Conflict):
        await late.commit()
    assert await _heard(store, "s1") == ("early",)


async def test_a_step_that_is_undone_leaves_the_others(store: Store) -> None:
    unit = store.unit()
    unit.save(Entry(id="s1", heard=("kept",)).raising(event(SessionHeld, "s1")))
    unit.keep()
    unit.save(Entry(id="s1", heard=("undone",)).raising(event(SessionHeld, "s1")))
    unit.save(Receipt(id="r1"))
    unit.undo()
    await unit.commit()

    assert await _heard(store, "s1") == ("kept",)
    assert await store.db["outbox"].count_documents({}) == 1
    assert await store.count(Receipt, {}) == 0
