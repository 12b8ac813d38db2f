"""One service's MongoDB database: its collections and indexes, and reading from it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC
from typing import Any, TypeVar

from bson.codec_options import CodecOptions
from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorCollection
from pymongo import ASCENDING
from pymongo.errors import OperationFailure
from pymongo.monitoring import ConnectionPoolListener

from shared.domain.aggregate import Aggregate
from shared.domain.clock import Clock
from shared.language.envelope import Origin
from shared.language.streams import Event
from shared.store.documents import Document, from_document
from shared.store.indexes import COLLECTIONS, Index, indexes_of
from shared.store.numbering import Numbering
from shared.store.transactions import EXISTS
from shared.telemetry.tracing import Tracing

A = TypeVar("A", bound=Aggregate)

STORED = {"_gone": None}
"""MongoDB's query for aggregates; what was deleted may have left its counter."""


class Database:
    """One service's database. ``origin`` is who it speaks for in the events it publishes."""

    def __init__(
        self, url: str, database: str, origin: Origin, clock: Clock, listeners: Sequence[ConnectionPoolListener] = ()
    ) -> None:
        self.client: AsyncIOMotorClient[Document] = AsyncIOMotorClient(
            url,
            tz_aware=True,
            tzinfo=UTC,
            serverSelectionTimeoutMS=3000,
            socketTimeoutMS=30000,
            appname=origin.service,
            event_listeners=listeners,
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
        self.made_true: Callable[[Event], None] = lambda _: None
        """Called after a commit with every event raised in it; counts them."""
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
        """Raises when the database does not answer."""
        await self.client.admin.command("ping")

    async def all(
        self,
        kind: type[A],
        where: Mapping[str, Any],
        *,
        sort: Sequence[tuple[str, int]] = (("_id", 1),),
        limit: int = 0,
    ) -> list[A]:
        """The stored aggregates that match a MongoDB query, for showing them to people."""
        cursor = self.collection(kind).find({**where, **STORED}).sort(list(sort)).limit(limit)
        return [from_document(kind, document) async for document in cursor]

    async def count(self, kind: type[Aggregate], where: Mapping[str, Any]) -> int:
        """How many match."""
        return await self.collection(kind).count_documents({**where, **STORED})

    async def close(self) -> None:
        """Let go of all connections."""
        self.client.close()
