"""Erasing a person: everything registration knows goes at once, and every service is told for each participation."""

from collections.abc import Sequence

from services.registration.people.erasure import Erasure, erasure_id
from services.registration.people.link import Link, fetched_links, keep
from services.registration.people.participant import Participant
from services.registration.people.person import Person
from services.registration.programmes.programme import Programme
from shared.domain.errors import Absent
from shared.domain.work import Unit
from shared.language.registration import ParticipantErased
from shared.language.values.same import same


async def participations(unit: Unit, ids: Sequence[str]) -> list[Participant]:
    """The person's part in every programme, under all ids they were ever given."""
    found = await unit.store.all(Participant, {"person_id": {"$in": list(ids)}})
    return [each for participant in found if (each := await unit.find(Participant, participant.id))]


async def erase(unit: Unit, ids: Sequence[str]) -> Erasure:
    """Erase the person of these ids in this unit of work; the same erasure when that was done.

    Raises Absent for nobody. It is kept under the first id, which is what their number gives: whoever brings the number
    again, however it is written, is refused.
    """
    before = [erasure for each in ids if (erasure := await unit.find(Erasure, erasure_id(each)))]
    people = [person for each in ids if (person := await unit.find(Person, each))]
    participants = await participations(unit, ids)
    links = [link for each in ids if (link := await unit.find(Link, each))]
    below = await _directly_below(unit, ids)
    if not (people or participants or links or below):
        if not before:
            raise Absent("nobody-to-erase")
        return before[0]
    erasure = (before[0] if before else Erasure.of(ids[0], unit.happened_at)).asking(
        (each.id for each in participants), (each.profile.country for each in participants)
    )
    for participant in participants:
        unit.delete(participant.erased(erasure.id))
    above = (await fetched_links(unit, ids)).values()
    for each in below:
        await keep(unit, each, next((manager for manager in above if manager and manager not in (*ids, each)), None))
    for known in (*people, *links):
        unit.delete(known)
    await _no_contact(unit, [each.email for each in people])
    unit.save(erasure)
    return erasure


async def _no_contact(unit: Unit, addresses: Sequence[str]) -> None:
    """Nobody is told any more how a programme goes at these addresses, in whatever letters they are written."""
    gone = set(map(same, addresses))
    for each in await unit.store.ids(Programme, {"contacts.email": {"$gt": ""}}):
        programme = await unit.get(Programme, each)
        left = tuple(one for one in programme.contacts if same(one.email) not in gone)
        if left != programme.contacts:
            unit.save(programme.told_to(left))


async def _directly_below(unit: Unit, ids: Sequence[str]) -> list[str]:
    """Whoever reports to them; the next one above is their manager from now on."""
    found = [await unit.store.ids(kind, {"manager_id": {"$in": list(ids)}}) for kind in (Person, Link)]
    links = await fetched_links(unit, [each for below in found for each in below if each not in ids])
    return [each for each, manager in links.items() if manager in ids]


async def erased_before(unit: Unit, event: ParticipantErased) -> None:
    """Our own word, heard again: whatever does not agree with it has come back with a backup, and goes again."""
    participant = await unit.find(Participant, event.participant_id)
    if participant is not None:
        await erase(unit, [each for each in (participant.known_as, participant.person_id) if each])
    elif event.erasure_id and await unit.find(Erasure, event.erasure_id) is None:
        known = Erasure(id=event.erasure_id, requested_at=unit.happened_at)
        unit.save(known.asking([event.participant_id]))
