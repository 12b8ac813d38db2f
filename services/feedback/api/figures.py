"""A programme in figures, and the whole group's."""

from fastapi import APIRouter

from services.feedback.api.managing import must_manage
from services.feedback.figures.group import Group, group_now
from services.feedback.figures.summary import Summary
from services.feedback.figures.summing import summary_now
from shared.language.terms import Id
from shared.web.access import Manager
from shared.web.dependencies import Database
from shared.web.guarded import Guarded

router = APIRouter(tags=["figures"], route_class=Guarded)


@router.get("/programmes/{programme_id}/summary")
async def programme_summary(programme_id: Id, caller: Manager, store: Database) -> Summary:
    """The programme in figures."""
    await must_manage(caller, store, programme_id)
    return await summary_now(store, programme_id)


@router.get("/group")
async def group(caller: Manager, store: Database) -> Group:
    """All programmes of all regions that tell this one, in figures; at most 500."""
    caller.must_cover(["*"])
    return await group_now(store)
