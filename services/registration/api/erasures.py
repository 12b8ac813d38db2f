"""Erasing people, over HTTP. Whom it is about stands in bodies, never in addresses."""

from datetime import datetime
from typing import Annotated, Self

from fastapi import APIRouter
from pydantic import BaseModel

from services.registration.people.erasure import Erasure, ErasureState
from services.registration.privacy.erasing import erase, participations
from shared.domain.work import Unit
from shared.language.terms import Id
from shared.privacy.whom import Whom
from shared.web.access import Caller, allow
from shared.web.dependencies import Database, Pseudonym

router = APIRouter(tags=["erasures"])

Eraser = Annotated[Caller, allow("manager", "operator")]
Operator = Annotated[Caller, allow("operator")]
AT_MOST = 1000


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
            receipt=[ConfirmedView(service=each.service, at=each.at) for each in erasure.confirmed],
        )


@router.post("/people/erase", status_code=202)
async def erase_person(whom: Whom, caller: Eraser, store: Database, pseudonym: Pseudonym) -> ErasureView:
    """Erase everything about a person, in all services and for good. Asking again tells how far it is."""
    person_id = whom.identified(pseudonym)

    async def work(unit: Unit) -> Erasure:
        if not caller.has("operator"):
            caller.must_cover({each.profile.country for each in await participations(unit, person_id)})
        return await erase(unit, person_id)

    return ErasureView.of(await store.run(work))


@router.get("/erasures")
async def erasures(_: Operator, store: Database, state: ErasureState | None = None) -> list[ErasureView]:
    """What was asked to be erased, the oldest first; at most 1000."""
    where = {"state": state.value} if state else {}
    found = await store.all(Erasure, where, sort=(("requested_at", 1), ("_id", 1)), limit=AT_MOST)
    return [ErasureView.of(erasure) for erasure in found]


@router.get("/erasures/{erasure_id}")
async def erasure(erasure_id: Id, _: Eraser, store: Database) -> ErasureView:
    """One erasure."""
    return ErasureView.of(await store.unit().get(Erasure, erasure_id))
