"""One service's MongoDB database: its collections and indexes, and reading from it."""

import asyncio
from collections.abc import AsyncIterable, Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from bson.codec_options import CodecOptions
from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorCollection, AsyncIOMotorCursor
from pymongo import ASCENDING
from pymongo.errors import NotPrimaryError, OperationFailure
from pymongo.monitoring import ConnectionPoolListener
from pymongo.uri_parser import split_options
from typing_extensions import override

from shared.domain.aggregate import Aggregate
from shared.domain.clock import Clock
from shared.domain.errors import Unreadable
from shared.domain.news import News
from shared.domain.pieces import by_turns
from shared.domain.work import BY_ID, Key, Order, Page, Where
from shared.domain.work import Store as Port
from shared.language.envelope import Origin
from shared.language.streams import Event
from shared.store.documents import Document, from_document
from shared.store.indexes import COLLECTIONS, Index, indexes_of
from shared.store.numbering import Numbering
from shared.store.queries import at, beyond, counts_of, different_in, page_of, stored, values_of
from shared.store.transactions import EXISTS
from shared.telemetry.tracing import Tracing

A = TypeVar("A", bound=Aggregate)

TIME_OUTS: Mapping[str, int] = {"serverSelectionTimeoutMS": 3000, "socketTimeoutMS": 30000}
"""Milliseconds until nobody is found who answers, and until an answer counts as lost."""
READ_TOGETHER = 500
"""Documents a round trip; what is made of them is made by turns."""


