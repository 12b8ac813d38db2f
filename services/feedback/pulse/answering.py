"""Answering a pulse, for API and pages alike."""

from collections.abc import Callable

from services.feedback.momentum.momentum import Momentum
from services.feedback.people.participant import Participant
from services.feedback.pulse.pulse import Answer, Pulse, pulse_id
from shared.domain.work import Unit


async def sides_of(unit: Unit, momentum: Momentum) -> list[Participant]:
    """The two of a pair, as far as they are known here."""
    ids = momentum.mentor_id, momentum.mentee_id
    await unit.fetch((Participant, identity) for identity in ids)
    sides = [await unit.find(Participant, identity) for identity in ids]
    return [side for side in sides if side is not None]


async def submit(
    unit: Unit, momentum: Momentum, session_id: str, theirs: Callable[[Participant], bool], answer: Answer
) -> Pulse:
    """The answer of the one of the two whose part it is; raises Absent and Refused as ``Pulse.submitted`` does, and
    StopIteration for anybody else, who is turned away before."""
    by = next(filter(theirs, await sides_of(unit, momentum)))
    before = await unit.find(Pulse, pulse_id(session_id, by.role))
    submitted = Pulse.submitted(momentum, session_id, by, answer, before)
    unit.save(submitted)
    unit.save(by)  # unchanged, but so that of an answer and an erasure at once one starts over
    return submitted
