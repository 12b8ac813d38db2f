"""More than the database takes at once is done in halves; a primary that steps down is waited for."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo.errors import AutoReconnect, PyMongoError

from shared.delivery.inbox import Inbox
from shared.domain.pieces import in_pieces
from shared.language.sessions import SessionHeld, SessionScheduled
from shared.loops import is_transient
from shared.store import transactions
from shared.store import unit as units
from shared.store.store import Store
from shared.store.unit import Unit
from tests.support.backends import Mongo
from tests.support.ledger import Entry, said

RECORDS = 24
ONE_TAKES = 0.1
"""Seconds: so all of them take longer than the transaction may live, and a quarter of them does not."""


@pytest.fixture
async def short_lived(mongodb: Mongo) -> AsyncIterator[None]:
    """A MongoDB that ends transactions after a second instead of a minute."""
    client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(mongodb.url)
    told = await client.admin.command("getParameter", transactionLifetimeLimitSeconds=1)
    await client.admin.command("setParameter", 1, transactionLifetimeLimitSeconds=1)
    yield
    before = told["transactionLifetimeLimitSeconds"]
    await client.admin.command("setParameter", 1, transactionLifetimeLimitSeconds=before)
    client.close()


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many documents each transaction was to write into a collection, one after the other; writing is slow."""
    sizes: list[int] = []

    async def slow(collection: Any, operations: Sequence[Any], session: Any) -> None:
        if collection.name == "entries":
            sizes.append(len(operations))
            for operation in operations:
                await transactions.bulk(collection, [operation], session)
                await asyncio.sleep(ONE_TAKES)
        else:
            await transactions.bulk(collection, operations, session)

    monkeypatch.setattr(units, "bulk", slow)
    return sizes


async def heard(store: Store) -> dict[str, tuple[str, ...]]:
    return {entry.id: entry.heard for entry in await store.all(Entry, {})}


@pytest.mark.usefixtures("short_lived")
async def test_a_batch_that_takes_too_long_is_done_in_halves(inbox: Inbox, store: Store, tried: list[int]) -> None:
    records = [said(SessionScheduled, f"s{n:02}", 1) for n in range(RECORDS)]
    await inbox.take(records)
    assert await heard(store) == {f"s{n:02}": ("scheduled 1",) for n in range(RECORDS)}
    assert tried.count(RECORDS) == transactions.TRIES, "the whole is not tried again and again"
    tried.clear()
    await inbox.take(records)
    assert tried == [], "all of it is known"


@pytest.mark.usefixtures("short_lived")
async def test_pieces_of_other_work_are_halved_too_and_nothing_is_done_twice(store: Store, tried: list[int]) -> None:
    async def some(identities: Sequence[str]) -> int:
        async def work(unit: Unit) -> None:
            for identity in identities:
                entry = await unit.find(Entry, identity) or Entry(id=identity)
                unit.save(Entry(id=identity, heard=(*entry.heard, "once")))

        await store.run(work)
        return len(identities)

    done = await in_pieces([f"s{n:02}" for n in range(RECORDS)], some)
    assert sum(done) == RECORDS
    assert max(done) < RECORDS == max(tried)
    assert set((await heard(store)).values()) == {("once",)}


async def test_a_primary_that_steps_down_is_waited_for_and_everything_is_done_once(
    inbox: Inbox, store: Store, mongodb: Mongo
) -> None:
    """In the middle of batches: whatever the driver says of it, trying again is right."""
    sessions = [f"s{n:03}" for n in range(400)]
    batches = [[said(kind, s, v)] for s in sessions for v, kind in ((1, SessionScheduled), (2, SessionHeld))]
    stepping = asyncio.create_task(_step_down(mongodb, times=3))
    others: list[Exception] = []
    for batch in batches:
        while True:
            try:
                await inbox.take(batch)
                break
            except Exception as error:
                if not is_transient(error):
                    others.append(error)
                await asyncio.sleep(0.05)
    await stepping
    assert others == []
    assert set((await heard(store)).values()) == {("scheduled 1", "held")}
    assert await store.db["outbox"].count_documents({}) == len(sessions)


async def _step_down(mongodb: Mongo, times: int) -> None:
    client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(mongodb.url)
    for _ in range(times):
        await asyncio.sleep(0.3)
        try:
            await client.admin.command("replSetStepDown", 1, force=True)
        except (AutoReconnect, PyMongoError):
            continue
    client.close()
