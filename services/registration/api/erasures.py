"""Erasing people, for good. Whom it is about stands in bodies, never in addresses."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter, Response
from pydantic import BaseModel

from services.registration.notices.farewell import erase_and_tell
from services.registration.people.erasure import Erasure, ErasureState
from services.registration.people.erasure import erasure_id as erasure_id_of
from services.registration.people.reorganisation import follow
from services.registration.privacy.erasing import participations
from shared.domain.errors import Absent
from shared.domain.work import Key, Order, Unit
from shared.language.terms import Id
from shared.privacy.whom import Whom
from shared.telemetry.deeds import note
from shared.web.access import Caller, allow
from shared.web.dependencies import Database, Known, WrittenTo
from shared.web.guarded import Guarded
from shared.web.lists.paging import Paged

router = APIRouter(tags=["erasures"], route_class=Guarded)

Eraser = Annotated[Caller, allow("participant", "manager", "operator", "data-protection")]
Answering = Annotated[Caller, allow("operator", "data-protection")]
OLDEST_FIRST: Order = (("requested_at", 1), ("_id", 1))


class ConfirmedView(BaseModel):
    """A service has forgotten everything, at that time."""

    service: str
    at: datetime


class ErasureView(BaseModel):
    """An erasure and, by what has confirmed it, its receipt; it says nothing of who it was."""

    erasure_id: str
    state: ErasureState
    waiting_for: tuple[str, ...]
    requested_at: datetime
    completed_at: datetime | None
    participations: int
    receipt: list[ConfirmedView]

    @classmethod
    def of(cls, erasure: Erasure) -> Self:
        return cls(
            erasure_id=erasure.id,
            state=erasure.state,
            waiting_for=erasure.waiting_for,
            requested_at=erasure.requested_at,
            completed_at=erasure.completed_at,
            participations=erasure.participations,
            receipt=[ConfirmedView(service=each.service, at=each.at) for each in erasure.receipt],
        )


@router.post("/people/erase", status_code=202, responses={404: {}})
async def erase_person(whom: Whom, caller: Eraser, store: Database, people: Known, is_told: WrittenTo) -> ErasureView:
    """Erase everything about oneself, or a person one answers for, in all services and for good.

    Asking again tells how far it is.
    """
    ids = (await whom.identified(people)).ids

    async def work(unit: Unit) -> Erasure:
        if not caller.answers_for_people and caller.ids.isdisjoint(ids):
            caller.must_manage_them(await _countries(unit, ids))
        return await erase_and_tell(unit, ids, is_told=is_told)

    done = await store.run(work)
    await follow(store, set(ids))  # whoever was below reports to the next one above
    note(erasure_id=done.id, participations=done.participations)
    return ErasureView.of(done)


@router.get("/erasures", response_model=list[ErasureView])
async def erasures(_: Answering, store: Database, paging: Paged, state: ErasureState | None = None) -> Response:
    """What was asked to be erased, the oldest first."""
    where = {"state": state.value} if state else {}

    async def read(after: Key, limit: int) -> tuple[Iterator[ErasureView], Key]:
        page = await store.page(Erasure, where, sort=OLDEST_FIRST, after=after, limit=limit)
        return map(ErasureView.of, page.items), page.then

    return await paging.answer(ErasureView, read)


@router.get("/erasures/{erasure_id}")
async def erasure(erasure_id: Id, caller: Eraser, store: Database) -> ErasureView:
    """One erasure: for whom it is about, who answers for people, or a manager of all countries they took part in."""
    found = await store.unit().find(Erasure, erasure_id)
    if not caller.answers_for_people and erasure_id not in map(erasure_id_of, caller.ids):
        caller.must_manage_them(found.countries if found else ())
    if found is None:
        raise Absent("no-such", kind="erasure", id=erasure_id)
    return ErasureView.of(found)


async def _countries(unit: Unit, ids: Sequence[str]) -> set[str]:
    """Where somebody takes part, or took part before they were erased."""
    before = [erasure for each in ids if (erasure := await unit.find(Erasure, erasure_id_of(each)))]
    now = {each.profile.country for each in await participations(unit, ids)}
    return now.union(*(erasure.countries for erasure in before))
