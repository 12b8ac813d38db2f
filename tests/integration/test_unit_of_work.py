"""What a unit of work promises: all or nothing, and of two who change the same thing one starts over."""

import asyncio
from dataclasses import replace

import pytest

from shared.domain.errors import Absent, Conflict
from shared.language.sessions import SessionHeld
from shared.store.store import Store
from shared.store.transactions import Transaction
from shared.store.unit import Unit
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


async def _stored(store: Store, *entries: Entry) -> None:
    async def work(unit: Unit) -> None:
        for entry in entries:
            await unit.find(Entry, entry.id)
            unit.save(entry)

    await store.run(work)


async def _delete(store: Store, identity: str) -> None:
    async def work(unit: Unit) -> None:
        unit.delete(await unit.get(Entry, identity))

    await store.run(work)


async def test_what_is_deleted_is_gone(store: Store) -> None:
    await _stored(store, Entry(id="s1"), Entry(id="s2"))
    await _delete(store, "s1")

    assert await store.unit().find(Entry, "s1") is None
    assert [entry.id for entry in await store.all(Entry, {})] == ["s2"]
    assert await store.collection(Entry).find_one({"_id": "s1"}) is None


async def test_within_its_unit_it_is_gone_at_once_and_may_come_back(store: Store) -> None:
    await _stored(store, Entry(id="s1", heard=("first",)))

    async def work(unit: Unit) -> None:
        unit.delete(await unit.get(Entry, "s1"))
        assert await unit.find(Entry, "s1") is None
        unit.save(Entry(id="s1", heard=("second",)))

    await store.run(work)
    assert await _heard(store, "s1") == ("second",)


async def test_what_is_deleted_says_its_last_word_and_a_successor_goes_on_counting(store: Store) -> None:
    await _stored(store, Entry(id="s1", heard=("secret",)).raising(event(SessionHeld, "s1")))

    async def work(unit: Unit) -> None:
        unit.delete((await unit.get(Entry, "s1")).raising(event(SessionHeld, "s1")))

    await store.run(work)
    left = await store.collection(Entry).find_one({"_id": "s1"})
    assert left is not None
    assert "secret" not in str(left)
    assert await store.unit().find(Entry, "s1") is None
    assert (await store.all(Entry, {}), await store.count(Entry, {})) == ([], 0)

    await _stored(store, Entry(id="s1").raising(event(SessionHeld, "s1")))
    versions = [row["version"] async for row in store.db["outbox"].find().sort("_id")]
    assert versions == [1, 2, 3]


async def test_whoever_deletes_an_older_state_is_told(store: Store) -> None:
    await _stored(store, Entry(id="s1"))
    late, gone = store.unit(), store.unit()
    late.delete(await late.get(Entry, "s1"))
    gone.delete(await gone.get(Entry, "s1"))
    await _stored(store, replace(await store.unit().get(Entry, "s1"), heard=("changed",)))

    with pytest.raises(Conflict):
        await late.commit()
    await _delete(store, "s1")
    with pytest.raises(Conflict):
        await gone.commit()


async def test_whoever_read_what_was_deleted_does_not_overwrite_its_successor(store: Store) -> None:
    await _stored(store, Entry(id="s1"))
    late = store.unit()
    late.save(replace(await late.get(Entry, "s1"), heard=("late",)))
    await _delete(store, "s1")
    await _stored(store, Entry(id="s1", heard=("successor",)))

    with pytest.raises(Conflict):
        await late.commit()
    assert await _heard(store, "s1") == ("successor",)


async def test_a_deletion_is_undone_with_its_step(store: Store) -> None:
    await _stored(store, Entry(id="s1", heard=("kept",)), Entry(id="s2"))
    unit, done = store.unit(), []

    async def also(_: Transaction) -> None:
        done.append("undone")

    async def kept(_: Transaction) -> None:
        done.append("kept")

    unit.delete(await unit.get(Entry, "s2"))
    unit.also(kept)
    unit.keep()
    unit.delete(await unit.get(Entry, "s1"))
    unit.also(also)
    unit.undo()
    await unit.commit()

    assert await _heard(store, "s1") == ("kept",)
    assert await store.unit().find(Entry, "s2") is None
    assert done == ["kept"]


async def test_what_was_never_stored_is_deleted_without_a_word(store: Store) -> None:
    async def work(unit: Unit) -> None:
        unit.delete(Entry(id="s1"))

    await store.run(work)
    assert await store.collection(Entry).count_documents({}) == 0


async def test_what_a_newer_version_has_stored_survives_an_older_one(store: Store) -> None:
    async def begin(unit: Unit) -> None:
        unit.save(Entry(id="s1"))

    await store.run(begin)
    await store.db["entries"].update_one({"_id": "s1"}, {"$set": {"place": {"room": 7}}})

    async def change(unit: Unit) -> None:
        unit.save(replace(await unit.get(Entry, "s1"), heard=("x",)))

    await store.run(change)
    stored = await store.db["entries"].find_one({"_id": "s1"})
    assert stored is not None
    assert (stored["place"], stored["heard"]) == ({"room": 7}, ["x"])
