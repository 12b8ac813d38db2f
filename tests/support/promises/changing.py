"""What a unit of work promises: all or nothing, and of two who change the same thing one starts over."""

import asyncio
from dataclasses import replace

import pytest

from shared.domain.aggregate import Aggregate
from shared.domain.errors import Absent, Conflict, NotYet, Unreadable
from shared.domain.work import Store, Unit
from shared.language.sessions import SessionHeld, SessionMissed
from shared.language.streams import Stream
from tests.support.ledger import Entry, Receipt, event
from tests.support.promises import Promises, S, Said, keep

TOPIC = Stream.SESSIONS.value


def held(session: str, version: int) -> Said:
    """As the outbox says it."""
    return Said(TOPIC, session, version, SessionHeld.type)


async def heard(store: Store, identity: str) -> tuple[str, ...]:
    return (await store.unit().get(Entry, identity)).heard


async def delete(store: Store, identity: str) -> None:
    async def work(unit: Unit) -> None:
        unit.delete(await unit.get(Entry, identity))

    await store.run(work)


class ChangingPromises(Promises[S]):
    """Of units, and of the events that are said in them."""

    async def test_aggregate_and_event_are_there_together(self, store: S) -> None:
        async def work(unit: Unit) -> str:
            unit.save(Entry(id="s1", heard=("x",)).raising(event(SessionHeld, "s1")))
            return "done"

        assert await store.run(work) == "done"
        assert await heard(store, "s1") == ("x",)
        assert await self.said(store) == [held("s1", 1)]

    async def test_what_fails_leaves_nothing(self, store: S) -> None:
        async def work(unit: Unit) -> None:
            unit.save(Entry(id="s1").raising(event(SessionHeld, "s1")))
            raise RuntimeError("pulled the plug")

        with pytest.raises(RuntimeError):
            await store.run(work)
        assert await self.said(store) == []
        with pytest.raises(Absent, match=r"no-such.*entry.*s1"):
            await store.unit().get(Entry, "s1")
        with pytest.raises(NotYet, match="Entry s1"):
            await store.unit().need(Entry, "s1")

    async def test_a_unit_sees_what_it_saved_and_nobody_else_does(self, store: S) -> None:
        unit = store.unit()
        unit.save(Entry(id="s1", heard=("x",)).raising(event(SessionHeld, "s1")))
        seen = await unit.get(Entry, "s1")
        assert (seen.heard, seen.raised) == (("x",), ())
        assert await store.unit().find(Entry, "s1") is None

    async def test_versions_of_a_subject_have_no_gaps(self, store: S) -> None:
        async def twice(unit: Unit) -> None:
            entry = await unit.find(Entry, "s1") or Entry(id="s1")
            unit.save(entry.raising(event(SessionHeld, "s1"), event(SessionHeld, "s1")))

        await store.run(twice)
        await store.run(twice)
        assert await self.said(store) == [held("s1", version) for version in (1, 2, 3, 4)]

    async def test_events_are_said_in_the_order_they_were_raised_in(self, store: S) -> None:
        await keep(store, Entry(id="s2").raising(event(SessionHeld, "s2")))

        async def work(unit: Unit) -> None:
            for session in ("s2", "s1"):
                entry = await unit.find(Entry, session) or Entry(id=session)
                unit.save(entry.raising(event(SessionMissed, session)))
                unit.save(entry.raising(event(SessionHeld, session)))

        await store.run(work)
        missed = SessionMissed.type
        assert await self.said(store) == [
            held("s2", 1),
            Said(TOPIC, "s2", 2, missed),
            held("s2", 3),
            Said(TOPIC, "s1", 1, missed),
            held("s1", 2),
        ]

    async def test_whoever_listens_hears_what_came_true_and_nothing_else(self, store: S) -> None:
        told: list[Aggregate | None] = []
        store.news.listen([Entry], told.append)

        async def fails(unit: Unit) -> None:
            unit.save(Entry(id="s1"))
            raise LookupError

        async def reads(unit: Unit) -> None:
            await unit.find(Entry, "s1")

        with pytest.raises(LookupError):
            await store.run(fails)
        await keep(store, Entry(id="s1", heard=("x",)), Receipt(id="r1"))
        await store.run(reads)
        await delete(store, "s1")
        assert told == [Entry(id="s1", heard=("x",)), None]

    async def test_of_many_at_once_every_change_counts(self, store: S) -> None:
        async def add(unit: Unit) -> None:
            entry = await unit.find(Entry, "s1") or Entry(id="s1")
            await asyncio.sleep(0)
            unit.save(replace(entry, heard=(*entry.heard, "x")))

        await asyncio.gather(*(store.run(add) for _ in range(10)))
        assert await heard(store, "s1") == ("x",) * 10

    async def test_whoever_read_an_older_state_is_told(self, store: S) -> None:
        await keep(store, Entry(id="s1"))
        early, late = store.unit(), store.unit()
        early.save(replace(await early.get(Entry, "s1"), heard=("early",)))
        late.save(replace(await late.get(Entry, "s1"), heard=("late",)).raising(event(SessionHeld, "s1")))
        late.save(Receipt(id="r1"))
        await early.commit()

        with pytest.raises(Conflict):
            await late.commit()
        assert await heard(store, "s1") == ("early",)
        assert (await store.count(Receipt, {}), await self.said(store)) == (0, [])

    async def test_whoever_takes_for_new_what_is_there_is_told(self, store: S) -> None:
        late = store.unit()
        assert await late.find(Entry, "s1") is None
        late.save(Entry(id="s1", heard=("late",)))
        await keep(store, Entry(id="s1", heard=("early",)))

        with pytest.raises(Conflict):
            await late.commit()
        assert await heard(store, "s1") == ("early",)

    async def test_what_was_only_read_may_change(self, store: S) -> None:
        await keep(store, Entry(id="s1"))
        unit = store.unit()
        await unit.fetch([(Entry, "s1"), (Entry, "nobody")])
        await keep(store, Entry(id="s1", heard=("x",)))
        unit.save(Receipt(id="r1"))
        await unit.commit()
        assert await store.count(Receipt, {}) == 1

    async def test_a_step_that_is_undone_leaves_the_others(self, store: S) -> None:
        unit = store.unit()
        unit.save(Entry(id="s1", heard=("kept",)).raising(event(SessionHeld, "s1")))
        unit.keep()
        unit.save(Entry(id="s1", heard=("undone",)).raising(event(SessionHeld, "s1")))
        unit.save(Receipt(id="r1"))
        unit.undo()
        await unit.commit()

        assert await heard(store, "s1") == ("kept",)
        assert await self.said(store) == [held("s1", 1)]
        assert await store.count(Receipt, {}) == 0

    async def test_what_a_newer_version_has_stored_survives_an_older_one(self, store: S) -> None:
        await keep(store, Entry(id="s1"))
        before = await self.lying(store, Entry, "s1")
        assert before is not None
        await self.put(store, Entry, {**before, "place": {"room": 7}})
        await keep(store, Entry(id="s1", heard=("x",)))

        stored = await self.lying(store, Entry, "s1")
        assert stored is not None
        assert (stored["place"], stored["heard"]) == ({"room": 7}, ["x"])

    async def test_a_projection_is_changed_by_its_handlers_alone(self, store: S) -> None:
        store.projections = frozenset({Entry})
        unit = store.unit()
        for change in (unit.save, unit.delete, lambda entry: unit.delete_where(Entry, {"_id": entry.id})):
            for declared in (None, Receipt):
                unit.changing = declared
                with pytest.raises(TypeError, match="declared with changes=Entry may change it"):
                    change(Entry(id="s1"))
        unit.save(Receipt(id="r1"))
        unit.changing = Entry
        unit.save(Entry(id="s2"))
        await unit.commit()
        assert await store.ids(Entry, {}) == ["s2"]

    async def test_a_record_that_cannot_be_read_is_told_and_holds_up_no_other(self, store: S) -> None:
        await keep(store, Entry(id="s1", heard=("x",)))
        await self.put(store, Entry, {"_id": "s2", "heard": 7, "_said": 0})
        unit = store.unit()
        with pytest.raises(Unreadable, match=r"Entry.*heard: tuple_type"):
            await unit.fetch([(Entry, "s1"), (Entry, "s2")])
        with pytest.raises(Unreadable):
            await unit.find(Entry, "s2")
        assert (await unit.get(Entry, "s1")).heard == ("x",)

    async def test_several_come_in_the_order_they_are_asked_for(self, store: S) -> None:
        await keep(store, Entry(id="s1"), Entry(id="s2"))
        await self.put(store, Entry, {"_id": "s3", "heard": 7, "_said": 0})
        assert [each.id for each in await store.unit().several(Entry, ["s2", "no-such", "s1"])] == ["s2", "s1"]
        spoilt: list[str] = []
        assert [each.id for each in await store.unit().several(Entry, ["s2", "s3", "s1"], spoilt)] == ["s2", "s1"]
        assert spoilt == ["s3"]
        with pytest.raises(Unreadable):
            await store.unit().several(Entry, ["s2", "s3"])
