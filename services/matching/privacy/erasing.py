"""Forgetting a participant: what is left is an id that tells nothing, and pairs without the reasons for them."""

from services.matching.members.member import Member
from services.matching.pairs.pair import Pair
from services.matching.pairs.pairing import steps_back
from services.matching.rounds.report import Place
from services.matching.rounds.round import TO_COMPUTE, Round, RoundState
from shared.domain.work import Unit
from shared.language.registration import ParticipantErased
from shared.privacy.erasing import confirm_erased

AT_WORK = (*TO_COMPUTE, RoundState.APPROVING)


async def erase(event: ParticipantErased, unit: Unit) -> None:
    """Part them from whoever they are with, then forget them; harmless when they are not known here."""
    await _rounds(unit, event)
    member = await unit.find(Member, event.participant_id)
    if member is not None:
        await steps_back(unit, member)
        unit.save((await unit.need(Member, event.participant_id)).erased(unit.now))
    await _pairs(unit, event)
    unit.delete_where(Place, {"participant_id": event.participant_id})
    await confirm_erased(unit, event)


async def _rounds(unit: Unit, event: ParticipantErased) -> None:
    """Rounds at work are written too: whoever writes what they found has to look again who has left."""
    left_out = {f"report.left_out.{event.participant_id}": {"$exists": True}}
    at_work = {"state": {"$in": [state.value for state in AT_WORK]}}
    concerned = {"programme_id": event.programme_id, "$or": [left_out, at_work]}
    for round_id in await unit.store.ids(Round, concerned):
        unit.save((await unit.get(Round, round_id)).forgetting(event.participant_id))


async def _pairs(unit: Unit, event: ParticipantErased) -> None:
    sides = [{"mentor_id": event.participant_id}, {"mentee_id": event.participant_id}]
    ids = await unit.store.ids(Pair, {"programme_id": event.programme_id, "$or": sides})
    await unit.fetch((Pair, pair_id) for pair_id in ids)
    for pair_id in ids:
        unit.save((await unit.get(Pair, pair_id)).emptied())