class Database(Port):
    """One service's database. ``origin`` is who it speaks for in the events it publishes."""

    def __init__(
        self, url: str, database: str, origin: Origin, clock: Clock, listeners: Sequence[ConnectionPoolListener] = ()
    ) -> None:
        self.client: AsyncIOMotorClient[Document] = AsyncIOMotorClient(
            url,
            tz_aware=True,
            tzinfo=UTC,
            event_listeners=listeners,
            **_unless_said(url, {**TIME_OUTS, "appname": origin.service}),
        )
        options: CodecOptions[Document] = CodecOptions(tz_aware=True, tzinfo=UTC)
        self.db = self.client.get_database(database, codec_options=options)
        self.origin = origin
        self.clock = clock
        self.projections: frozenset[type[Aggregate]] = frozenset()
        """What only handlers change that say so, and what can therefore be worked out anew from events."""
        self.numbering = Numbering()
        self.said_something: Callable[[], None] = lambda: None
        """Called after a commit that published something; wakes the outbox."""
        self.falls_due: Callable[[type[Aggregate], datetime], None] = lambda _, __: None
        """Called after a commit with the kind and time of everything stored that falls due; wakes whoever waits."""
        self.made_true: Callable[[Event], None] = lambda _: None
        """Called after a commit with every event raised in it; counts them."""
        self.news = News()
        self.tracing = Tracing()

    def collection(self, kind: type[Aggregate]) -> AsyncIOMotorCollection[Document]:
        """Where aggregates of this kind live."""
        return self.db[kind.collection]

    async def prepare(self, kinds: Iterable[type[Aggregate]]) -> None:
        """Create collections and indexes; harmless when they exist."""
        for name in set(COLLECTIONS) - set(await self.db.list_collection_names()):
            await self._create_collection(name)
        await self.create(indexes_of(kinds))

    async def _create_collection(self, name: str) -> None:
        try:
            await self.db.create_collection(name, check_exists=False)
        except OperationFailure as error:
            if error.code != EXISTS:  # another replica was faster
                raise

    async def create(self, indexes: Iterable[Index]) -> None:
        """Create those that are missing. MongoDB goes on reading and writing while it builds one."""
        for index in indexes:
            await self.db[index.collection].create_index([(key, ASCENDING) for key in index.keys], **index.options)

    async def ping(self) -> None:
        """Raises when the database does not answer, or not as the one that may be written to.

        A ping is answered by a primary that has stepped down as well, and nobody can be served by it.
        """
        if not (await self.client.admin.command("hello"))["isWritablePrimary"]:
            raise NotPrimaryError("stepped down")

    @override
    async def all(
        self, kind: type[A], where: Where, *, sort: Order = BY_ID, limit: int = 0, without: Sequence[str] = ()
    ) -> list[A]:
        shown = dict.fromkeys(without, False) or None
        found = by_turns(self._find(kind, where, shown, sort, limit))
        return [from_document(kind, document) async for document in found]

    @override
    async def page(
        self,
        kind: type[A],
        where: Where,
        *,
        sort: Order = BY_ID,
        after: Key = (),
        limit: int,
        without: Sequence[str] = (),
        spoilt: list[str] | None = None,
    ) -> Page[A]:
        beginning = {"$and": [stored(where), beyond(sort, after)]}
        shown = dict.fromkeys(without, False) or None
        found = self.collection(kind).find(beginning, projection=shown, batch_size=READ_TOGETHER)
        documents = await found.sort(list(sort)).limit(limit + 1).to_list(limit + 1)
        return await page_of(kind, documents, sort, limit, spoilt)

    @override
    async def readable(self, kind: type[A], where: Where) -> tuple[list[A], dict[str, str]]:
        read: list[A] = []
        spoilt: dict[str, str] = {}
        async for document in by_turns(self._find(kind, where, None, BY_ID, 0)):
            try:
                read.append(from_document(kind, document))
            except Unreadable as error:
                spoilt[document["_id"]] = error.faults
        return read, spoilt

    @override
    async def ids(self, kind: type[Aggregate], where: Where, *, sort: Order = (), limit: int = 0) -> list[str]:
        return [document["_id"] async for document in self._find(kind, where, ["_id"], sort, limit)]

    @override
    async def values(
        self,
        kind: type[Aggregate],
        where: Where,
        fields: Sequence[str],
        *,
        each: str = "",
        sort: Order = (),
        limit: int = 0,
    ) -> list[tuple[Any, ...]]:
        found: AsyncIterable[Document] = (
            self.collection(kind).aggregate(values_of(where, fields, each, sort, limit), batchSize=READ_TOGETHER)
            if each
            else self._find(kind, where, fields, sort, limit)
        )
        return [tuple(at(document, field) for field in fields) async for document in found]

    def _find(
        self,
        kind: type[Aggregate],
        where: Where,
        fields: Sequence[str] | dict[str, bool] | None,
        sort: Order,
        limit: int,
    ) -> AsyncIOMotorCursor[Document]:
        found = self.collection(kind).find(stored(where), projection=fields, batch_size=READ_TOGETHER).limit(limit)
        return found.sort(list(sort)) if sort else found

    @override
    async def count(self, kind: type[Aggregate], where: Where) -> int:
        return await self.collection(kind).count_documents(stored(where))

    @override
    async def counts(
        self, kind: type[Aggregate], where: Where, by: Sequence[str], *, each: str = ""
    ) -> dict[tuple[Any, ...], int]:
        rows = self.collection(kind).aggregate(counts_of(where, by, each), batchSize=READ_TOGETHER)
        return {tuple(row["_id"]): row["times"] async for row in rows}

    @override
    async def different(self, kind: type[Aggregate], where: Where, fields: Sequence[str]) -> int:
        rows = self.collection(kind).aggregate(different_in(where, fields))
        return sum([row["times"] async for row in rows])

    async def close(self) -> None:
        """Let go of all connections."""
        await asyncio.to_thread(self.client.close)  # it looks for a server, for seconds where there is none


def _unless_said(url: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Those that the address leaves open: given beside it, the driver would take them before what it says."""
    query = url.partition("?")[2]
    said = {name.lower() for name in split_options(query, validate=False)} if query else set[str]()
    return {name: value for name, value in options.items() if name.lower() not in said}
