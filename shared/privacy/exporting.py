"""What a service keeps about a person: what is stored, and what was said of it, as far as whoever asks may see it.

It is complete by construction: an aggregate says in ``about`` which of its fields name somebody, and in ``shown`` to
whom which of them are shown; a test finds those that forget to. What is shown is what the service's routes would show:
somebody is not given what tells of others, and nobody but the author what was said in confidence. Ids stand in bodies,
never in addresses.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from shared.domain.aggregate import Aggregate
from shared.domain.errors import Absent
from shared.domain.people import PersonIds
from shared.privacy.viewing import Person, Viewer, countries_of
from shared.privacy.whom import Whom
from shared.store.documents import Document
from shared.store.queries import STORED
from shared.store.store import Store
from shared.telemetry.deeds import note
from shared.web.access import Caller, allow
from shared.web.dependencies import Known
from shared.web.guarded import Guarded

router = APIRouter(tags=["people"], route_class=Guarded)

Anybody = Annotated[Caller, allow("participant", "manager", "operator", "data-protection")]


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
    body: Any = Field(repr=False)


class Export(BaseModel):
    """One service's part of everything about a person. ``stored``: collection → documents."""

    service: str
    region: str
    person_id: str
    participant_ids: list[str]
    stored: dict[str, list[dict[str, Any]]] = Field(repr=False)
    said: list[Said]


@router.post("/people/export")
async def export_person(whom: Whom, caller: Anybody, store: Kept, people: Known, kinds: Kinds) -> Export:
    """What this service keeps about a person: for themselves, a manager of all their countries, and some others.

    Each is shown what other routes would show them; an operator or a data-protection officer, who answer for the
    person, what the person is shown, but nothing they said in confidence.
    """
    return await exported(await whom.identified(people), caller, store, kinds)


@router.get("/people/me", responses={404: {}})
async def export_oneself(caller: Anybody, store: Kept, people: Known, kinds: Kinds, response: Response) -> Export:
    """What this service keeps about whoever asks, as a file to keep: nothing has to be known to have it."""
    if caller.given is None:
        raise Absent("signed-in-without-a-number")
    response.headers["Content-Disposition"] = as_file(store)
    return await exported(await people.whose(caller.given), caller, store, kinds)


def as_file(store: Store) -> str:
    """The header by which a browser keeps what this service answers."""
    return f'attachment; filename="telemachus-{store.origin.service}.json"'


async def exported(known: PersonIds, caller: Caller, store: Store, kinds: Sequence[type[Aggregate]]) -> Export:
    """What is kept of that person, as far as this caller may see it; raises Forbidden."""
    person = Person(known, tuple([each async for each in _participations(store, kinds, known.ids)]))
    countries = await _countries(store, person)
    if not (caller.answers_for_people or caller.ids & set(known.ids)):
        caller.must_manage_them(countries)
    export = await _export(store, kinds, Viewer(caller, person, caller.covers(countries)))
    note(documents=sum(map(len, export.stored.values())), events=len(export.said))
    return export


async def _participations(store: Store, kinds: Iterable[type[Aggregate]], ids: Sequence[str]) -> Any:
    for kind in kinds:
        if "person_id" in kind.about:
            async for document in store.collection(kind).find({"person_id": {"$in": list(ids)}, **STORED}):
                yield document


async def _countries(store: Store, person: Person) -> set[str]:
    """Where they take part; where a service knows no more than the programme, all of its countries."""
    countries: set[str] = set()
    for document in person.participations:
        own = document.get("country") or (document.get("profile") or {}).get("country")
        countries |= {own} if own else await countries_of(store, document["programme_id"])
    return countries


async def _export(store: Store, kinds: Iterable[type[Aggregate]], viewer: Viewer) -> Export:
    person = viewer.person
    stored = {kind.collection: await viewer.sees(store, kind) for kind in kinds if kind.about}
    subjects = {*person.ids, *(document["id"] for documents in stored.values() for document in documents)}
    return Export(
        service=store.origin.service,
        region=store.origin.region,
        person_id=person.known.id,
        participant_ids=person.participant_ids,
        stored=stored,
        said=[_said(row) async for row in store.db["outbox"].find({"subject": {"$in": sorted(subjects)}}).sort("_id")],
    )


def _said(row: Document) -> Said:
    headers = dict(row["headers"])
    kind = (headers.get("ce_type") or b"").decode("utf-8", "replace")
    return Said(at=row["at"], type=kind, subject=row["subject"], body=_body(row["value"]))


def _body(value: bytes | None) -> Any:
    try:
        return json.loads(value or b"null")
    except ValueError:
        return None
