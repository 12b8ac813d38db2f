"""Which pairs need somebody, and how one is getting on, over HTTP."""

from fastapi import APIRouter

from services.feedback.api.managing import must_manage, sides_of
from services.feedback.api.views import Alarm, MomentumView
from services.feedback.momentum.momentum import Momentum
from services.feedback.people.programme import Programme
from shared.domain.errors import Absent
from shared.domain.work import Unit
from shared.language.matching import PairState
from shared.web.access import Caller, Manager, Somebody
from shared.web.dependencies import Database

router = APIRouter(tags=["feedback"])

MOST_ALARMS = 500


@router.get("/programmes/{programme_id}/alarms")
async def programme_alarms(programme_id: str, caller: Manager, store: Database) -> list[Alarm]:
    """The pairs that need somebody today, those who have lost most sessions first; at most 500."""
    await must_manage(caller, store, programme_id)
    where = {"programme_id": programme_id, "at_risk": True, "state": PairState.ACTIVE}
    at_risk = await store.all(Momentum, where, sort=[("in_a_row", -1), ("_id", 1)], limit=MOST_ALARMS)
    return [Alarm.of(momentum) for momentum in at_risk]


@router.get("/pairs/{pair_id}/momentum")
async def pair_momentum(pair_id: str, caller: Somebody, store: Database) -> MomentumView:
    """How a pair is getting on: facts, and nothing that either of the two has said."""
    unit = store.unit()
    momentum = await unit.find(Momentum, pair_id)
    if momentum is None:
        raise Absent("no-such", kind="pair", id=pair_id)
    await _may_see(caller, unit, momentum)
    return MomentumView.of(momentum)


async def _may_see(caller: Caller, unit: Unit, momentum: Momentum) -> None:
    programme = await unit.find(Programme, momentum.programme_id)
    if programme and caller.has("manager") and caller.covers(programme.terms.countries):
        return
    caller.must_be(*(side.person_id for side in await sides_of(unit, momentum)))
