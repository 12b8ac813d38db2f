"""What may be asked of participants: apply, look, record a training, withdraw."""

from collections.abc import Callable

from fastapi import APIRouter, Response

from services.registration.api.managing import covers_of, managed_countries
from services.registration.api.reports import GroupView
from services.registration.api.views import Leaving, ParticipantView
from services.registration.people.application import Application
from services.registration.people.enrolment import Enrolled, Entry, Outcome, enrol, links_above
from services.registration.people.participant import Participant
from services.registration.people.person import Person
from services.registration.programmes.programme import Programme
from services.registration.training.recording import Group, train
from shared.domain.errors import Refused
from shared.domain.work import Store, Unit
from shared.language.terms import Id
from shared.web.access import Caller, Manager, Somebody
from shared.web.dependencies import Database, Explaining, Pseudonym

router = APIRouter(tags=["registration"])


def _must_concern(caller: Caller, participant: Participant) -> None:
    """Raises Forbidden unless it is the caller's own or that of somebody they manage."""
    if not covers_of(caller)(participant.profile.country):
        caller.must_be(participant.person_id)


def _applicant(application: Application, caller: Caller, pseudonym: Callable[[str], str]) -> str:
    """Whose application it is; raises Refused when nobody is named, Forbidden when it may not be made."""
    named = pseudonym(application.employee_id) if application.employee_id else caller.person_id
    if named is None or (application.employee_id is None and not caller.has("participant")):
        raise Refused("application-of-nobody")
    if named != caller.person_id:
        caller.must_cover([application.profile.country])
    return named


@router.post("/programmes/{programme_id}/participants", status_code=201, responses={200: {"model": ParticipantView}})
async def apply(
    programme_id: Id,
    application: Application,
    caller: Somebody,
    store: Database,
    pseudonym: Pseudonym,
    response: Response,
) -> ParticipantView:
    """Apply for oneself, or as a manager for ``employee_id``. Applying again updates what is said (200)."""
    person_id = _applicant(application, caller, pseudonym)
    covers = covers_of(caller) if person_id != caller.person_id else lambda _: True

    async def work(unit: Unit) -> Enrolled:
        links = await links_above(unit, [person_id], {})
        entry = Entry(person_id=person_id, application=application)
        return await enrol(unit, await unit.get(Programme, programme_id), entry, links, covers)

    enrolled = await store.run(work)
    response.status_code = 201 if enrolled.outcome is Outcome.IMPORTED else 200
    return ParticipantView.of(enrolled.participant, enrolled.person)


@router.get("/programmes/{programme_id}/participants")
async def participants(programme_id: Id, caller: Manager, store: Database) -> list[ParticipantView]:
    """Everybody of the countries the caller manages."""
    countries = managed_countries(caller, await store.unit().get(Programme, programme_id))
    found = await store.all(Participant, {"programme_id": programme_id, "profile.country": {"$in": countries}})
    people = await store.all(Person, {"_id": {"$in": [each.person_id for each in found]}})
    by_id = {person.id: person for person in people}
    return [ParticipantView.of(each, by_id[each.person_id]) for each in found if each.person_id in by_id]


@router.post("/programmes/{programme_id}/trained")
async def group_trained(
    programme_id: Id, group: Group, caller: Manager, store: Database, explain: Explaining
) -> GroupView:
    """Record that a group was trained."""
    managed_countries(caller, await store.unit().get(Programme, programme_id))
    report = await train(store, programme_id, group.participant_ids, covers_of(caller))
    return GroupView.of(report, explain)


async def _change_participant(
    store: Store, caller: Caller, participant_id: str, step: Callable[[Participant, Programme], Participant]
) -> ParticipantView:
    async def work(unit: Unit) -> ParticipantView:
        before = await unit.get(Participant, participant_id)
        _must_concern(caller, before)
        after = step(before, await unit.get(Programme, before.programme_id))
        if after is not before:
            unit.save(after)
        return ParticipantView.of(after, await unit.get(Person, after.person_id))

    return await store.run(work)


@router.get("/participants/{participant_id}")
async def participant(participant_id: Id, caller: Somebody, store: Database) -> ParticipantView:
    """One participant: oneself, or somebody the caller manages."""
    return await _change_participant(store, caller, participant_id, lambda known, _: known)


@router.post("/participants/{participant_id}/trained")
async def participant_trained(participant_id: Id, caller: Manager, store: Database) -> ParticipantView:
    """Record that somebody finished the training for their role."""

    def step(known: Participant, programme: Programme) -> Participant:
        caller.must_cover([known.profile.country])
        programme.must_run()
        return known.trained()

    return await _change_participant(store, caller, participant_id, step)


@router.post("/participants/{participant_id}/withdraw")
async def withdraw(participant_id: Id, leaving: Leaving, caller: Somebody, store: Database) -> ParticipantView:
    """Step back, or record that somebody did; without blame and for good."""
    return await _change_participant(store, caller, participant_id, lambda known, _: known.withdrawn(leaving.because))
