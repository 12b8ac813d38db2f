"""What an export shows of what is stored, by who asks: for every document what the service's own routes would show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.domain.aggregate import Aggregate
from shared.domain.people import PersonIds
from shared.store.documents import Document
from shared.store.queries import STORED
from shared.store.store import Store
from shared.web.access import Caller


@dataclass(frozen=True)
class Person:
    """Somebody, as this service knows them."""

    known: PersonIds
    participations: tuple[Document, ...] = field(repr=False)
    """What stands for them in each programme."""

    @property
    def participant_ids(self) -> list[str]:
        """One a programme."""
        return sorted(document["_id"] for document in self.participations)

    @property
    def ids(self) -> list[str]:
        """By all of which they are known here."""
        return [*self.known.ids, *self.participant_ids]

    def programme_of(self, document: Document) -> str:
        """The programme that a document about them belongs to; empty when that is not known."""
        parts = {each["_id"]: each["programme_id"] for each in self.participations}
        return str(document.get("programme_id") or parts.get(document.get("participant_id", ""), ""))


@dataclass(frozen=True)
class Viewer:
    """Whoever asks, and what they are to the person."""

    caller: Caller
    person: Person
    manages: bool
    """Whether they are a manager of all countries the person takes part in."""

    async def sees(self, store: Store, kind: type[Aggregate]) -> list[dict[str, Any]]:
        """The documents about the person, each with the fields that are shown to this caller."""
        found: dict[str, dict[str, Any]] = {}
        for document in await self._stored(store, kind, self._as_theirs(kind), kind.shown.once):
            found[document["_id"]] = _only(document, self._as_theirs(kind))
        for document in await self._stored(store, kind, self._as_manager(kind), {}):
            if not kind.shown.programme_wide or await self._manages_all_of(store, document):
                found.setdefault(document["_id"], {}).update(_only(document, self._as_manager(kind)))
        return [found[identity] for identity in sorted(found)]

    def _as_theirs(self, kind: type[Aggregate]) -> tuple[str, ...]:
        shown, author = kind.shown, bool(self.caller.ids & set(self.person.known.ids))
        if not (author or self.caller.answers_for_people):
            return ()
        return shown.to_all + shown.to_themselves + (shown.to_author if author else ())

    def _as_manager(self, kind: type[Aggregate]) -> tuple[str, ...]:
        return kind.shown.to_all + kind.shown.to_managers if self.manages else ()

    async def _stored(
        self, store: Store, kind: type[Aggregate], fields: Sequence[str], where: Mapping[str, Any]
    ) -> list[Document]:
        if not fields:
            return []
        named = ["_id" if name == "id" else name for name in kind.about]
        about = {"$or": [{name: {"$in": self.person.ids}} for name in named], **STORED, **where}
        return [document async for document in store.collection(kind).find(about)]

    async def _manages_all_of(self, store: Store, document: Document) -> bool:
        return self.caller.covers(await countries_of(store, self.person.programme_of(document)))


async def countries_of(store: Store, programme_id: str) -> set[str]:
    """The programme's; every one when the service does not know it."""
    programme = await store.db["programmes"].find_one({"_id": programme_id})
    return set(programme["terms"]["countries"]) if programme else {"*"}


def _only(document: Document, fields: Sequence[str]) -> dict[str, Any]:
    kept = {name: document[name] for name in (*fields, "due_at") if name in document}
    return {"id": document["_id"], **kept}
