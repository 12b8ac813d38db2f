"""One application, from what is said to everybody whom it concerns."""

from dataclasses import dataclass

from services.registration.people.application import Application
from services.registration.people.enrolment import Around, Enrolled, Entry, enrol
from services.registration.people.erasure import erased_of
from services.registration.people.link import decided, fetched_links, links_above
from services.registration.people.participant import Participant, participant_id
from services.registration.people.reorganisation import follow
from services.registration.people.reporting import Heard, Links
from services.registration.people.whereabouts import Covers, whereabouts
from services.registration.programmes.programme import Programme
from shared.domain.people import PersonIds
from shared.domain.work import Store, Unit


@dataclass(frozen=True)
class Applied:
    """Where an application led, and the reporting lines that were known when it was taken in."""

    enrolled: Enrolled
    links: Links


def entry_of(who: PersonIds, application: Application, *, by_hr: bool) -> Entry:
    """What is said of that person, by whoever manages them or by themselves."""
    profile = application.profile
    nobody = by_hr and "managers" in profile.model_fields_set and not profile.managers
    return Entry(
        person_id=who.id,
        application=application,
        by_hr=by_hr,
        heard=Heard(None, profile.country) if nobody else None,
        ids=who.ids,
        known_as=who.known_as,
    )


async def apply_for(store: Store, programme_id: str, entry: Entry, covers: Covers) -> Enrolled:
    """Take somebody in, or change them, and tell everybody whom it concerns; raises Absent and Refused."""
    applied = await store.run(lambda unit: take_in(unit, programme_id, entry, covers))
    await follow_application(store, applied)
    return applied.enrolled


async def take_in(unit: Unit, programme_id: str, entry: Entry, covers: Covers) -> Applied:
    """In this unit of work, after which ``follow_application`` is due; raises Absent and Refused."""
    programme = await unit.get(Programme, programme_id)
    await unit.find(Participant, participant_id(programme_id, entry.person_id))  # before HR's word on them is read
    around = await _around(unit, programme_id, entry, covers)
    return Applied(await enrol(unit, programme, entry, around, covers), around.links)


async def follow_application(store: Store, applied: Applied) -> None:
    """Bring everybody up to date whom it concerns; harmless when repeated."""
    enrolled = applied.enrolled
    somebody = {enrolled.participant.person_id}
    await follow(
        store,
        somebody if enrolled.moved else set(),
        corrected=somebody if enrolled.corrected else set(),
        settled={enrolled.participant.id},
        used=applied.links.items(),
    )


async def _around(unit: Unit, programme_id: str, entry: Entry, covers: Covers) -> Around:
    people = [entry.person_id]
    known = await fetched_links(unit, people)
    heard = {entry.person_id: entry.heard} if entry.heard else {}
    own = known | await decided(unit, heard, known, covers)
    return Around(
        links=await links_above(unit, people, own),
        elsewhere=await whereabouts(unit.store, people, but=programme_id),
        erased=await erased_of(unit.store, [PersonIds(entry.person_id, entry.ids)]),
    )
