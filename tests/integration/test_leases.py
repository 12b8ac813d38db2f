"""Leases go by the database's clock: whose own is fast or slow has no more and no less than others."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from typing_extensions import override

from shared.delivery.poison import Poison
from shared.delivery.relaying.lease import Lease, is_held
from shared.domain.errors import Refused
from shared.rebuilding.projections import Projections
from shared.rebuilding.rebuild import Progress
from shared.store.store import Store
from tests.support.apps import new_issuer, settings_for
from tests.support.ledger import HANDLERS, Entry
from tests.support.serving import until


class TenMinutesAhead(datetime):
    """What a replica says the time is."""

    @classmethod
    @override
    def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
        return datetime.now(tz) + timedelta(minutes=10)


async def test_one_of_two_has_it_until_it_gives_it_up(store: Store) -> None:
    one, other = (Lease(store, "something", timedelta(minutes=1)) for _ in range(2))
    assert [await one.take(), await other.take(), await one.take()] == [True, False, True]
    assert [await one.ours(), await other.ours(), await is_held(store, "something")] == [True, False, True]
    await other.give_up()
    assert await one.ours()
    await one.give_up()
    assert not await is_held(store, "something")
    assert [await other.take(), await one.take()] == [True, False]


async def test_of_many_at_once_one_has_it(store: Store) -> None:
    taken = await asyncio.gather(*(Lease(store, "something", timedelta(minutes=1)).take() for _ in range(20)))
    assert sum(taken) == 1


async def test_it_runs_out(store: Store) -> None:
    gone, other = (Lease(store, "something", timedelta(milliseconds=100)) for _ in range(2))
    assert await gone.take()
    await until(other.take)
    assert not await gone.ours()


async def test_who_keeps_taking_it_keeps_it(store: Store) -> None:
    one, other = (Lease(store, "something", timedelta(seconds=1)) for _ in range(2))
    assert await one.take()
    began = (await store.db["leases"].find_one({}))["until"]  # type: ignore[index]
    async with asyncio.timeout(30):
        while (await store.db["leases"].find_one({}))["until"] < began + timedelta(seconds=2):  # type: ignore[index]
            assert await one.take()
            assert not await other.take()
            await asyncio.sleep(0.05)


async def test_poison_is_let_through_for_as_long_as_was_said(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    poison = Poison(store)
    assert not await poison._accepted()
    await poison.accept()
    monkeypatch.setattr("shared.delivery.poison.datetime", TenMinutesAhead)
    assert await poison._accepted()


async def test_a_rebuild_that_goes_on_is_not_begun_elsewhere_nor_taken_for_gone(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = asyncio.Event()

    class Slow:
        progress = Progress()

        def __init__(self, *_: Any) -> None:
            pass

        async def run(self, _: Any) -> None:
            await go_on.wait()

    monkeypatch.setattr("shared.rebuilding.projections.Rebuild", Slow)
    one, other = (Projections(store, settings_for(new_issuer()), [Entry], HANDLERS) for _ in range(2))
    await one.rebuild("entries")
    monkeypatch.setattr("shared.rebuilding.projections.datetime", TenMinutesAhead)
    with pytest.raises(Refused):
        await other.rebuild("entries")
    assert (await other.one("entries"))["rebuild"]["state"] == "running"

    await store.db["leases"].delete_many({})  # as when it has run out, for the process was killed
    assert (await other.one("entries"))["rebuild"]["state"] == "failed"
    go_on.set()
    await one.stop()
    await other.rebuild("entries")
    await other.stop()
