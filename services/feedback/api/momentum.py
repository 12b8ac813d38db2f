"""Which pairs need somebody, and how one is getting on."""

from collections.abc import Iterator

from fastapi import APIRouter, Response

from services.feedback.api.managing import must_manage
from services.feedback.api.views import Alarm, MomentumView
from services.feedback.momentum.alarms import read_alarms
from services.feedback.momentum.momentum import Momentum
from services.feedback.people.programme import Programme
from services.feedback.pulse.answering import sides_of
from shared.domain.work import Key, Unit
from shared.language.terms import Id
from shared.web.access import Caller, Manager, Somebody, known_to
from shared.web.dependencies import Database
from shared.web.guarded import Guarded
from shared.web.lists.paging import Paged

router = APIRouter(tags=["momentum"], route_class=Guarded)


@router.get("/programmes/{programme_id}/alarms", response_model=list[Alarm])
async def programme_alarms(programme_id: Id, caller: Manager, store: Database, paging: Paged) -> Response:
    """The pairs that need somebody today, those who have lost most sessions first."""
    await must_manage(caller, store, programme_id)

    async def read(after: Key, limit: int) -> tuple[Iterator[Alarm], Key]:
        page = await read_alarms(store, programme_id, after, limit)
        return map(Alarm.of, page.items), page.then

    return await paging.answer(Alarm, read)


@router.get("/pairs/{pair_id}/momentum")
async def pair_momentum(pair_id: Id, caller: Somebody, store: Database) -> MomentumView:
    """How a pair is getting on: facts, and nothing that either of the two has said."""
    unit = store.unit()
    momentum = await known_to(caller, unit, Momentum, pair_id, called="pair")
    await _may_see(caller, unit, momentum)
    return MomentumView.of(momentum)


async def _may_see(caller: Caller, unit: Unit, momentum: Momentum) -> None:
    programme = await unit.find(Programme, momentum.programme_id)
    if programme and caller.covers(programme.terms.countries):
        return
    caller.must_be(*await sides_of(unit, momentum))
