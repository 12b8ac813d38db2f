"""What may be asked of programmes."""

from collections.abc import Callable

from fastapi import APIRouter

from services.registration.api.managing import covers_of
from services.registration.api.views import NewProgramme, ProgrammeView
from services.registration.programmes.programme import Programme, Stage
from shared.domain.errors import Absent, Refused
from shared.domain.work import Store, Unit
from shared.language.terms import Id, Terms
from shared.web.access import Caller, Manager, Somebody
from shared.web.dependencies import Database

router = APIRouter(tags=["registration"])


def _may_see(caller: Caller, programme: Programme) -> bool:
    """Drafts are for managers; what was opened is for everybody."""
    return programme.state is not Stage.DRAFT or any(map(covers_of(caller), programme.terms.countries))


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

    return ProgrammeView.of(await store.run(work))


@router.get("/programmes")
async def programmes(caller: Somebody, store: Database) -> list[ProgrammeView]:
    """All programmes the caller may know of, the latest first."""
    known = await store.all(Programme, {}, sort=(("terms.starts_on", -1), ("_id", 1)))
    return [ProgrammeView.of(programme) for programme in known if _may_see(caller, programme)]


@router.get("/programmes/{programme_id}")
async def programme(programme_id: Id, caller: Somebody, store: Database) -> ProgrammeView:
    """One programme."""
    found = await store.unit().find(Programme, programme_id)
    if found is None or not _may_see(caller, found):
        raise Absent("no-such", kind="programme", id=programme_id)
    return ProgrammeView.of(found)


async def _change(
    store: Store, caller: Caller, programme_id: str, step: Callable[[Programme, Unit], Programme]
) -> ProgrammeView:
    async def work(unit: Unit) -> Programme:
        before = await unit.get(Programme, programme_id)
        caller.must_cover(before.terms.countries)
        after = step(before, unit)
        if after is not before:
            unit.save(after)
        return after

    return ProgrammeView.of(await store.run(work))


@router.put("/programmes/{programme_id}/terms")
async def change_terms(programme_id: Id, terms: Terms, caller: Manager, store: Database) -> ProgrammeView:
    """Change the terms, as far as no promise is broken."""
    caller.must_cover(terms.countries)
    return await _change(store, caller, programme_id, lambda known, unit: known.with_terms(terms, unit.now))


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
