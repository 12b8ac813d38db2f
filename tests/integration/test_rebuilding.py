"""Projections are rebuilt from the topics while events keep flowing, and refused rather than shrunk."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from pymongo import MongoClient

from deploy.local.issuer import Issuer
from services.feedback.app import service as feedback
from services.feedback.momentum.momentum import Momentum
from services.registration.app import service as registration
from shared.delivery.desk import Desk
from shared.delivery.inbox import Inbox
from shared.domain.aggregate import Aggregate
from shared.domain.clock import SystemClock
from shared.domain.errors import Conflict, NotYet
from shared.domain.handlers import Hears, heard, hears
from shared.domain.work import Unit
from shared.language.envelope import Origin, Record
from shared.language.matching import PairFormed
from shared.language.registration import ProgrammeOpened
from shared.language.sessions import SessionHeld, SessionMissed, SessionScheduled
from shared.language.streams import Event, Stream
from shared.rebuilding.folding import CannotRebuild, Folding
from shared.rebuilding.rebuild import Rebuild
from shared.service import Service
from shared.store.documents import Document
from shared.store.rows import Row, row_of
from shared.store.store import Store
from shared.telemetry.metrics import Telemetry
from shared.web.sentences import Sentences
from tests.support.apps import new_issuer, settings_for, signed_in
from tests.support.backends import Kafka, Mongo
from tests.support.ledger import HANDLERS, NOW, Entry, Receipt, event, said
from tests.support.reading import write
from tests.support.seeds import PROGRAMME, TERMS
from tests.support.sentences import refusing
from tests.support.serving import quiet, serving, until

PAIRS = [f"pair-{n:02}" for n in range(20)]


@dataclass
class World:
    """What the other services say, and the versions they are at."""

    kafka: Kafka
    versions: Counter[tuple[str, str]] = field(default_factory=Counter)
    said: list[Row] = field(default_factory=list)

    async def say(self, *events: Event) -> None:
        rows = []
        for one in events:
            self.versions[one.stream.value, one.subject] += 1
            version = self.versions[one.stream.value, one.subject]
            rows.append(row_of(one, version=version, origin=Origin("others", "test"), now=NOW))
        self.said += rows
        raw = [(r.topic, r.key, r.value, r.headers) for r in rows]
        await asyncio.to_thread(write, self.kafka.bootstrap_servers, raw)

    async def say_again(self) -> None:
        """As after a replay: everything once more."""
        raw = [(r.topic, r.key, r.value, r.headers) for r in self.said]
        await asyncio.to_thread(write, self.kafka.bootstrap_servers, raw)


def formed(pair: str) -> Event:
    facts = {"programme_id": PROGRAMME, "pair_id": pair, "mentor_id": "a", "mentee_id": "b", "round_id": "r"}
    return PairFormed.model_validate({**facts, "score": 7, "criteria": ()})


def meeting(kind: type[Event], pair: str, number: int) -> Event:
    facts = event(kind, f"{pair}-{number}", number).model_dump() | {"programme_id": PROGRAMME, "pair_id": pair}
    return kind.model_validate(facts)


def a_year(pair: str) -> list[Event]:
    """Two sessions missed, which raises the alarm, then one held, which ends it, and one to come."""
    lost = [meeting(kind, pair, n) for n in (1, 2) for kind in (SessionScheduled, SessionMissed)]
    return [
        *lost,
        meeting(SessionScheduled, pair, 3),
        meeting(SessionHeld, pair, 3),
        meeting(SessionScheduled, pair, 4),
    ]


OPENED = ProgrammeOpened(programme_id=PROGRAMME, terms=TERMS)


@dataclass
class Stage:
    """A service at work, and an operator in front of it."""

    app: FastAPI
    client: httpx.AsyncClient
    issuer: Issuer
    world: World

    @property
    def store(self) -> Store:
        store: Store = self.app.state.store
        return store

    async def is_quiet(self) -> bool:
        return await quiet(self.client, self.issuer)

    async def rebuild(self, name: str) -> dict[str, Any]:
        """From the first word to the last."""
        headers = signed_in(self.issuer, "operator")
        answer = await self.client.post(f"/operations/projections/{name}/rebuild", headers=headers)
        assert (answer.status_code, answer.json()["rebuild"]["state"]) == (202, "running"), answer.text
        again = await self.client.post(f"/operations/projections/{name}/rebuild", headers=headers)
        assert again.status_code in (409, 202)
        last: dict[str, Any] = {}

        async def ended() -> bool:
            shown = (await self.client.get("/operations/projections", headers=headers)).json()["projections"]
            [last[name]] = [each["rebuild"] for each in shown if each["name"] == name]
            return bool(last[name]["state"] != "running")

        await until(ended)
        result: dict[str, Any] = last[name]
        return result


@asynccontextmanager
async def stage(service: Service, kafka: Kafka, mongodb: Mongo, prefix: str) -> AsyncIterator[Stage]:
    issuer = new_issuer()
    async with serving(service, issuer, kafka, mongodb, prefix) as (app, client):
        yield Stage(app, client, issuer, World(kafka))


async def documents(store: Store, kind: type[Aggregate]) -> dict[str, Document]:
    return {d["_id"]: d async for d in store.collection(kind).find()}


def content(found: dict[str, Document]) -> dict[str, Document]:
    return {i: {n: v for n, v in d.items() if n not in ("_revision", "_said")} for i, d in found.items()}


async def twin(mongodb: Mongo, name: str, service: Service, rows: list[Row]) -> Store:
    """The same service that has heard the same and was never touched."""
    store = Store(mongodb.url, f"{name}_twin", Origin(service.name, "test"), SystemClock())
    inbox = Inbox(store, heard(service.handlers), Telemetry(service.name, "test"))
    await store.prepare(service.aggregates)
    await inbox.prepare()
    records = [Record(r.topic, 0, n, 1, r.key, r.value, r.headers) for n, r in enumerate(rows)]
    for start in range(0, len(records), 200):
        await inbox.take(records[start : start + 200])
    return store


async def spoil(store: Store, kind: type[Aggregate], spoilt: dict[str, Any]) -> None:
    """Somebody changes, removes and invents documents by hand."""
    live = store.collection(kind)
    await live.update_many({"_id": {"$in": PAIRS[0:5]}}, {"$set": spoilt, "$inc": {"_revision": 1}})
    await live.delete_many({"_id": {"$in": PAIRS[5:8]}})
    await live.update_many(
        {"_id": {"$in": PAIRS[8:10]}}, {"$set": {"programme_id": "another"}, "$inc": {"_revision": 1}}
    )
    await live.update_one({"_id": PAIRS[10]}, {"$set": {"mentor_id": "nobody"}})
    invented = await live.find_one({"_id": PAIRS[11]})
    assert invented is not None
    await live.insert_one(invented | {"_id": "pair-invented", "_said": 0})


async def test_what_was_spoilt_by_hand_is_right_again_while_events_keep_flowing(
    fresh_kafka: Kafka, mongodb: Mongo, database_name: str
) -> None:
    async with stage(feedback, fresh_kafka, mongodb, database_name) as here:
        await here.world.say(OPENED, *(formed(pair) for pair in PAIRS))
        await here.world.say(*(each for pair in PAIRS for each in a_year(pair)))
        await until(here.is_quiet)
        before = await documents(here.store, Momentum)

        nothing = await here.rebuild("momentum")
        assert (nothing["state"], nothing["replaced"], nothing["removed"]) == ("done", 0, 0)
        assert nothing["unchanged"] == len(PAIRS)
        assert nothing["read"] == nothing["of"] == len(here.world.said) - 1, "all but the programme"
        assert await documents(here.store, Momentum) == before

        await here.world.say_again()
        await spoil(here.store, Momentum, {"meetings": [], "in_a_row": 9, "state": "dissolved"})
        flowing = asyncio.create_task(_keep_talking(here.world))
        put_right = await here.rebuild("momentum")
        flowing.cancel()
        with suppress(asyncio.CancelledError):
            await flowing
        await until(here.is_quiet)

        assert put_right["state"] == "done", put_right
        assert put_right["removed"] == 1
        assert put_right["replaced"] >= 11
        untouched = await twin(mongodb, database_name, feedback, here.world.said)
        assert content(await documents(here.store, Momentum)) == content(await documents(untouched, Momentum))
        assert await here.store.db["momentum_rebuilding"].count_documents({}) == 0

        await here.world.say(*(meeting(SessionMissed, pair, n) for n in (101, 102, 103) for pair in PAIRS))
        await until(here.is_quiet)
        await _versions_have_no_gap(here.store)
        await untouched.close()


async def test_what_died_of_a_document_nobody_can_read_goes_on_once_that_is_rebuilt(
    fresh_kafka: Kafka, mongodb: Mongo, database_name: str
) -> None:
    async with stage(feedback, fresh_kafka, mongodb, database_name) as here:
        await here.world.say(OPENED, *(formed(pair) for pair in PAIRS))
        await until(here.is_quiet)
        await here.store.collection(Momentum).update_one({"_id": PAIRS[0]}, {"$set": {"in_a_row": "many"}})
        await here.world.say(*(meeting(SessionScheduled, pair, 1) for pair in PAIRS))
        await until(here.is_quiet)

        operator = signed_in(here.issuer, "operator")
        [letter] = (await here.client.get("/operations/dead-letters", headers=operator)).json()["dead_letters"]
        assert letter["reason"] == "stored Momentum: in_a_row: int_parsing"
        assert (await here.rebuild("momentum"))["replaced"] == 1
        retried = await here.client.post(f"/operations/dead-letters/{letter['id']}/retry", headers=operator)
        assert retried.json()["outcome"] == "handled"

        await here.world.say(*(meeting(SessionMissed, pair, 1) for pair in PAIRS))
        await until(here.is_quiet)
        untouched = await twin(mongodb, database_name, feedback, here.world.said)
        assert content(await documents(here.store, Momentum)) == content(await documents(untouched, Momentum))
        await untouched.close()


async def _keep_talking(world: World) -> None:
    for number in range(10, 40):
        await world.say(*(meeting(kind, pair, number) for pair in PAIRS for kind in (SessionScheduled, SessionHeld)))


async def _versions_have_no_gap(store: Store) -> None:
    said: dict[str, list[int]] = defaultdict(list)
    async for letter in store.db["outbox"].find({"topic": Stream.FEEDBACK.value}):
        said[letter["subject"]].append(letter["version"])
    assert set(PAIRS) <= set(said)
    assert {subject: sorted(versions) for subject, versions in said.items()} == {
        subject: list(range(1, len(versions) + 1)) for subject, versions in said.items()
    }


async def test_the_live_pages_cards_are_rebuilt_by_handlers_that_take_the_unit(
    fresh_kafka: Kafka, mongodb: Mongo, database_name: str
) -> None:
    async with stage(registration, fresh_kafka, mongodb, database_name) as here:
        [kind] = registration.projections
        await here.world.say(*(formed(pair) for pair in PAIRS), *(each for pair in PAIRS for each in a_year(pair)))
        await until(here.is_quiet)
        await spoil(here.store, kind, {"held": 99, "at_risk": None})
        await here.store.collection(kind).update_one({"_id": PAIRS[8]}, {"$unset": {"_revision": "", "held": ""}})

        put_right = await here.rebuild("board_pairs")

        assert (put_right["state"], put_right["replaced"], put_right["removed"]) == ("done", 11, 1), put_right
        untouched = await twin(mongodb, database_name, registration, here.world.said)
        assert content(await documents(here.store, kind)) == content(await documents(untouched, kind))
        await untouched.close()

        headers = signed_in(here.issuer, "operator")
        unknown = await here.client.post("/operations/projections/people/rebuild", headers=headers)
        assert unknown.status_code == 404
        assert unknown.json()["detail"].endswith("There are: board_pairs.")


async def test_it_is_refused_where_the_topics_have_forgotten_something(
    fresh_kafka: Kafka, mongodb: Mongo, database_name: str
) -> None:
    async with stage(feedback, fresh_kafka, mongodb, database_name) as here:
        await here.world.say(OPENED, *(formed(pair) for pair in PAIRS))
        await until(here.is_quiet)
        before = await documents(here.store, Momentum)
        forgotten = {"_id": f"{Stream.SESSIONS.value}/long-ago", "version": 3, "event_id": "e"}
        await here.store.db["inbox"].insert_one(forgotten)
        await here.store.collection(Momentum).delete_one({"_id": PAIRS[0]})

        refused = await here.rebuild("momentum")

        assert refused["state"] == "failed"
        assert "do not hold the whole history" in refused["reason"]
        assert "telemachus.sessions/long-ago" in refused["reason"]
        assert await documents(here.store, Momentum) == {i: d for i, d in before.items() if i != PAIRS[0]}


async def test_a_document_that_changes_meanwhile_is_done_in_another_pass(
    fresh_kafka: Kafka, mongodb: Mongo, database_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with stage(feedback, fresh_kafka, mongodb, database_name) as here:
        await here.world.say(OPENED, formed(PAIRS[0]), meeting(SessionScheduled, PAIRS[0], 1))
        await until(here.is_quiet)
        live = here.store.collection(Momentum)
        await live.update_one({}, {"$set": {"in_a_row": 5}, "$inc": {"_revision": 1}})
        read = Rebuild._read
        happened: list[bool] = []

        async def read_and_something_happens(self: Rebuild, *args: Any) -> None:
            await read(self, *args)
            if not happened:
                happened.append(True)
                await here.world.say(meeting(SessionScheduled, PAIRS[0], 2))
                await until(lambda: _meetings(live, 2))

        monkeypatch.setattr(Rebuild, "_read", read_and_something_happens)
        put_right = await here.rebuild("momentum")

        assert (put_right["state"], put_right["passes"], put_right["replaced"]) == ("done", 2, 1)
        [momentum] = (await documents(here.store, Momentum)).values()
        assert (momentum["in_a_row"], len(momentum["meetings"])) == (0, 2)


async def _meetings(live: Any, number: int) -> bool:
    return bool(len((await live.find_one())["meetings"]) == number)


@pytest.mark.parametrize("goes_on", [False, True])
async def test_what_a_rebuild_left_behind_is_forgotten_at_the_next_start_unless_another_replica_is_at_it(
    fresh_kafka: Kafka, mongodb: Mongo, database_name: str, goes_on: bool
) -> None:
    with MongoClient[Document](mongodb.url) as client:
        left = client[f"{database_name}_feedback"]
        left["momentum_rebuilding"].insert_one({"_id": PAIRS[0]})
        left["rebuilds"].insert_one({"_id": "momentum", "state": "running"})
        if goes_on:
            until_then = datetime.now(UTC) + timedelta(hours=1)
            left["leases"].insert_one({"_id": "rebuilding momentum", "holder": "another", "until": until_then})

        async with stage(feedback, fresh_kafka, mongodb, database_name):
            assert left["momentum_rebuilding"].count_documents({}) == int(goes_on)


# -- without a broker


def rebuild_of(store: Store) -> Rebuild:
    return Rebuild(store, settings_for(new_issuer()), Entry, HANDLERS)


async def test_a_handler_at_work_on_a_document_that_is_replaced_starts_over(store: Store, inbox: Inbox) -> None:
    await inbox.take([said(SessionScheduled, "s1", 1)])
    stored = (await documents(store, Entry))["s1"]
    unit = store.unit()
    unit.save(replace(await unit.need(Entry, "s1"), heard=("mine",)))

    assert await rebuild_of(store)._right("s1", stored, stored | {"heard": ["right"]}, {})
    with pytest.raises(Conflict):
        await unit.commit()
    assert not await rebuild_of(store)._right("s1", stored, stored | {"heard": ["too late"]}, {})
    assert not await rebuild_of(store)._right("s1", stored, None, {})
    assert (await documents(store, Entry))["s1"]["heard"] == ["right"]


async def folded(store: Store, records: list[Record], handlers: list[Hears], **upto: int) -> dict[str, Document]:
    folding = Folding(store, Entry, handlers, set())
    positions = {f"{Stream.SESSIONS.value}/{subject}": version for subject, version in upto.items()}
    await folding.read(records, positions)
    await folding.settle(positions)
    return {d["_id"]: d async for d in folding.documents.find()}


async def test_events_are_folded_once_in_their_order_and_only_up_to_the_snapshot(store: Store) -> None:
    records = [said(SessionHeld, "s1", 3), said(SessionScheduled, "s1", 1), said(SessionMissed, "s1", 2)]
    broken = replace(said(SessionScheduled, "s1", 1), headers=[])
    found = await folded(store, [*records, broken, *records, said(SessionMissed, "s2", 1)], HANDLERS, s1=2)

    assert found["s1"]["heard"] == ["scheduled 1", "missed"]
    assert set(found) == {"s1"}
    assert await store.count(Entry, {}) == 0
    assert await store.db["outbox"].count_documents({}) == 0


@hears(SessionMissed, changes=Entry, found_by="session_id")
async def meddling(event: SessionMissed, unit: Unit) -> None:
    """Changes more than it says."""
    unit.save(Receipt(id=event.session_id))


@hears(SessionMissed, changes=Entry, found_by="session_id")
async def needing(_: SessionMissed, __: Unit) -> None:
    raise NotYet("Receipt of old")


@pytest.mark.parametrize(
    ("handlers", "number", "why"),
    [
        ([HANDLERS[0], meddling], 1, "Entry change Receipt too"),
        ([HANDLERS[0], needing], 1, "needs Receipt of old, which is not here"),
        (HANDLERS, 14, "fail at version 2 of telemachus.sessions/s1: ZeroDivisionError"),
    ],
)
async def test_what_cannot_be_folded_says_why(store: Store, handlers: list[Hears], number: int, why: str) -> None:
    records = [said(SessionScheduled, "s1", 1), said(SessionMissed, "s1", 2, number)]
    with refusing(Sentences(), why, CannotRebuild):
        await folded(store, records, handlers, s1=2)


async def test_an_event_that_fails_after_a_partial_save_is_folded_once_all_the_same(store: Store) -> None:
    """Two handlers of one event, of which the second needs what comes later: the first's change is not made twice."""
    asked: list[str] = []

    @hears(SessionHeld, changes=Entry, found_by="session_id")
    async def later(event: SessionHeld, _: Unit) -> None:
        asked.append(event.session_id)
        if len(asked) == 1:
            raise NotYet("something else")

    records = [said(SessionScheduled, "s1", 1), said(SessionHeld, "s1", 2)]
    found = await folded(store, records, [*HANDLERS, later], s1=2)

    assert asked == ["s1", "s1"]
    assert found["s1"]["heard"] == ["scheduled 1", "held"]


