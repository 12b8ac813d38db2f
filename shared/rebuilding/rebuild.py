"""A projection is rebuilt from the topics while the service goes on, at any number of replicas.

1. In one snapshot of the database: how far the inbox is with every subject, and the revision of every document.
2. The streams are read from their beginning, in no group, and folded up to exactly there, beside the documents.
3. A document that still has the revision of the snapshot is replaced where it differs; a handler that changes it at
   that moment starts over. What changed since the snapshot is done in the next pass, which reads only what is new.

Nothing is written before all events up to the snapshot were found: where topics have forgotten some it is refused.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer

from shared.delivery.dead_letters import Letter
from shared.delivery.sweeping import forget
from shared.domain.aggregate import Aggregate
from shared.domain.handlers import Hears
from shared.domain.pieces import chunks
from shared.kafka.connection import make_reader, record_of
from shared.kafka.lag import all_partitions
from shared.language.streams import Stream
from shared.rebuilding.folding import CannotRebuild, Folding
from shared.settings import Settings
from shared.store.documents import Document
from shared.store.mongodb import DuplicateKeyError
from shared.store.store import Store
from shared.store.transactions import Documents

PASSES = 50
"""Documents that are changed in every one of them have not been rebuilt."""
TOGETHER = 500


@dataclass
class Progress:
    """How far it is: events read, of how many; documents replaced, and found as they should be."""

    read: int = 0
    of: int = 0
    replaced: int = 0
    unchanged: int = 0
    removed: int = 0
    passes: int = 0


Report = Callable[[Progress], Awaitable[None]]


@dataclass(frozen=True)
class Snapshot:
    """The database at one moment: subject → version dealt with, document → its revision."""

    positions: dict[str, int]
    revisions: dict[str, Any]

    def still_has(self, identity: str, document: Document | None) -> bool:
        """Whether the document is as it was then, there or not."""
        if document is None or identity not in self.revisions:
            return document is None and identity not in self.revisions
        return bool(document.get("_revision") == self.revisions[identity])


class Rebuild:
    """One rebuild of one projection of a service."""

    def __init__(self, store: Store, settings: Settings, kind: type[Aggregate], handlers: Iterable[Hears]) -> None:
        self._store, self._settings, self._kind = store, settings, kind
        self._handlers = list(handlers)
        self.progress = Progress()

    @property
    def _live(self) -> Documents:
        return self._store.collection(self._kind)

    async def run(self, report: Report) -> Progress:
        """Do it; raises CannotRebuild, and what is transient."""
        folding = Folding(self._store, self._kind, self._handlers, await self._dropped())
        reader = make_reader(self._settings, self._store.origin.service)
        await forget(folding.documents, {})
        try:
            await reader.start()
            await self._assign(reader, folding.streams)
            await self._passes(folding, reader, report)
        finally:
            await reader.stop()
            await forget(folding.documents, {})
        return self.progress

    async def _passes(self, folding: Folding, reader: AIOKafkaConsumer, report: Report) -> None:
        todo: set[str] | None = None
        for _ in range(PASSES):
            self.progress.passes += 1
            snapshot = await self._snapshot(folding.streams)
            await self._read(folding, reader, snapshot, report)
            await folding.settle(snapshot.positions)
            if todo is None:
                shadows = {document["_id"] async for document in folding.documents.find({}, projection=["_id"])}
                todo = shadows | set(snapshot.revisions)
            todo = await self._replace(todo, folding, snapshot, report)
            if not todo:
                return
        raise CannotRebuild("changed-again-and-again", count=len(todo or ()))

    async def _dropped(self) -> set[tuple[str, int]]:
        """What operators have let this service move on without."""
        rows = self._store.db["outbox"].find({"dead_letter": True, "settled": "dropped"})
        return {(letter.position, letter.version) async for row in rows for letter in [Letter.of_row(row)]}

    async def _snapshot(self, streams: Iterable[Stream]) -> Snapshot:
        own = {"$or": [{"_id": {"$gte": f"{stream.value}/", "$lt": f"{stream.value}0"}} for stream in streams]}
        async with await self._store.client.start_session(snapshot=True) as session:
            inbox = self._store.db["inbox"].find(own, projection=["version"], session=session)
            positions = {stored["_id"]: stored["version"] async for stored in inbox}
            live = self._live.find({}, projection=["_revision"], session=session)
            return Snapshot(positions, {stored["_id"]: stored.get("_revision") async for stored in live})

    async def _assign(self, reader: AIOKafkaConsumer, streams: Iterable[Stream]) -> None:
        partitions = await all_partitions(self._settings, self._store.origin.service, streams)
        reader.assign(partitions)
        await reader.seek_to_beginning(*partitions)

    async def _read(self, folding: Folding, reader: AIOKafkaConsumer, upto: Snapshot, report: Report) -> None:
        """Everything that was in the streams after the snapshot was taken, from where the last pass ended."""
        ends = await reader.end_offsets(list(reader.assignment()))
        here = {tp: await reader.position(tp) for tp in ends}
        self.progress.of += sum(max(0, end - here[tp]) for tp, end in ends.items())
        while any(here[tp] < end for tp, end in ends.items()):
            for records in (await reader.getmany(timeout_ms=500, max_records=TOGETHER)).values():
                await folding.read([record_of(r) for r in records], upto.positions)
                self.progress.read += len(records)
            here = {tp: await reader.position(tp) for tp in ends}
            await report(self.progress)

    async def _replace(self, todo: set[str], folding: Folding, snapshot: Snapshot, report: Report) -> set[str]:
        """Put right what is wrong; returns those that changed since the snapshot."""
        again: set[str] = set()
        for ids in chunks(sorted(todo), TOGETHER):
            which = {"_id": {"$in": ids}}
            live = {document["_id"]: document async for document in self._live.find(which)}
            shadows = {document["_id"]: document async for document in folding.documents.find(which)}
            wrong = [identity for identity in ids if _content(live.get(identity)) != _content(shadows.get(identity))]
            said = await self._said(wrong, folding)
            for identity in ids:
                there, now = live.get(identity), shadows.get(identity)
                if not snapshot.still_has(identity, there) or not await self._right(identity, there, now, said):
                    again.add(identity)
            await report(self.progress)
        return again

    async def _said(self, wrong: list[str], folding: Folding) -> dict[str, int]:
        """Document → how many events it has said, where more is known of it: those to come must go on from there."""
        which = {"subject": {"$in": wrong}, "topic": {"$in": sorted(folding.said_in)}}
        said: dict[str, int] = {}
        if wrong and folding.said_in:
            async for row in self._store.db["outbox"].find(which, projection=["subject", "version"]):
                said[row["subject"]] = max(row["version"], said.get(row["subject"], 0))
        return said

    async def _right(
        self, identity: str, there: Document | None, now: Document | None, said: Mapping[str, int]
    ) -> bool:
        """Make this document what it should be; False when somebody else was faster."""
        if _content(there) == _content(now):
            self.progress.unchanged += 1
            return True
        if there is None:
            assert now is not None  # noqa: S101 - or both would be the same
            return await self._insert(now | {"_said": said.get(identity, now["_said"])})
        before = {"_id": identity, "_revision": there.get("_revision")}
        if now is None:
            removed = (await self._live.delete_one(before)).deleted_count
            self.progress.removed += removed
            return bool(removed)
        numbers = {
            "_revision": (there.get("_revision") or 0) + 1,
            "_said": max(there.get("_said", 0), said.get(identity, 0)),
        }
        replaced = (await self._live.replace_one(before, now | numbers)).matched_count
        self.progress.replaced += replaced
        return bool(replaced)

    async def _insert(self, document: Document) -> bool:
        try:
            await self._live.insert_one(document)
        except DuplicateKeyError:
            return False
        self.progress.replaced += 1
        return True


def _content(document: Document | None) -> Document | None:
    if document is None or "_gone" in document:  # deleted, but for the number of its events
        return None
    return {name: value for name, value in document.items() if name not in ("_revision", "_said")}
