"""The unit of work: one transaction."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from functools import partial
from secrets import randbits
from typing import Any, TypeVar

from pymongo import DeleteOne, InsertOne, ReplaceOne
from typing_extensions import override

from shared.domain.aggregate import Aggregate
from shared.domain.pieces import by_turns
from shared.domain.work import Store, Where, undeclared
from shared.domain.work import Unit as Port
from shared.language.streams import Event
from shared.store.database import READ_TOGETHER, Database
from shared.store.documents import Document, counters, from_document, to_document, unknown_fields
from shared.store.rows import Row, row_of
from shared.store.transactions import Transaction, Write, bulk, delete_all, in_transaction
from shared.store.unsaying import unsay
from shared.telemetry.tracing import Step

A = TypeVar("A", bound=Aggregate)


class _Known:
    """What the unit knows of one aggregate: as stored, and as it is to be."""

    __slots__ = ("aggregate", "dirty", "raised", "revision", "said", "steps", "unknown")

    def __init__(self, aggregate: Aggregate | None, revision: int, said: int, unknown: Document | None = None) -> None:
        self.aggregate, self.revision, self.said = aggregate, revision, said
        self.unknown = unknown or {}
        """Fields a newer version has stored; while both run side by side this one must not lose them."""
        self.dirty = False
        self.raised: tuple[Event, ...] = ()
        self.steps: tuple[Step, ...] = ()
        """The step of a trace each was raised by: when the unit commits, its last event's would count for all."""

    def write(self, identity: str) -> Any | None:
        """How the database gets to what is to be; None when nothing was stored and nothing is to be."""
        before = {"_id": identity, "_revision": self.revision}
        said = self.said + len(self.raised)
        if self.aggregate is not None:
            document = self.unknown | to_document(self.aggregate)
        elif said:
            document = {"_id": identity, "_gone": True}
        else:
            return DeleteOne(before) if self.revision else None
        # The first revision is drawn by lot, so that whoever read a deleted aggregate does not overwrite its successor.
        document["_revision"], document["_said"] = (self.revision or randbits(31)) + 1, said
        return ReplaceOne(before, document) if self.revision else InsertOne(document)


