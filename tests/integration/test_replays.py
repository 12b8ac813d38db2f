"""What a replay promises: it is asked for once, done in pieces, by one replica, and nobody is held up by it."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from uuid_utils import uuid7

from shared.delivery.outbox import INDEXES
from shared.delivery.replays import replaying as module
from shared.delivery.replays.jobs import Because, Wish
from shared.delivery.replays.replaying import Replaying
from shared.delivery.sweeping import Sweeper
from shared.language.streams import Stream
from shared.store.store import Store
from tests.support.saying import said_again

TOPIC, OTHER = Stream.SESSIONS.value, Stream.PAIRS.value
THEN = datetime(2026, 1, 1, tzinfo=UTC)
ASKED = Wish(Because.ASKED)


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PIECE", 10)
    monkeypatch.setattr(module, "POLL", 0.05)
    monkeypatch.setattr(module, "LOOK", 0.01)


async def fill(store: Store, count: int, topic: str = TOPIC, **more: Any) -> None:
    """So many published events, one decided every day."""
    await store.create(INDEXES)
    row = {"topic": topic, "key": b"k", "headers": [], "value": b"{}", "subject": "s", "dead_letter": False}
    rows = [
        row | {"_id": str(uuid7()), "version": n, "at": THEN + timedelta(days=n), "published_at": THEN} | more
        for n in range(count)
    ]
    await store.db["outbox"].insert_many(rows)


async def pending(store: Store) -> int:
    return await store.db["outbox"].count_documents({"published_at": None})


async def pending_of(store: Store, topic: str) -> int:
    return await store.db["outbox"].count_documents({"published_at": None, "topic": topic})


async def publish(store: Store) -> None:
    """Stands for the relay."""
    await store.db["outbox"].update_many({"published_at": None}, {"$set": {"published_at": datetime.now(UTC)}})


async def states(replaying: Replaying) -> list[tuple[str, str]]:
    return [(topic, state) for topic, state, _ in await replaying.jobs.all()]


async def test_a_replay_is_done_in_pieces(store: Store) -> None:
    await fill(store, 25)
    replaying = Replaying(store, [TOPIC])
    await replaying.ask(ASKED)
    assert (await pending(store), await states(replaying)) == (0, [(TOPIC, "waiting")])
    assert await replaying.left() == 25

    seen = []
    while await replaying.go_on():
        seen.append((await pending(store), await replaying.left()))
    assert seen[:3] == [(10, 15), (20, 5), (25, 1)]
    assert await replaying.left() == 0
    [(_, state, job)] = await replaying.jobs.all()
    assert (state, job["seen"], job["of"], job["events"]) == ("done", 25, 25, 25)


async def test_what_is_decided_while_it_goes_on_is_not_said_twice(store: Store) -> None:
    await fill(store, 15)
    await fill(store, 1, _id="dead-1", dead_letter=True)
    replaying = Replaying(store, [TOPIC])
    await replaying.ask(ASKED)
    assert await replaying.go_on()
    await fill(store, 30)
    while await replaying.go_on():
        pass
    assert await pending(store) == 15


async def test_one_that_crashed_goes_on_where_it_was(store: Store) -> None:
    await fill(store, 30)
    first = Replaying(store, [TOPIC])
    await first.ask(ASKED)
    await first.go_on()
    await publish(store)

    second = Replaying(store, [TOPIC])
    while await second.go_on():
        pass
    assert await pending(store) == 20, "the first ten are not said a third time"
    [(_, _, job)] = await second.jobs.all()
    assert job["events"] == 30


async def test_wishes_for_the_same_are_one(store: Store) -> None:
    await fill(store, 30)
    replaying = Replaying(store, [TOPIC, OTHER])
    for days in (20, 25, 20, 22):
        since = THEN + timedelta(days=days)
        await replaying.ask(Wish(Because.MISSED, since, since + timedelta(days=5)), TOPIC)
    [(_, _, job)] = await replaying.jobs.all()
    assert (job["since"], job["until"]) == (THEN + timedelta(days=20), THEN + timedelta(days=30))

    await replaying.ask(Wish(Because.ASKED, THEN + timedelta(days=28)), OTHER)
    assert await states(replaying) == [(OTHER, "waiting"), (TOPIC, "waiting")]
    while await replaying.go_on():
        pass
    assert await pending(store) == 10


async def test_a_wish_during_a_replay_comes_after_it_and_only_once(store: Store) -> None:
    await fill(store, 15)
    replaying = Replaying(store, [TOPIC])
    await replaying.ask(ASKED)
    await replaying.go_on()
    await replaying.ask(Wish(Because.MISSED))
    await replaying.ask(Wish(Because.MISSED))
    assert await states(replaying) == [(TOPIC, "waiting"), (TOPIC, "running")]

    said = 0
    while await replaying.go_on():
        said += await pending(store)
        await publish(store)
    assert said == 30, "all fifteen twice"


async def test_one_that_is_held_waits_for_its_time(store: Store) -> None:
    await fill(store, 5)
    replaying = Replaying(store, [TOPIC])
    await replaying.ask(Wish(Because.LOST, held=3600))
    assert not await replaying.go_on()
    assert await replaying.left() == 5
    await store.db["replays"].update_one({}, {"$set": {"waiting.begins_at": THEN}})
    assert await replaying.go_on()
    assert await pending(store) == 5


async def test_of_two_replicas_one_does_it_and_the_other_takes_over(store: Store) -> None:
    await fill(store, 40)
    one, other = Replaying(store, [TOPIC]), Replaying(store, [TOPIC])
    await one.ask(ASKED)
    await one.step()
    for _ in range(3):
        await other.step()
    assert await pending(store) == 10
    await one.leave()
    await other.step()
    assert await pending(store) == 20


async def test_it_waits_while_much_is_not_published_yet(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_PENDING", 15)
    await fill(store, 60)
    replaying = Replaying(store, [TOPIC])
    await replaying.ask(ASKED)
    for _ in range(5):
        await replaying.step()
    assert await pending(store) == 20
    await publish(store)
    await replaying.step()
    assert await pending(store) == 10


async def test_it_goes_on_in_the_same_step_once_the_relay_has_caught_up(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST_PENDING", 15)
    monkeypatch.setattr(module, "POLL", 20)
    await fill(store, 60)
    replaying = Replaying(store, [TOPIC])
    await replaying.ask(ASKED)
    await replaying.step()
    await replaying.step()
    assert await pending(store) == 20

    async def caught_up(_: float) -> None:
        await publish(store)

    monkeypatch.setattr(asyncio, "sleep", caught_up)
    await replaying.step()
    assert await pending(store) == 10


async def test_what_is_decided_meanwhile_goes_before_the_next_piece(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FRESH_WITHIN", 20)
    await fill(store, 30)
    replaying = Replaying(store, [TOPIC])
    await replaying.ask(ASKED)
    await replaying.step()
    await publish(store)
    await fill(store, 1, published_at=None)

    async def relayed(_: float) -> None:
        assert await pending(store) == 1
        await publish(store)

    monkeypatch.setattr(asyncio, "sleep", relayed)
    await replaying.step()
    assert await pending(store) == 10


async def test_what_kafka_does_not_take_slows_a_replay_and_does_not_stop_it(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FRESH_WITHIN", 0.1)
    await fill(store, 30)
    replaying = Replaying(store, [TOPIC])
    await replaying.ask(ASKED)
    await replaying.step()
    await fill(store, 1, published_at=None)
    await asyncio.wait_for(replaying.step(), 5)
    assert await pending(store) == 21


async def test_what_waits_of_another_topic_does_not_hold_it_up(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_PENDING", 15)
    await fill(store, 20, OTHER, published_at=None)
    await fill(store, 5)
    replaying = Replaying(store, [TOPIC, OTHER])
    await replaying.ask(ASKED, TOPIC)
    for _ in range(3):
        await replaying.step()
    assert await pending_of(store, TOPIC) == 5


async def test_one_that_kafka_does_not_take_holds_up_no_other(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_PENDING", 15)
    await fill(store, 60)
    await fill(store, 5, OTHER)
    replaying = Replaying(store, [TOPIC, OTHER])
    await replaying.ask(ASKED, TOPIC)
    for _ in range(3):
        await replaying.step()
    await replaying.ask(ASKED, OTHER)
    for _ in range(20):
        await replaying.step()
    assert await pending_of(store, TOPIC) == 20
    assert await pending_of(store, OTHER) == 5
    assert await states(replaying) == [(OTHER, "done"), (TOPIC, "running")]
    await publish(store)
    await replaying.step()
    assert await pending_of(store, TOPIC) == 10


async def test_one_that_another_replica_began_meanwhile_is_not_ended(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fill(store, 15)
    slow, other = Replaying(store, [TOPIC]), Replaying(store, [TOPIC])
    await slow.ask(ASKED)
    newest = slow._newest

    async def overtaken() -> str:
        job = await other.jobs.next()
        assert job and await other._bounded(job)
        return await newest()

    monkeypatch.setattr(slow, "_newest", overtaken)
    assert await slow.go_on()
    while await other.go_on():
        pass
    assert await pending(store) == 15


async def test_a_count_is_broken_off_and_says_so(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    await fill(store, 12)
    await fill(store, 13, OTHER)
    replaying = Replaying(store, [TOPIC, OTHER])
    assert await replaying.count(ASKED) == (25, True)
    assert await replaying.count(ASKED, OTHER) == (13, True)
    assert await replaying.count(Wish(Because.ASKED, THEN + timedelta(days=10)), TOPIC) == (2, True)
    monkeypatch.setattr(module, "COUNT_WITHIN", 0.0)
    assert await replaying.count(ASKED) == (0, False)


async def test_a_piece_looks_at_no_more_than_its_rows(store: Store) -> None:
    await fill(store, 300)
    await fill(store, 300, OTHER)
    replaying = Replaying(store, [OTHER])
    await replaying.ask(ASKED)
    for _ in range(35):
        await replaying.go_on()
    await store.db.command("profile", 2)
    await replaying.go_on()
    await store.db.command("profile", 0)
    on_rows = {"ns": f"{store.db.name}.outbox", "op": {"$in": ["query", "update"]}}
    looked_at = [each["docsExamined"] async for each in store.db["system.profile"].find(on_rows)]
    assert await pending(store) == 60
    assert looked_at == [0, module.PIECE], "ids from an index alone, then the piece"


async def test_the_sweep_forgets_in_pieces_and_lets_others_work(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.delivery.sweeping.PIECE", 10)
    await fill(store, 95)
    await fill(store, 5, dead_letter=True, settled=None)
    sweeper = Sweeper(store, timedelta(days=1))
    sweeping = asyncio.create_task(sweeper.sweep())
    left = set()
    while not sweeping.done():
        left.add(await store.db["outbox"].count_documents({}))
        await asyncio.sleep(0.01)
    assert await sweeping == 95
    assert len(left) > 3, "others saw it on its way"
    assert await store.db["outbox"].count_documents({"settled": None, "dead_letter": True}) == 5


async def test_the_sweep_leaves_what_a_replay_says_again(store: Store) -> None:
    await fill(store, 20)
    await said_again(Replaying(store, [TOPIC]))
    assert await Sweeper(store, timedelta(days=1)).sweep() == 0
