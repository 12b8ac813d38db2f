"""What the outbox promises: nothing before the commit, nothing lost, in order, by one relay at a time."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from random import Random
from typing import Any

import pytest
from aiokafka.errors import KafkaError
from typing_extensions import override
from uuid_utils import uuid7

from shared.delivery.outbox import Outbox
from shared.delivery.replays.confirmed import Confirmed
from shared.delivery.replays.jobs import Because, Wish
from shared.delivery.replays.replaying import Replaying
from shared.delivery.sweeping import Sweeper
from shared.domain.work import Unit
from shared.kafka.connection import start_producer
from shared.language.sessions import SessionHeld, SessionMissed, SessionScheduled
from shared.language.streams import Event, Stream
from shared.loops import Pulse
from shared.store.store import Store
from shared.store.transactions import Transaction
from shared.telemetry.metrics import Telemetry
from tests.support.apps import NOWHERE, new_issuer, settings_for
from tests.support.backends import Kafka
from tests.support.ledger import Entry, event
from tests.support.reading import Written, read
from tests.support.saying import said_again

Relay = Callable[..., Outbox]


@pytest.fixture
def name() -> str:
    """A session no other test speaks of."""
    return f"s-{uuid.uuid4().hex[:12]}"


@pytest.fixture
async def relay(store: Store, kafka: Kafka, telemetry: Telemetry) -> AsyncIterator[Relay]:
    """Makes relays on the store's outbox."""
    made: list[Outbox] = []

    def make(bootstrap_servers: str = kafka.bootstrap_servers) -> Outbox:
        settings = settings_for(new_issuer(), kafka_bootstrap_servers=bootstrap_servers)
        confirmed = Confirmed(store, [Stream.SESSIONS.value], telemetry)
        outbox = Outbox(store, partial(start_producer, settings, "ledger"), telemetry, Pulse(), confirmed)
        made.append(outbox)
        return outbox

    yield make
    for outbox in made:
        await outbox.stop()


async def decide(store: Store, *events: Event) -> None:
    """One unit of work that says these."""

    async def work(unit: Unit) -> None:
        for said in events:
            entry = await unit.find(Entry, said.subject) or Entry(id=said.subject)
            unit.save(entry.raising(said))

    await store.run(work)


async def published(kafka: Kafka, *subjects: str, topic: str = Stream.SESSIONS.value) -> list[Written]:
    """What stands in the topic about these subjects, each partition in its order."""
    everything = await asyncio.to_thread(read, kafka.bootstrap_servers, [topic])
    return [record for record in everything if record.header("ce_subject") in subjects]


def versions(records: list[Written]) -> list[int]:
    return [int(record.header("ce_version")) for record in records]


async def rows(store: Store) -> list[dict[str, Any]]:
    return [row async for row in store.db["outbox"].find().sort("_id")]


async def test_nothing_is_published_before_the_commit(store: Store, relay: Relay, kafka: Kafka, name: str) -> None:
    outbox = relay()
    written, go_on = asyncio.Event(), asyncio.Event()

    async def hesitate(_: Transaction) -> None:
        written.set()
        await go_on.wait()

    unit = store.unit()
    unit.save(Entry(id=name).raising(event(SessionScheduled, name)))
    committing = asyncio.create_task(unit.commit(hesitate))
    await written.wait()
    assert await outbox.publish() == 0
    go_on.set()
    await committing

    assert await outbox.publish() == 1
    assert versions(await published(kafka, name)) == [1]


async def test_what_is_published_is_what_was_decided(store: Store, relay: Relay, kafka: Kafka, name: str) -> None:
    said = event(SessionScheduled, name)
    await decide(store, said)
    [row] = await rows(store)
    await relay().publish()

    [record] = await published(kafka, name)
    assert (record.key, record.value) == (row["key"], row["value"])
    assert record.headers == tuple((n, v) for n, v in row["headers"])
    assert record.value == said.model_dump_json().encode()


