"""What people may ask of feedback, over HTTP."""

from typing import Annotated

from fastapi import APIRouter

from services.feedback.api.views import Alarm, MomentumView, PulseView
from services.feedback.figures.group import Group, Told
from services.feedback.figures.summary import Summary
from services.feedback.figures.summing import summary_now
from services.feedback.momentum.momentum import Momentum
from services.feedback.people.participant import Participant
from services.feedback.people.programme import Programme
from services.feedback.pulse.pulse import Answer, Pulse, pulse_id
from shared.domain.errors import Absent
from shared.domain.work import Store, Unit
from shared.language.matching import PairState
from shared.web.access import Caller, allow
from shared.web.dependencies import Database

router = APIRouter(tags=["feedback"])

LARGEST_LIST = 500


async def _must_manage(caller: Caller, store: Store, programme_id: str) -> None:
    programme = await store.unit().get(Programme, programme_id)
    caller.must_cover(programme.terms.countries)


async def _sides(unit: Unit, momentum: Momentum) -> list[Participant]:
    ids = momentum.mentor_id, momentum.mentee_id
    await unit.fetch((Participant, identity) for identity in ids)
    sides = [await unit.find(Participant, identity) for identity in ids]
    return [side for side in sides if side is not None]


async def _may_see(caller: Caller, unit: Unit, momentum: Momentum) -> None:
    programme = await unit.find(Programme, momentum.programme_id)
    if programme and caller.has("manager") and caller.covers(programme.terms.countries):
        return
    caller.must_be(*(side.person_id for side in await _sides(unit, momentum)))


async def _pair_of(store: Store, session_id: str) -> str:
    found = await store.all(Momentum, {"meetings.session_id": session_id}, limit=1)
    if not found:
        raise Absent("no-such", kind="session", id=session_id)
    return found[0].id


@router.post("/sessions/{session_id}/pulse", status_code=201)
async def answer_pulse(
    session_id: str, answer: Answer, caller: Annotated[Caller, allow("participant")], store: Database
) -> PulseView:
    """Answer the pulse of an own session that was held, once."""
    pair_id = await _pair_of(store, session_id)

    async def answered(unit: Unit) -> Pulse:
        momentum = await unit.get(Momentum, pair_id)
        sides = await _sides(unit, momentum)
        caller.must_be(*(side.person_id for side in sides))
        by = next(side for side in sides if side.person_id == caller.person_id)
        before = await unit.find(Pulse, pulse_id(session_id, by.role))
        submitted = Pulse.submitted(momentum, session_id, by, answer, before)
        unit.save(submitted)
        unit.save(by)  # unchanged, but so that of an answer and an erasure at once one starts over
        return submitted

    return PulseView.of(await store.run(answered))


@router.get("/programmes/{programme_id}/summary")
async def programme_summary(programme_id: str, caller: Annotated[Caller, allow("manager")], store: Database) -> Summary:
    """The programme in figures."""
    await _must_manage(caller, store, programme_id)
    return await summary_now(store, programme_id)


@router.get("/group")
async def group(caller: Annotated[Caller, allow("manager")], store: Database) -> Group:
    """All programmes of all regions that tell this one, in figures; at most 500."""
    caller.must_cover(["*"])
    return Group.of(await store.all(Told, {}, limit=LARGEST_LIST))


@router.get("/programmes/{programme_id}/alarms")
async def programme_alarms(
    programme_id: str, caller: Annotated[Caller, allow("manager")], store: Database
) -> list[Alarm]:
    """The pairs that need somebody today, those who have lost most sessions first; at most 500."""
    await _must_manage(caller, store, programme_id)
    where = {"programme_id": programme_id, "at_risk": True, "state": PairState.ACTIVE}
    at_risk = await store.all(Momentum, where, sort=[("in_a_row", -1), ("_id", 1)], limit=LARGEST_LIST)
    return [Alarm.of(momentum) for momentum in at_risk]


@router.get("/pairs/{pair_id}/momentum")
async def pair_momentum(
    pair_id: str, caller: Annotated[Caller, allow("participant", "manager")], store: Database
) -> MomentumView:
    """How a pair is getting on: facts, and nothing that either of the two has said."""
    unit = store.unit()
    momentum = await unit.find(Momentum, pair_id)
    if momentum is None:
        raise Absent("no-such", kind="pair", id=pair_id)
    await _may_see(caller, unit, momentum)
    return MomentumView.of(momentum)
