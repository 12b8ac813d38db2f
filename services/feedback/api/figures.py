"""A programme in figures, and the whole group's, over HTTP."""

from fastapi import APIRouter

from services.feedback.api.managing import must_manage
from services.feedback.figures.group import Group, Told
from services.feedback.figures.summary import Summary
from services.feedback.figures.summing import summary_now
from shared.web.access import Manager
from shared.web.dependencies import Database

router = APIRouter(tags=["feedback"])

MOST_PROGRAMMES = 500


@router.get("/programmes/{programme_id}/summary")
async def programme_summary(programme_id: str, caller: Manager, store: Database) -> Summary:
    """The programme in figures."""
    await must_manage(caller, store, programme_id)
    return await summary_now(store, programme_id)


@router.get("/group")
async def group(caller: Manager, store: Database) -> Group:
    """All programmes of all regions that tell this one, in figures; at most 500."""
    caller.must_cover(["*"])
    return Group.of(await store.all(Told, {}, limit=MOST_PROGRAMMES))
