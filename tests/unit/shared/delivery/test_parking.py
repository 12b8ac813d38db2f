"""When what was parked is looked for: seldom while there is nothing, and at once when there is."""

import asyncio
from typing import Any, cast

import pytest

from shared.delivery import parking
from shared.delivery.parking import Parked, Parking
from shared.language.envelope import Record
from shared.store.store import Store

ONE = {"x/2": Parked("x/2", "x", 2, "x/1", Record("t", 0, 0, 0, None, None, ()))}


class Shelf:
    """A collection, and a store of it; empty, and asked as often as it counts."""

    def __init__(self) -> None:
        self.asked = 0
        self.meanwhile: Any = lambda: None

    def __getitem__(self, _: str) -> "Shelf":
        return self

    @property
    def db(self) -> "Shelf":
        return self

    async def find_one(self, *_: object, **__: object) -> None:
        self.asked += 1
        await asyncio.sleep(0)
        self.meanwhile()


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> Shelf:
    """Looked at again after longer than any test."""
    monkeypatch.setattr(parking, "LOOK_AGAIN", 3600.0)
    return Shelf()


async def test_nothing_is_looked_for_until_something_is_parked(shelf: Shelf) -> None:
    parked = Parking(cast("Store", shelf))
    assert await parked.due() == []
    resting = asyncio.create_task(parked.rest())
    await asyncio.sleep(0.1)
    assert (resting.done(), shelf.asked) == (False, 1)
    parked.wrote({})
    await asyncio.sleep(0)
    assert not resting.done()
    parked.wrote(ONE)
    await asyncio.wait_for(resting, 60)
    assert await parked.any() is False
    assert shelf.asked == 2


async def test_what_is_parked_during_a_look_is_not_overlooked(shelf: Shelf) -> None:
    parked = Parking(cast("Store", shelf))
    shelf.meanwhile = lambda: parked.wrote(ONE)
    assert await parked.due() == []
    await asyncio.wait_for(parked.rest(), 60)
    await parked.any()
    assert shelf.asked == 2