async def test_a_dropped_dead_letter_is_left_out(store: Store, inbox: Inbox) -> None:
    records = [said(SessionScheduled, "s1", 1), said(SessionMissed, "s1", 2, 14), said(SessionHeld, "s1", 3)]
    await inbox.take(records)
    desk = Desk(store, inbox)
    [letter], _ = await desk.letters(settled=False, after=(), limit=1)
    await desk.drop(letter.id)
    live = (await documents(store, Entry))["s1"]

    folding = Folding(store, Entry, HANDLERS, await rebuild_of(store)._dropped())
    upto = {letter.position: 3}
    await folding.read(records, upto)
    await folding.settle(upto)

    [shadow] = [d async for d in folding.documents.find()]
    assert shadow["heard"] == live["heard"] == ["scheduled 1", "held"]


async def test_nobody_but_its_handlers_changes_a_projection(store: Store, telemetry: Telemetry) -> None:
    store.projections = frozenset({Entry})
    unit = store.unit()
    with pytest.raises(TypeError, match="changes=Entry"):
        unit.save(Entry(id="by hand"))

    inbox = Inbox(store, HANDLERS, telemetry)
    await inbox.prepare()
    await inbox.take([said(SessionScheduled, "s1", 1), said(SessionHeld, "s1", 2)])
    assert (await documents(store, Entry))["s1"]["heard"] == ["scheduled 1", "held"]
    with pytest.raises(TypeError):
        unit.save(Entry(id="by hand"))