async def test_a_crash_between_publishing_and_noting_it_says_the_same_again(
    store: Store, relay: Relay, kafka: Kafka, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await decide(store, event(SessionScheduled, name))
    first = relay()

    async def crash(*_: Any) -> None:
        raise ConnectionResetError("pulled the plug")

    monkeypatch.setattr(first, "_rows", _Failing(first._rows, crash))
    with pytest.raises(ConnectionResetError):
        await first.publish()
    assert await relay().publish() == 1

    once, again = await published(kafka, name)
    assert (once.key, once.value, once.headers) == (again.key, again.value, again.headers)


class _Failing:
    """A collection whose updates fail."""

    def __init__(self, real: Any, fail: Callable[..., Any]) -> None:
        self._real = real
        self.update_many = fail

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


async def test_of_two_relays_the_one_with_the_lease_publishes_and_the_other_takes_over(
    store: Store, relay: Relay, kafka: Kafka, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.delivery.outbox.POLL", 0)
    one, other = relay(), relay()
    await one.step()
    await decide(store, event(SessionScheduled, name))
    for _ in range(5):
        await other.step()
    assert await one.pending() == 1
    await one.leave()
    assert await one.pending() == 0

    await decide(store, event(SessionMissed, name))
    await other.step()
    assert await other.pending() == 0
    await decide(store, event(SessionHeld, name))
    await one.step()
    assert await one.pending() == 1
    await other.leave()

    assert versions(await published(kafka, name)) == [1, 2, 3]


async def test_a_lease_that_ran_out_is_taken(
    store: Store, relay: Relay, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.delivery.outbox.POLL", 0.01)
    monkeypatch.setattr("shared.delivery.outbox.LEASE", timedelta(milliseconds=200))
    one, other = relay(), relay()
    await one.step()
    await decide(store, event(SessionScheduled, name))
    while await other.pending():
        await other.step()

    assert [row["published_at"] is not None for row in await rows(store)] == [True]


async def test_a_replica_whose_clock_is_fast_has_the_lease_no_longer_than_others(
    store: Store, relay: Relay, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.delivery.outbox.POLL", 0.01)
    monkeypatch.setattr("shared.delivery.outbox.LEASE", timedelta(milliseconds=200))
    fast, other = relay(), relay()
    monkeypatch.setattr("shared.delivery.outbox.datetime", _TenMinutesAhead)
    await fast.step()
    monkeypatch.undo()
    monkeypatch.setattr("shared.delivery.outbox.POLL", 0.01)
    await decide(store, event(SessionScheduled, name))
    async with asyncio.timeout(30):
        while await other.pending():
            await other.step()
    assert await other.leads()
    assert not await fast.leads()


class _TenMinutesAhead(datetime):
    @classmethod
    @override
    def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
        return datetime.now(tz) + timedelta(minutes=10)


async def test_the_order_of_a_subject_holds_with_many_writers(
    store: Store, relay: Relay, kafka: Kafka, name: str
) -> None:
    outbox = relay()
    subjects = [f"{name}-{n}" for n in range(5)]
    writing = [decide(store, event(SessionScheduled, subject, turn)) for turn in range(1, 9) for subject in subjects]
    everybody = asyncio.gather(*writing)
    while not everybody.done():
        await outbox.publish()
        await asyncio.sleep(0.01)  # the writers' turn
    await everybody
    await outbox.publish()

    found = await published(kafka, *subjects)
    for subject in subjects:
        assert versions([r for r in found if r.header("ce_subject") == subject]) == list(range(1, 9))


async def test_the_order_of_a_subject_holds_with_replicas_whose_clocks_are_apart(
    store: Store, relay: Relay, kafka: Kafka, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ahead = 0
    lots = Random(20)

    def by_their_clock() -> uuid.UUID:
        return uuid.UUID(int=uuid7().int + (ahead << 80))  # the first 48 of its 128 bits are milliseconds

    monkeypatch.setattr("shared.store.rows.uuid7", by_their_clock)
    monkeypatch.setattr("shared.delivery.outbox.TOGETHER", 7)
    subjects = [f"{name}-{n}" for n in range(10)]
    outbox = relay()
    for turn in range(1, 9):
        for subject in subjects:
            ahead = lots.choice([0, lots.randint(20, 200)])
            await decide(store, event(SessionScheduled, subject, turn))
        if turn % 3 == 0:
            await outbox.publish()
    assert [row["version"] for row in await rows(store)] != sorted(row["version"] for row in await rows(store))
    while await outbox.publish():
        pass
    await said_again(Replaying(store, [Stream.SESSIONS.value]))
    while await outbox.publish():
        pass

    found = await published(kafka, *subjects)
    for subject in subjects:
        assert versions([r for r in found if r.header("ce_subject") == subject]) == [*range(1, 9), *range(1, 9)]


async def test_a_replay_says_a_range_again_and_no_dead_letters(
    store: Store, relay: Relay, kafka: Kafka, name: str
) -> None:
    outbox = relay()
    subjects = [f"{name}-{n}" for n in range(4)]
    for subject in subjects:
        await decide(store, event(SessionScheduled, subject))
    kept = await rows(store)
    for n, row in enumerate(kept):
        at = datetime(2026, 1, 1 + n, tzinfo=UTC)
        await store.db["outbox"].update_one({"_id": row["_id"]}, {"$set": {"at": at, "dead_letter": n == 3}})
    await outbox.publish()

    replaying = Replaying(store, [Stream.PAIRS.value, Stream.SESSIONS.value])
    assert await said_again(replaying, topic=Stream.PAIRS.value) == 0
    since = Wish(Because.ASKED, datetime(2026, 1, 2, tzinfo=UTC))
    assert await said_again(replaying, since, Stream.SESSIONS.value) == 2
    await outbox.publish()
    assert await said_again(replaying) == 3
    await outbox.publish()

    times = [len(await published(kafka, subject)) for subject in subjects]
    assert times == [2, 3, 3, 1]
    [first, *again] = await published(kafka, subjects[1])
    assert all((r.key, r.value, r.headers) == (first.key, first.value, first.headers) for r in again)


async def test_what_kafka_does_not_take_waits_and_goes_out_later(
    store: Store, relay: Relay, kafka: Kafka, name: str
) -> None:
    await decide(store, event(SessionScheduled, name), event(SessionHeld, name))
    away = relay(NOWHERE)
    for _ in range(2):
        with pytest.raises(KafkaError):
            await away.publish()
    assert await away.pending() == 2
    assert await away.oldest_pending() is not None

    assert await relay().publish() == 2
    assert versions(await published(kafka, name)) == [1, 2]
    assert await away.oldest_pending() is None


async def test_leaving_publishes_what_is_left(store: Store, relay: Relay, kafka: Kafka, name: str) -> None:
    await decide(store, event(SessionScheduled, name))
    await relay().leave()

    assert versions(await published(kafka, name)) == [1]
    assert await store.db["leases"].count_documents({}) == 0


async def test_what_was_published_long_ago_is_forgotten(store: Store, relay: Relay, name: str) -> None:
    await decide(store, event(SessionScheduled, name), event(SessionMissed, name), event(SessionHeld, name))
    old, waiting, young = await rows(store)
    long_ago = datetime.now(UTC) - timedelta(days=401)
    await store.db["outbox"].update_one({"_id": old["_id"]}, {"$set": {"published_at": long_ago}})
    await store.db["outbox"].update_one({"_id": waiting["_id"]}, {"$set": {"at": long_ago}})
    await relay().publish()
    await Sweeper(store, timedelta(days=400)).sweep()

    assert [row["_id"] for row in await rows(store)] == [waiting["_id"], young["_id"]]
