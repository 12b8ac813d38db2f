"""The pulse after a session, over HTTP."""

from typing import Annotated

from fastapi import APIRouter

from services.feedback.api.managing import sides_of
from services.feedback.api.views import PulseView
from services.feedback.momentum.momentum import Momentum
from services.feedback.pulse.pulse import Answer, Pulse, pulse_id
from shared.domain.errors import Absent
from shared.domain.work import Store, Unit
from shared.web.access import Caller, allow
from shared.web.dependencies import Database

router = APIRouter(tags=["feedback"])


@router.post("/sessions/{session_id}/pulse", status_code=201)
async def answer_pulse(
    session_id: str, answer: Answer, caller: Annotated[Caller, allow("participant")], store: Database
) -> PulseView:
    """Answer the pulse of an own session that was held, once."""
    pair_id = await _pair_of(store, session_id)

    async def answered(unit: Unit) -> Pulse:
        momentum = await unit.get(Momentum, pair_id)
        sides = await sides_of(unit, momentum)
        caller.must_be(*(side.person_id for side in sides))
        by = next(side for side in sides if side.person_id == caller.person_id)
        before = await unit.find(Pulse, pulse_id(session_id, by.role))
        submitted = Pulse.submitted(momentum, session_id, by, answer, before)
        unit.save(submitted)
        unit.save(by)  # unchanged, but so that of an answer and an erasure at once one starts over
        return submitted

    return PulseView.of(await store.run(answered))


async def _pair_of(store: Store, session_id: str) -> str:
    found = await store.all(Momentum, {"meetings.session_id": session_id}, limit=1)
    if not found:
        raise Absent("no-such", kind="session", id=session_id)
    return found[0].id
