"""The store that services are tested with keeps every promise of the real one, and answers no more than is promised."""

from typing import Any

import pytest
from typing_extensions import override

from shared.domain.aggregate import Aggregate
from shared.store.documents import Document
from tests.support.ledger import Entry
from tests.support.memory import MemoryStore
from tests.support.promises import Promises, Said, keep
from tests.support.promises.changing import ChangingPromises
from tests.support.promises.deleting import DeletingPromises
from tests.support.promises.finding import CARDS, Card, FindingPromises


class InMemory(Promises[MemoryStore]):
    """Nothing is hidden in memory."""

    @pytest.fixture
    def store(self) -> MemoryStore:
        return MemoryStore()

    @override
    async def said(self, store: MemoryStore) -> list[Said]:
        return [Said(each.topic, each.subject, each.version, each.event.type) for each in store.outbox]

    @override
    async def lying(self, store: MemoryStore, kind: type[Aggregate], identity: str) -> Document | None:
        return store.documents(kind).get(identity)

    @override
    async def put(self, store: MemoryStore, kind: type[Aggregate], document: Document) -> None:
        store.shelves.put(kind, document)


class TestChanging(InMemory, ChangingPromises[MemoryStore]):
    pass


class TestDeleting(InMemory, DeletingPromises[MemoryStore]):
    pass


class TestFinding(InMemory, FindingPromises[MemoryStore]):
    pass


@pytest.mark.parametrize(
    "where",
    [
        {"held": {"$mod": [2, 0]}},
        {"$and": [{"held": 1}]},
        {"place": {"country": "FR"}},
        {"meetings": {"$elemMatch": {"outcome": "held"}}},
    ],
)
async def test_what_the_port_does_not_name_is_no_question(where: dict[str, Any]) -> None:
    with pytest.raises(NotImplementedError, match="not in the language of the port"):
        await MemoryStore(*CARDS).ids(Card, where)


async def test_nothing_is_sorted_by_a_list() -> None:
    with pytest.raises(NotImplementedError, match="not in the language of the port"):
        await MemoryStore(*CARDS).ids(Card, {}, sort=(("tags", 1),))


async def test_what_it_gives_away_changes_nothing_in_it() -> None:
    store = MemoryStore()
    await keep(store, Entry(id="s1", heard=("x",)))
    store.documents(Entry)["s1"]["heard"].append("y")
    [(heard,)] = await store.values(Entry, {}, ("heard",))
    heard.append("z")
    assert await store.all(Entry, {}) == [Entry(id="s1", heard=("x",))]
