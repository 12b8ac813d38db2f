"""MongoDB's transactions: all or nothing, and told when somebody else was faster."""

from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorClientSession, AsyncIOMotorCollection
from pymongo import WriteConcern
from pymongo.errors import BulkWriteError, OperationFailure
from pymongo.read_concern import ReadConcern

from shared.domain.errors import Conflict
from shared.domain.work import Where
from shared.store.documents import Document

Transaction = AsyncIOMotorClientSession
Documents = AsyncIOMotorCollection[Document]
Write = Callable[[Transaction], Coroutine[Any, Any, None]]

DUPLICATE_KEY, WRITE_CONFLICT, EXISTS = 11000, 112, 48


async def in_transaction(client: AsyncIOMotorClient[Document], work: Write) -> None:
    """Do it all or nothing; raises Conflict when somebody else was faster."""
    try:
        async with await client.start_session() as session:
            await session.with_transaction(
                work, read_concern=ReadConcern("snapshot"), write_concern=WriteConcern("majority")
            )
    except OperationFailure as error:  # with_transaction does not retry a commit that conflicts
        if error.code not in (DUPLICATE_KEY, WRITE_CONFLICT):
            raise
        raise Conflict("changed-meanwhile") from error


async def delete_all(collection: Documents, where: Where, session: Transaction) -> None:
    """Delete all that match."""
    await collection.delete_many(where, session=session)


async def bulk(collection: AsyncIOMotorCollection[Document], operations: Sequence[Any], session: Transaction) -> None:
    """Write in one go; raises Conflict unless every operation found what it expected."""
    try:
        result = await collection.bulk_write(operations, ordered=False, session=session)
    except BulkWriteError as error:
        if any(e.get("code") == DUPLICATE_KEY for e in error.details.get("writeErrors", [])):
            raise Conflict("changed-meanwhile") from error
        raise
    found = result.matched_count + result.inserted_count + result.upserted_count + result.deleted_count
    if found != len(operations):
        raise Conflict("changed-meanwhile")
