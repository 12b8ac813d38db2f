"""What deleting promises: nothing is left but the number of what was said."""

from dataclasses import replace

import pytest

from shared.domain.errors import Conflict
from shared.domain.work import Unit
from shared.language.sessions import SessionHeld, SessionMissed
from tests.support.ledger import Entry, Receipt, event
from tests.support.promises import Promises, S, Said, keep
from tests.support.promises.changing import TOPIC, delete, heard, held


class DeletingPromises(Promises[S]):
    """Of what is deleted, and of what is taken back."""

    async def test_what_is_deleted_is_gone(self, store: S) -> None:
        await keep(store, Entry(id="s1"), Entry(id="s2"))
        await delete(store, "s1")

        assert await store.unit().find(Entry, "s1") is None
        assert [entry.id for entry in await store.all(Entry, {})] == ["s2"]
        assert await self.lying(store, Entry, "s1") is None

    async def test_within_its_unit_it_is_gone_at_once_and_may_come_back(self, store: S) -> None:
        await keep(store, Entry(id="s1", heard=("first",)))

        async def work(unit: Unit) -> None:
            unit.delete(await unit.get(Entry, "s1"))
            assert await unit.find(Entry, "s1") is None
            unit.save(Entry(id="s1", heard=("second",)))

        await store.run(work)
        assert await heard(store, "s1") == ("second",)

    async def test_it_says_its_last_word_and_a_successor_goes_on_counting(self, store: S) -> None:
        await keep(store, Entry(id="s1", heard=("secret",)).raising(event(SessionHeld, "s1")))

        async def work(unit: Unit) -> None:
            unit.delete((await unit.get(Entry, "s1")).raising(event(SessionHeld, "s1")))

        await store.run(work)
        left = await self.lying(store, Entry, "s1")
        assert left is not None
        assert "secret" not in str(left)
        assert await store.unit().find(Entry, "s1") is None

        await keep(store, Entry(id="s1").raising(event(SessionHeld, "s1")))
        assert await self.said(store) == [held("s1", version) for version in (1, 2, 3)]

    async def test_its_counter_is_found_by_no_question(self, store: S) -> None:
        await keep(store, Entry(id="s1", heard=("x",)).raising(event(SessionHeld, "s1")))
        await delete(store, "s1")

        for where in ({}, {"_id": "s1"}, {"heard": None}, {"heard": {"$ne": "y"}}, {"$or": [{"_id": "s1"}]}):
            assert (await store.all(Entry, where), await store.count(Entry, where)) == ([], 0)
            assert (await store.readable(Entry, where), await store.ids(Entry, where)) == (([], {}), [])
            assert await store.values(Entry, where, ("_id",)) == []
            assert await store.counts(Entry, where, by=("_id",)) == {}
            assert await store.different(Entry, where, ("_id",)) == 0

    async def test_whoever_deletes_an_older_state_is_told(self, store: S) -> None:
        await keep(store, Entry(id="s1"))
        late, gone = store.unit(), store.unit()
        late.delete(await late.get(Entry, "s1"))
        gone.delete(await gone.get(Entry, "s1"))
        await keep(store, replace(await store.unit().get(Entry, "s1"), heard=("changed",)))

        with pytest.raises(Conflict):
            await late.commit()
        await delete(store, "s1")
        with pytest.raises(Conflict):
            await gone.commit()

    async def test_whoever_read_what_was_deleted_does_not_overwrite_its_successor(self, store: S) -> None:
        await keep(store, Entry(id="s1"))
        late = store.unit()
        late.save(replace(await late.get(Entry, "s1"), heard=("late",)))
        await delete(store, "s1")
        await keep(store, Entry(id="s1", heard=("successor",)))

        with pytest.raises(Conflict):
            await late.commit()
        assert await heard(store, "s1") == ("successor",)

    async def test_a_deletion_is_undone_with_its_step(self, store: S) -> None:
        await keep(store, Entry(id="s1", heard=("kept",)), Entry(id="s2"), Receipt(id="r1"), Receipt(id="r2"))
        await keep(store, Entry(id="s3").raising(event(SessionHeld, "s3")))
        unit = store.unit()
        unit.delete(await unit.get(Entry, "s2"))
        unit.delete_where(Receipt, {"_id": "r2"})
        unit.keep()
        unit.delete(await unit.get(Entry, "s1"))
        unit.delete_where(Receipt, {"_id": "r1"})
        unit.unsay(event(SessionMissed, "s3"))
        unit.undo()
        await unit.commit()

        assert await heard(store, "s1") == ("kept",)
        assert await store.unit().find(Entry, "s2") is None
        assert await store.ids(Receipt, {}) == ["r1"]
        assert await self.said(store) == [held("s3", 1)]

    async def test_what_was_never_stored_is_deleted_without_a_word(self, store: S) -> None:
        async def work(unit: Unit) -> None:
            unit.delete(Entry(id="s1"))

        await store.run(work)
        assert await self.lying(store, Entry, "s1") is None

    async def test_all_that_match_go_with_their_unit(self, store: S) -> None:
        await keep(store, *(Entry(id=f"s{n}", heard=("even",) if n % 2 == 0 else ("odd",)) for n in range(6)))
        unit = store.unit()
        unit.delete_where(Entry, {"heard": "even", "_id": {"$ne": "s2"}})
        assert await store.count(Entry, {}) == 6
        await unit.commit()
        assert await store.ids(Entry, {}, sort=(("_id", 1),)) == ["s1", "s2", "s3", "s5"]
        assert await self.lying(store, Entry, "s0") is None

    async def test_what_is_taken_back_is_another_event_in_its_place(self, store: S) -> None:
        for session in ("s1", "s2"):
            await keep(store, Entry(id=session).raising(event(SessionHeld, session)))

        async def work(unit: Unit) -> None:
            unit.save((await unit.get(Entry, "s1")).raising(event(SessionHeld, "s1")))
            unit.unsay(event(SessionMissed, "s1"))

        await store.run(work)
        missed = SessionMissed.type
        assert await self.said(store) == [Said(TOPIC, "s1", 1, missed), held("s2", 1), Said(TOPIC, "s1", 2, missed)]
