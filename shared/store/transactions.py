"""MongoDB's transactions: all or nothing, and told when somebody else was faster."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Sequence
from random import random
from typing import Any

from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorClientSession, AsyncIOMotorCollection
from pymongo import WriteConcern
from pymongo.errors import BulkWriteError, NetworkTimeout, OperationFailure, PyMongoError
from pymongo.read_concern import ReadConcern

from shared.domain.errors import Conflict, TooMuchAtOnce
from shared.domain.work import Where
from shared.store.documents import Document

Transaction = AsyncIOMotorClientSession
Documents = AsyncIOMotorCollection[Document]
Write = Callable[[Transaction], Coroutine[Any, Any, None]]

DUPLICATE_KEY, WRITE_CONFLICT, EXISTS = 11000, 112, 48
TOO_MUCH = {24, 50, 251, 257, 262, 290}
"""Codes of MongoDB for what takes too long or is too large in one transaction (its file ``error_codes.yml``):

LockTimeout, MaxTimeMSExpired, NoSuchTransaction (it was ended for its age), TransactionTooLarge, ExceededTimeLimit,
TransactionExceededLifetimeLimitSeconds.
"""
TRIES = 2
"""The driver's own ``with_transaction`` repeats the whole for two minutes, however long one time takes."""
SOMEBODY_ELSE = 0.05
"""Seconds that are waited at most before starting over."""
COMMITTED_WITHIN = 20.0
"""Seconds in which a commit is asked for again whose answer got lost."""


async def in_transaction(client: AsyncIOMotorClient[Document], work: Write) -> None:
    """Do it all or nothing; raises Conflict when somebody else was faster, TooMuchAtOnce after two vain tries."""
    for left in reversed(range(TRIES)):
        try:
            await _once(client, work)
        except PyMongoError as error:
            if isinstance(error, OperationFailure) and error.code in (DUPLICATE_KEY, WRITE_CONFLICT):
                await asyncio.sleep(SOMEBODY_ELSE * random())  # noqa: S311 - whoever was faster may not have ended
                raise Conflict("changed-meanwhile") from error
            if not (_too_much(error) or error.has_error_label("TransientTransactionError")):
                raise
            if not left:
                raise (TooMuchAtOnce(str(error)) if _too_much(error) else error) from error
        else:
            return


def _too_much(error: PyMongoError) -> bool:
    """Whether less of it may be done where this was not."""
    return isinstance(error, NetworkTimeout) or (isinstance(error, OperationFailure) and error.code in TOO_MUCH)


async def _once(client: AsyncIOMotorClient[Document], work: Write) -> None:
    async with await client.start_session() as session:
        session.start_transaction(read_concern=ReadConcern("snapshot"), write_concern=WriteConcern("majority"))
        try:
            await work(session)
        except BaseException:
            await session.abort_transaction()
            raise
        await _commit(session)


async def _commit(session: Transaction) -> None:
    until = time.monotonic() + COMMITTED_WITHIN
    while True:
        try:
            await session.commit_transaction()
        except PyMongoError as error:
            if not error.has_error_label("UnknownTransactionCommitResult") or time.monotonic() > until:
                raise
        else:
            return


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
