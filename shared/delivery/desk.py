"""What operators do with dead letters: look at them, try them again in place, or move on without them.

A dead letter is tried again by this service's own inbox, from the copy in its outbox: no other service sees the event
again, and no right to write to other services' streams is needed. Position, effects and the letter's end are one
transaction, so that doing it twice, or at two replicas, does nothing twice.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from shared.delivery.batch import Dealt
from shared.delivery.dead_letters import Letter
from shared.delivery.inbox import Inbox
from shared.delivery.outbox import OPEN_LETTERS
from shared.domain.errors import Absent, Refused
from shared.domain.work import Key, Order
from shared.language.topics import LARGEST_RECORD
from shared.store.queries import beyond
from shared.store.store import Store
from shared.store.transactions import Transaction, Write

SETTLED = {"dead_letter": True, "settled": {"$in": ["retried", "dropped"]}}
OLDEST_FIRST: Order = (("at", 1), ("_id", 1))
BYTES, BATCH = 8 * LARGEST_RECORD, 16
"""Bytes of bodies after which a page ends, and letters of one round trip."""


def _which(settled: bool) -> Mapping[str, Any]:
    return SETTLED if settled else OPEN_LETTERS


def _with_its_moment(after: Key) -> Sequence[Any]:
    """In documents ``at`` is no text."""
    return (datetime.fromisoformat(str(after[0])), *after[1:]) if after else ()


class Desk:
    """The dead letters of one service."""

    def __init__(self, store: Store, inbox: Inbox) -> None:
        self._rows = store.db["outbox"]
        self._inbox = inbox

    async def letters(self, *, settled: bool, after: Key, limit: int) -> tuple[list[Letter], Key]:
        """The oldest that are open, or those that were settled, after that key; and the key of the last if more come.

        They are fewer than ``limit`` where they are large: they may have a megabyte each.
        """
        which = {"$and": [_which(settled), beyond(OLDEST_FIRST, _with_its_moment(after))]}
        found, size = list[Letter](), 0
        async for row in self._rows.find(which).sort(list(OLDEST_FIRST)).limit(limit + 1).batch_size(BATCH):
            if len(found) == limit or size > BYTES:
                return found, (found[-1].at.isoformat(), found[-1].id)
            found.append(Letter.of_row(row))
            size += len(row["value"] or b"")
        return found, ()

    async def how_many(self, *, settled: bool) -> int:
        """In all."""
        return await self._rows.count_documents(_which(settled))

    async def letter(self, identity: str) -> Letter:
        """One of them; raises Absent."""
        row = await self._rows.find_one({"_id": identity, "dead_letter": True})
        if row is None:
            raise Absent("no-such-dead-letter", id=identity)
        return Letter.of_row(row)

    async def retry(self, identity: str) -> Dealt:
        """Deal with it as if it came now. When it dies again it stays open, with the new reason.

        Raises Absent, and Refused for one that is settled or was too large to be kept.
        """
        letter = await self._open(identity)
        if letter.left_out:
            raise Refused("record-too-large")
        return await self._inbox.retry(letter.record, self._settle(letter, "retried"))

    async def drop(self, identity: str) -> int:
        """Move on without it; returns how many events that waited for it went on.

        One that names no version of a subject is only settled. Raises Absent, and Refused for one that is settled or
        where an older version has to be dealt with first.
        """
        letter = await self._open(identity)
        settle = self._settle(letter, "dropped")
        event_id = letter.envelope.id if letter.envelope else letter.id
        return await self._inbox.drop(letter.position, letter.version, event_id, settle)

    async def _open(self, identity: str) -> Letter:
        letter = await self.letter(identity)
        if letter.settled:
            raise Refused("dead-letter-settled", settled=letter.settled)
        return letter

    def _settle(self, letter: Letter, how: str) -> Write:
        async def settle(session: Transaction) -> None:
            change = {"$set": {"settled": how, "settled_at": datetime.now(UTC)}}
            await self._rows.update_one({"_id": letter.id}, change, session=session)

        return settle
