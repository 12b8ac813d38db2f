"""Programmes: make, look, change the terms, open, close."""

from collections.abc import Callable, Iterator

from fastapi import APIRouter, Response

from services.registration.api.views import Contacts, ContactsView, NewProgramme, ProgrammeView
from services.registration.programmes.contact import Contact
from services.registration.programmes.programme import Programme, Stage
from shared.domain.errors import Absent, Refused
from shared.domain.work import Key, Order, Store, Unit, Where
from shared.language.terms import Id, Terms
from shared.telemetry.deeds import note
from shared.web.access import Caller, Manager, Somebody
from shared.web.dependencies import Database, Keyed
from shared.web.guarded import Guarded
from shared.web.lists.paging import Paged, of_theirs

router = APIRouter(tags=["programmes"], route_class=Guarded)

LATEST_FIRST: Order = (("terms.starts_on", -1), ("_id", -1))


def _seen_by(caller: Caller) -> Where:
    """The same, as the database is asked."""
    opened = {"state": {"$ne": Stage.DRAFT.value}}
    if not caller.has("manager"):
        return opened
    theirs = of_theirs(caller, "terms.countries")
    return {"$or": [opened, theirs]} if theirs else {}


@router.post("/programmes", status_code=201)
async def make_programme(new: NewProgramme, caller: Manager, store: Database) -> ProgrammeView:
    """Make a draft. Asking twice for the same is harmless; another programme of that id is refused."""
    caller.must_cover(new.terms.countries)

    async def work(unit: Unit) -> Programme:
        known = await unit.find(Programme, new.id)
        if known is not None and known.terms != new.terms:
            raise Refused("programme-exists-already", id=new.id)
        programme = known or Programme(id=new.id, terms=new.terms)
        if known is None:
            unit.save(programme)
        return programme

    made = await store.run(work)
    note(programme_id=made.id)
    return ProgrammeView.of(made)


@router.get("/programmes", response_model=list[ProgrammeView])
async def programmes(caller: Somebody, store: Database, paging: Paged) -> Response:
    """All programmes the caller may know of, the latest first."""

    async def read(after: Key, limit: int) -> tuple[Iterator[ProgrammeView], Key]:
        page = await store.page(Programme, _seen_by(caller), sort=LATEST_FIRST, after=after, limit=limit)
        return map(ProgrammeView.of, page.items), page.then

    return await paging.answer(ProgrammeView, read)


@router.get("/programmes/{programme_id}")
async def programme(programme_id: Id, caller: Somebody, store: Database) -> ProgrammeView:
    """One programme."""
    found = await store.unit().find(Programme, programme_id)
    if found is None or not found.is_known_to(caller.manages):
        raise Absent("no-such", kind="programme", id=programme_id)
    return ProgrammeView.of(found)


async def _change(
    store: Store, caller: Caller, programme_id: str, step: Callable[[Programme, Unit], Programme]
) -> ProgrammeView:
    return ProgrammeView.of(await _changed(store, caller, programme_id, step))


async def _changed(
    store: Store, caller: Caller, programme_id: str, step: Callable[[Programme, Unit], Programme]
) -> Programme:
    async def work(unit: Unit) -> Programme:
        before = await unit.get(Programme, programme_id)
        caller.must_cover(before.terms.countries)
        after = step(before, unit)
        if after is not before:
            unit.save(after)
        return after

    return await store.run(work)


@router.put("/programmes/{programme_id}/terms")
async def change_terms(programme_id: Id, terms: Terms, caller: Manager, store: Database) -> ProgrammeView:
    """Change the terms, as far as no promise is broken."""
    caller.must_cover(terms.countries)
    return await _change(store, caller, programme_id, lambda known, unit: known.with_terms(terms, unit.now))


@router.get("/programmes/{programme_id}/contacts")
async def contacts(programme_id: Id, caller: Manager, store: Database) -> ContactsView:
    """Who is told how it goes."""
    found = await store.unit().get(Programme, programme_id)
    caller.must_cover(found.terms.countries)
    return ContactsView.of(found)


@router.put("/programmes/{programme_id}/contacts")
async def change_contacts(
    programme_id: Id, told: Contacts, caller: Manager, store: Database, key: Keyed
) -> ContactsView:
    """Tell these how it goes, and nobody else, for as long as it runs."""
    those = [Contact.of(each, programme_id, key) for each in told.contacts]
    return ContactsView.of(
        await _changed(store, caller, programme_id, lambda known, unit: known.telling(those, unit.now))
    )


@router.post("/programmes/{programme_id}/open")
async def open_programme(programme_id: Id, caller: Manager, store: Database) -> ProgrammeView:
    """Take applications."""
    return await _change(store, caller, programme_id, lambda known, unit: known.opened(unit.now))


@router.post("/programmes/{programme_id}/close-registration")
async def close_registration(programme_id: Id, caller: Manager, store: Database) -> ProgrammeView:
    """Take no more applications."""
    return await _change(store, caller, programme_id, lambda known, _: known.closed())


@router.post("/programmes/{programme_id}/close")
async def close_programme(programme_id: Id, caller: Manager, store: Database) -> ProgrammeView:
    """End the programme."""
    return await _change(store, caller, programme_id, lambda known, _: known.ended())
