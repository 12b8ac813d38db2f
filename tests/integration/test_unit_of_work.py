"""The store over MongoDB keeps the promises of the ports; and what it alone promises."""

import pytest
from typing_extensions import override

from shared.domain.aggregate import Aggregate
from shared.domain.errors import Absent
from shared.language.sessions import SessionHeld
from shared.store.documents import Document
from shared.store.store import Store
from shared.store.transactions import Transaction
from tests.support.ledger import Entry, event
from tests.support.promises import Promises, Said
from tests.support.promises.changing import ChangingPromises
from tests.support.promises.deleting import DeletingPromises
from tests.support.promises.finding import FindingPromises


class InMongoDB(Promises[Store]):
    """What lies in the collections."""

    @override
    async def said(self, store: Store) -> list[Said]:
        rows = await store.db["outbox"].find().sort("_id").to_list(None)
        assert all(row["published_at"] is None for row in rows)
        types = [dict(row["headers"])["ce_type"].decode() for row in rows]
        return [Said(row["topic"], row["subject"], row["version"], kind) for row, kind in zip(rows, types, strict=True)]

    @override
    async def lying(self, store: Store, kind: type[Aggregate], identity: str) -> Document | None:
        found: Document | None = await store.collection(kind).find_one({"_id": identity})
        return found

    @override
    async def put(self, store: Store, kind: type[Aggregate], document: Document) -> None:
        await store.collection(kind).replace_one({"_id": document["_id"]}, document, upsert=True)


class TestChanging(InMongoDB, ChangingPromises[Store]):
    pass


class TestDeleting(InMongoDB, DeletingPromises[Store]):
    pass


class TestFinding(InMongoDB, FindingPromises[Store]):
    pass


async def test_a_failure_in_the_middle_leaves_nothing(store: Store) -> None:
    unit = store.unit()
    unit.save(Entry(id="s1").raising(event(SessionHeld, "s1")))

    async def fails(_: Transaction) -> None:
        raise RuntimeError("pulled the plug")

    with pytest.raises(RuntimeError):
        await unit.commit(fails)

    assert await store.db["outbox"].count_documents({}) == 0
    with pytest.raises(Absent):
        await store.unit().get(Entry, "s1")
