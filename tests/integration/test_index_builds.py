"""An index that is being built keeps nobody from reading and writing."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pytest
from typing_extensions import override

from deploy.local.mongod import Mongod
from shared.domain.clock import SystemClock
from shared.domain.work import Unit
from shared.language.envelope import Origin
from shared.store.store import Store
from tests.support.ledger import Entry
from tests.support.serving import until

HANGS = "hangAfterSettingUpIndexBuild"
"""MongoDB's own fail point: a build waits there until it is told to go on."""


@dataclass(frozen=True, kw_only=True)
class Sorted(Entry):
    """Entries as the next version has them: with one more index."""

    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("heard",),)


class TestableMongod(Mongod):
    """One whose fail points can be set."""

    __test__ = False

    @override
    def _command(self, data: Path) -> list[str | Path]:
        return [*super()._command(data), "--setParameter", "enableTestCommands=1"]


@pytest.fixture(scope="module")
def mongod(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mongod]:
    """A MongoDB of its own."""
    with TestableMongod(tmp_path_factory.mktemp("mongod")) as server:
        yield server


@pytest.fixture
async def store(mongod: Mongod) -> AsyncIterator[Store]:
    """With entries in it."""
    store = Store(mongod.url, "index_builds", Origin("ledger", "test"), SystemClock())
    await store.prepare([Entry])
    await _write(store, *(f"s{number}" for number in range(100)))
    yield store
    await store.close()


async def _write(store: Store, *ids: str) -> None:
    async def work(unit: Unit) -> None:
        for identity in ids:
            unit.save(Entry(id=identity, heard=(identity,)))

    await store.run(work)


async def _builds(store: Store) -> int:
    """How many index builds are under way."""
    found = await store.client.admin.command("currentOp", {"msg": {"$regex": "^Index Build"}})
    return len(found["inprog"])


async def _fail_point(store: Store, mode: str) -> None:
    await store.client.admin.command({"configureFailPoint": HANGS, "mode": mode})


async def test_units_of_work_go_on_while_an_index_is_built(store: Store) -> None:
    await _fail_point(store, "alwaysOn")
    building = asyncio.create_task(store.prepare([Sorted]))

    async def under_way() -> bool:
        return await _builds(store) > 0

    await until(under_way)
    await _write(store, "meanwhile")
    assert (await store.unit().get(Entry, "meanwhile")).heard == ("meanwhile",)
    assert not building.done()

    await _fail_point(store, "off")
    await building
    keys: Any = [index["key"] async for index in store.db["entries"].list_indexes()]
    assert any("heard" in key for key in keys)
    assert await store.count(Entry, {"heard": "meanwhile"}) == 1