class Unit(Port):
    """One unit of work. Not to be shared between tasks."""

    def __init__(self, store: Database, now: datetime) -> None:
        self.store: Store = store
        self._database = store
        self.now = now
        self.happened_at, self.event_id = now, ""
        self._known: dict[tuple[type[Aggregate], str], _Known] = {}
        self._step: dict[tuple[type[Aggregate], str], tuple[Aggregate | None, bool, tuple[Event, ...]]] = {}
        self.rows: list[Row] = []
        self.changing: type[Aggregate] | None = None
        self._more: list[Write] = []
        self._kept = self._kept_rows = 0

    @override
    async def fetch(self, wanted: Iterable[tuple[type[Aggregate], str]]) -> None:
        """Bring in many aggregates with one query a collection; raises Unreadable."""
        missing: dict[type[Aggregate], set[str]] = {}
        for kind, identity in wanted:
            if (kind, identity) not in self._known:
                missing.setdefault(kind, set()).add(identity)
        for kind, ids in missing.items():
            theirs = self._database.collection(kind).find({"_id": {"$in": list(ids)}}).batch_size(READ_TOGETHER)
            async for document in by_turns(theirs):
                self._remember(kind, document["_id"], document)
            for identity in ids:
                if (kind, identity) not in self._known:
                    self._remember(kind, identity, None)

    def _remember(self, kind: type[Aggregate], identity: str, document: Document | None) -> None:
        if document is None:
            self._known[kind, identity] = _Known(None, 0, 0)
        else:
            aggregate = None if "_gone" in document else from_document(kind, document)
            self._known[kind, identity] = _Known(aggregate, *counters(kind, document), unknown_fields(kind, document))

    @override
    async def find(self, kind: type[A], identity: str) -> A | None:
        if (kind, identity) not in self._known:
            await self.fetch([(kind, identity)])
        return self._known[kind, identity].aggregate  # type: ignore[return-value]

    @override
    def save(self, aggregate: Aggregate) -> None:
        where = type(aggregate), aggregate.id
        if where[0] in self._database.projections and self.changing is not where[0]:
            raise undeclared(where[0])
        known = self._known.setdefault(where, _Known(None, 0, 0))
        self._step.setdefault(where, (known.aggregate, known.dirty, known.raised))
        known.aggregate = replace(aggregate, raised=()) if aggregate.raised else aggregate
        known.dirty = True
        known.raised += aggregate.raised
        known.steps += tuple(self._database.tracing.decided(event) for event in aggregate.raised)

    @override
    def delete(self, aggregate: Aggregate) -> None:
        self.save(aggregate)
        self._known[type(aggregate), aggregate.id].aggregate = None

    @override
    def delete_where(self, kind: type[Aggregate], where: Where) -> None:
        if kind in self._database.projections and self.changing is not kind:
            raise undeclared(kind)
        self._more.append(partial(delete_all, self._database.collection(kind), where))

    @override
    def unsay(self, instead: Event) -> None:
        self._more.append(partial(unsay, self._database.db, instead))

    def also(self, write: Write) -> None:
        """Write this in the transaction too."""
        self._more.append(write)

    def keep(self) -> None:
        """What was saved since the last ``keep`` stays."""
        self._step.clear()
        self._kept, self._kept_rows = len(self._more), len(self.rows)

    def undo(self) -> None:
        """Forget what was saved since the last ``keep``: one event of a batch failed, the others go on."""
        for where, (aggregate, dirty, raised) in self._step.items():
            known = self._known[where]
            known.aggregate, known.dirty, known.raised = aggregate, dirty, raised
            known.steps = known.steps[: len(raised)]
        self._step.clear()
        del self._more[self._kept :], self.rows[self._kept_rows :]

    async def changes(self) -> tuple[dict[type[Aggregate], list[Any]], list[Row]]:
        """What a commit would write into each collection, and say."""
        writes: dict[type[Aggregate], list[Any]] = {}
        rows = list(self.rows)
        dirty = [(*where, known) for where, known in self._known.items() if known.dirty]
        async for kind, identity, known in by_turns(dirty):
            known.said = self._database.numbering.after(known.said, known.raised)
            rows += self._rows(known)
            if (write := known.write(identity)) is not None:
                writes.setdefault(kind, []).append(write)
        return writes, rows

    def _rows(self, known: _Known) -> list[Row]:
        origin, steps = self._database.origin, zip(known.raised, known.steps, strict=True)
        return [
            row_of(event, version=known.said + nth, origin=origin, now=self.now, traceparent=step.traceparent)
            for nth, (event, step) in enumerate(steps, start=1)
            if self._database.numbering.is_news(event, known.said + nth)
        ]

    async def commit(self, *more: Write) -> None:
        """Write everything in one transaction; raises Conflict when an aggregate has changed since."""
        writes, rows = await self.changes()
        more = (*self._more, *more)
        if not writes and not rows and not more:
            return
        store = self._database

        async def all_of_it(session: Transaction) -> None:
            for kind, operations in writes.items():
                await bulk(store.collection(kind), operations, session)
            if rows:
                await store.db["outbox"].bulk_write([row.write() for row in rows], ordered=False, session=session)
            for write in more:
                await write(session)

        await in_transaction(store.client, all_of_it)
        if rows:
            store.said_something()
        self._came_true()

    def _came_true(self) -> None:
        for (kind, _), known in self._known.items():
            if known.dirty:
                self._database.news.tell(kind, known.aggregate)
            if known.dirty and known.aggregate is not None and known.aggregate.due_at is not None:
                self._database.falls_due(kind, known.aggregate.due_at)
            for event, step in zip(known.raised, known.steps, strict=True):
                self._database.made_true(event)
                step.end()
