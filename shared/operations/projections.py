"""Projections: looked at, worked out anew."""

from datetime import datetime
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from shared.language.terms import Id
from shared.operations.operator import Operator, did
from shared.operations.probes import Parts
from shared.rebuilding.projections import Shown
from shared.web.dependencies import Retell, Retelling
from shared.web.guarded import Guarded

router = APIRouter(prefix="/operations", tags=["operations"], route_class=Guarded)


class RebuildView(BaseModel):
    """How far a rebuild is. ``replaced`` counts documents that were wrong or missing, ``removed`` those too many."""

    state: Literal["running", "done", "failed"]
    read: int
    """Events; ``of`` so many."""
    of: int
    replaced: int
    unchanged: int
    removed: int
    passes: int
    began_at: datetime
    ended_at: datetime | None
    reason: str | None
    """Why it failed, and what to do."""


class ProjectionView(BaseModel):
    """Documents that nothing but events changes, and the last rebuild of them."""

    name: str
    documents: int
    rebuild: RebuildView | None


class ProjectionsView(BaseModel):
    """All of this service."""

    projections: list[ProjectionView]


@router.get("/projections")
async def projections(running: Parts, _: Operator, retell: Retelling) -> ProjectionsView:
    """What can be worked out anew from the topics, and how far that is."""
    return ProjectionsView(projections=[_view(shown, retell) for shown in await running.projections.all()])


@router.post("/projections/{name}/rebuild", status_code=202, responses={409: {}})
async def rebuild(name: Id, running: Parts, _: Operator, retell: Retelling) -> ProjectionView:
    """Work it out anew, while the service goes on."""
    begun = await running.projections.rebuild(name)
    did(running, "rebuild", projection=name)
    return _view(begun, retell)


def _view(shown: Shown, retell: Retell) -> ProjectionView:
    view = ProjectionView.model_validate(shown)
    if view.rebuild and view.rebuild.reason:
        view.rebuild.reason = retell(view.rebuild.reason)
    return view
