"""A unit of work over what is kept in memory."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from itertools import count
from typing import NamedTuple, TypeVar, cast

from typing_extensions import override

from shared.domain.aggregate import Aggregate
from shared.domain.errors import Conflict
from shared.domain.work import Store, Unit, Where, undeclared
from shared.language.streams import Event
from shared.store.documents import Document, counters, from_document, to_document, unknown_fields
from tests.support.where import matches

A = TypeVar("A", bound=Aggregate)
Which = tuple[type[Aggregate], str]


class Said(NamedTuple):
    """An event in the outbox."""

    topic: str
    subject: str
    version: int
    event: Event


class Shelves:
    """Documents by kind and id, and the outbox in order. A document is never changed, only replaced."""

    def __init__(self) -> None:
        self.documents: defaultdict[type[Aggregate], dict[str, Document]] = defaultdict(dict)
        self.outbox: list[Said] = []
        self.projections: frozenset[type[Aggregate]] = frozenset()
        self._revisions = count(1)

    def put(self, kind: type[Aggregate], document: Document, said: int = 0) -> None:
        """Keep it under a revision that nothing has had before."""
        counted = {"_said": said, **document, "_revision": next(self._revisions)}
        self.documents[kind][document["_id"]] = counted

    def delete(self, kind: type[Aggregate], where: Where) -> None:
        """Keep those that match no more."""
        left = {identity: each for identity, each in self.documents[kind].items() if not matches(where, each)}
        self.documents[kind] = left

    def unsay(self, instead: Event) -> None:
        """Let the outbox say this of its subject and nothing else."""
        where = instead.stream.value, instead.subject
        self.outbox[:] = [each._replace(event=instead) if each[:2] == where else each for each in self.outbox]


def kept_as(aggregate: Aggregate) -> Document:
    """As a database keeps it: times to the millisecond, in UTC."""
    document = to_document(aggregate)
    if aggregate.due_at is not None:
        whole = aggregate.due_at.microsecond // 1000 * 1000
        document["due_at"] = aggregate.due_at.astimezone(UTC).replace(microsecond=whole)
    return document


@dataclass(frozen=True)
class _Known:
    """What the unit knows of one aggregate: the document it read, and what is to be."""

    document: Document | None
    aggregate: Aggregate | None
    dirty: bool = False
    raised: tuple[Event, ...] = ()

    @property
    def said(self) -> int:
        return (self.document["_said"] if self.document else 0) + len(self.raised)

    def to_keep(self, kind: type[Aggregate], identity: str) -> Document | None:
        """The next document; None when nothing is to be left."""
        if self.aggregate is not None:
            unknown = unknown_fields(kind, self.document) if self.document else {}
            return unknown | kept_as(self.aggregate)
        return {"_id": identity, "_gone": True} if self.said else None


class MemoryUnit(Unit):
    """Reads when it is asked, writes when it is committed."""

    def __init__(self, store: Store, shelves: Shelves, now: datetime) -> None:
        self.store, self.now, self.happened_at, self.event_id = store, now, now, ""
        self.changing: type[Aggregate] | None = None
        self._shelves = shelves
        self._known: dict[Which, _Known] = {}
        self._step: dict[Which, _Known] = {}
        self._more: list[Callable[[], None]] = []
        self._kept = 0

    @override
    async def fetch(self, wanted: Iterable[Which]) -> None:
        for kind, identity in wanted:
            if (kind, identity) not in self._known:
                self._known[kind, identity] = self._read(kind, identity)

    def _read(self, kind: type[Aggregate], identity: str) -> _Known:
        document = self._shelves.documents[kind].get(identity)
        if document is None:
            return _Known(None, None)
        aggregate = None if "_gone" in document else from_document(kind, document)
        counters(kind, document)
        return _Known(document, aggregate)

    @override
    async def find(self, kind: type[A], identity: str) -> A | None:
        await self.fetch([(kind, identity)])
        return cast("A | None", self._known[kind, identity].aggregate)

    @override
    def save(self, aggregate: Aggregate) -> None:
        self._change(aggregate, replace(aggregate, raised=()))

    @override
    def delete(self, aggregate: Aggregate) -> None:
        self._change(aggregate, None)

    def _change(self, aggregate: Aggregate, after: Aggregate | None) -> None:
        which = type(aggregate), aggregate.id
        self._must_be_declared(which[0])
        known = self._known.get(which, _Known(None, None))
        self._step.setdefault(which, known)
        raised = known.raised + aggregate.raised
        self._known[which] = replace(known, aggregate=after, dirty=True, raised=raised)

    @override
    def delete_where(self, kind: type[Aggregate], where: Where) -> None:
        self._must_be_declared(kind)
        self._more.append(partial(self._shelves.delete, kind, where))

    @override
    def unsay(self, instead: Event) -> None:
        self._more.append(partial(self._shelves.unsay, instead))

    def _must_be_declared(self, kind: type[Aggregate]) -> None:
        if kind in self._shelves.projections and self.changing is not kind:
            raise undeclared(kind)

    def keep(self) -> None:
        """What was saved since the last ``keep`` stays."""
        self._step.clear()
        self._kept = len(self._more)

    def undo(self) -> None:
        """Forget what was saved since the last ``keep``."""
        self._known.update(self._step)
        self._step.clear()
        del self._more[self._kept :]

    async def commit(self) -> None:
        """Make it true at once; raises Conflict when an aggregate has changed since."""
        changes = [(*which, known) for which, known in self._known.items() if known.dirty]
        for kind, identity, known in changes:
            document = known.to_keep(kind, identity)
            there = self._shelves.documents[kind].get(identity)
            if there is not known.document and not (document is None and known.document is None):
                raise Conflict("changed-meanwhile")
        for kind, identity, known in changes:
            self._write(kind, identity, known)
        for write in self._more:
            write()
        for kind, _, known in changes:
            self.store.news.tell(kind, known.aggregate)

    def _write(self, kind: type[Aggregate], identity: str, known: _Known) -> None:
        before = known.said - len(known.raised)
        self._shelves.outbox += [
            Said(event.stream.value, event.subject, version, event)
            for version, event in enumerate(known.raised, start=before + 1)
        ]
        document = known.to_keep(kind, identity)
        if document is not None:
            self._shelves.put(kind, document, known.said)
        elif known.document is not None:
            del self._shelves.documents[kind][identity]
