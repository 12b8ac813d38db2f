"""Everything a service keeps about a person, for the person: what is stored, and what was said of it.

It is complete by construction: an aggregate says in ``about`` which of its fields name somebody, and a test finds
those that forget to. Ids stand in bodies, never in addresses.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel

from shared.domain.aggregate import Aggregate
from shared.privacy.whom import Whom
from shared.store.documents import Document
from shared.store.queries import STORED
from shared.store.store import Store
from shared.web.access import Caller, allow
from shared.web.dependencies import Pseudonym

router = APIRouter(tags=["people"])

Anybody = Annotated[Caller, allow("participant", "manager", "operator")]


async def _kinds(request: Request) -> Sequence[type[Aggregate]]:
    kinds: Sequence[type[Aggregate]] = request.app.state.aggregates
    return kinds


async def _store(request: Request) -> Store:
    store: Store = request.app.state.store
    return store


Kinds = Annotated[Any, Depends(_kinds)]

Kept = Annotated[Store, Depends(_store)]
"""Not the port: what is kept is shown as it is stored, even what this version cannot read, and what was said too."""


class Said(BaseModel):
    """An event of theirs that can still be said again from here; ``body`` is None when it was no event."""

    at: datetime
    type: str
    subject: str
    body: Any


class Export(BaseModel):
    """One service's part of everything about a person. ``stored``: collection → documents."""

    service: str
    region: str
    person_id: str
    participant_ids: list[str]
    stored: dict[str, list[dict[str, Any]]]
    said: list[Said]


@dataclass(frozen=True)
class Person:
    """Somebody, as this service knows them."""

    id: str
    participations: tuple[Document, ...]
    """What stands for them in each programme."""

    @property
    def ids(self) -> list[str]:
        """By all of which they are known here."""
        return [self.id, *(document["_id"] for document in self.participations)]


@router.post("/people/export")
async def export_person(whom: Whom, caller: Anybody, store: Kept, pseudonym: Pseudonym, kinds: Kinds) -> Export:
    """Everything this service keeps about a person: for themselves, a manager of their countries, an operator."""
    person_id = whom.identified(pseudonym)
    person = Person(person_id, tuple([each async for each in _participations(store, kinds, person_id)]))
    if not (caller.has("operator") or caller.person_id == person_id):
        caller.must_cover(await _countries(store, person))
    return await _export(store, kinds, person)


async def _participations(store: Store, kinds: Iterable[type[Aggregate]], person_id: str) -> Any:
    for kind in kinds:
        if "person_id" in kind.about:
            async for document in store.collection(kind).find({"person_id": person_id, **STORED}):
                yield document


async def _countries(store: Store, person: Person) -> set[str]:
    """Where they take part; where a service knows no more than the programme, all of its countries."""
    countries: set[str] = set()
    for document in person.participations:
        own = document.get("country") or (document.get("profile") or {}).get("country")
        countries |= {own} if own else await _of_programme(store, document["programme_id"])
    return countries


async def _of_programme(store: Store, programme_id: str) -> set[str]:
    programme = await store.db["programmes"].find_one({"_id": programme_id})
    return set(programme["terms"]["countries"]) if programme else {"*"}


async def _export(store: Store, kinds: Iterable[type[Aggregate]], person: Person) -> Export:
    stored: dict[str, list[dict[str, Any]]] = {}
    subjects = set(person.ids)
    for kind in kinds:
        if kind.about:
            found = [document async for document in store.collection(kind).find(_about(kind, person.ids)).sort("_id")]
            subjects |= {document["_id"] for document in found}
            stored[kind.collection] = [_shown(document) for document in found]
    return Export(
        service=store.origin.service,
        region=store.origin.region,
        person_id=person.id,
        participant_ids=sorted(person.ids[1:]),
        stored=stored,
        said=[_said(row) async for row in store.db["outbox"].find({"subject": {"$in": sorted(subjects)}}).sort("_id")],
    )


def _about(kind: type[Aggregate], ids: Sequence[str]) -> dict[str, Any]:
    fields = ["_id" if name == "id" else name for name in kind.about]
    return {"$or": [{name: {"$in": ids}} for name in fields], **STORED}


def _shown(document: Document) -> dict[str, Any]:
    """Without the store's own counters."""
    return {"id" if name == "_id" else name: value for name, value in document.items() if name not in _OWN}


_OWN = ("_revision", "_said")


def _said(row: Document) -> Said:
    headers = dict(row["headers"])
    kind = (headers.get("ce_type") or b"").decode("utf-8", "replace")
    return Said(at=row["at"], type=kind, subject=row["subject"], body=_body(row["value"]))


def _body(value: bytes | None) -> Any:
    try:
        return json.loads(value or b"null")
    except ValueError:
        return None
