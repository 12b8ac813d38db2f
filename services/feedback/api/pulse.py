"""The pulse after a session: how it was, asked of each of the two."""

from typing import Annotated

from fastapi import APIRouter

from services.feedback.api.views import PulseView
from services.feedback.momentum.momentum import Momentum
from services.feedback.pulse.answering import sides_of, submit
from services.feedback.pulse.pulse import Answer, Pulse
from shared.domain.errors import Absent
from shared.domain.work import Store, Unit
from shared.language.terms import Id
from shared.web.access import Caller, allow
from shared.web.dependencies import Database
from shared.web.guarded import Guarded

router = APIRouter(tags=["pulse"], route_class=Guarded)


@router.post("/sessions/{session_id}/pulse", status_code=201)
async def answer_pulse(
    session_id: Id, answer: Answer, caller: Annotated[Caller, allow("participant")], store: Database
) -> PulseView:
    """Answer the pulse of an own session that was held, once."""
    pair_id = await _pair_of(store, session_id)

    async def answered(unit: Unit) -> Pulse:
        momentum = await unit.get(Momentum, pair_id)
        caller.must_be(*await sides_of(unit, momentum))
        return await submit(unit, momentum, session_id, caller.plays, answer)

    return PulseView.of(await store.run(answered))


async def _pair_of(store: Store, session_id: str) -> str:
    found = await store.all(Momentum, {"meetings.session_id": session_id}, limit=1)
    if not found:
        raise Absent("no-such", kind="session", id=session_id)
    return found[0].id
