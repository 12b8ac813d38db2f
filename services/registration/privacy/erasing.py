"""Erasing a person: everything registration knows goes at once, and every service is told for each participation."""

from services.registration.people.erasure import Erasure, erasure_id
from services.registration.people.participant import Participant
from services.registration.people.person import Person
from shared.domain.errors import Absent
from shared.domain.work import Unit
from shared.language.registration import ParticipantErased


async def participations(unit: Unit, person_id: str) -> list[Participant]:
    """The person's part in every programme."""
    found = await unit.store.all(Participant, {"person_id": person_id})
    return [each for participant in found if (each := await unit.find(Participant, participant.id))]


async def erase(unit: Unit, person_id: str) -> Erasure:
    """Erase the person in this unit of work; the same erasure when that was done; raises Absent for nobody."""
    before = await unit.find(Erasure, erasure_id(person_id))
    person, participants = await unit.find(Person, person_id), await participations(unit, person_id)
    if before is not None and person is None and not participants:
        return before
    if person is None and not participants:
        raise Absent("nobody-to-erase")
    erasure = (before or Erasure.of(person_id, unit.now)).asking(each.id for each in participants)
    for participant in participants:
        unit.delete(participant.erased(erasure.id))
    if person is not None:
        unit.delete(person)
    unit.save(erasure)
    return erasure


async def erased_before(unit: Unit, event: ParticipantErased) -> None:
    """Our own word, heard again: whatever does not agree with it has come back with a backup, and goes again."""
    participant = await unit.find(Participant, event.participant_id)
    if participant is not None:
        await erase(unit, participant.person_id)
    elif event.erasure_id and await unit.find(Erasure, event.erasure_id) is None:
        known = Erasure(id=event.erasure_id, requested_at=unit.happened_at)
        unit.save(known.asking([event.participant_id]))
