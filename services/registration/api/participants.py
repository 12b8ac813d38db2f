"""Taking part: apply, look, record a training, withdraw."""

from collections.abc import Callable, Iterator

from fastapi import APIRouter, Response

from services.registration.api.reports import GroupView
from services.registration.api.views import ApplicationView, Leaving, ParticipantView
from services.registration.people.application import Application
from services.registration.people.applying import apply_for, entry_of
from services.registration.people.enrolment import Outcome
from services.registration.people.participant import Participant
from services.registration.people.person import Person
from services.registration.programmes.programme import Programme
from services.registration.training.recording import Group, train
from shared.domain.errors import Refused
from shared.domain.people import People, PersonIds
from shared.domain.work import Key, Store, Unit
from shared.language.terms import Id
from shared.language.values.places import spellings
from shared.telemetry.deeds import note
from shared.web.access import Caller, Manager, Somebody, known_to
from shared.web.dependencies import Database, Explaining, Known
from shared.web.guarded import Guarded
from shared.web.lists.paging import Paged

router = APIRouter(tags=["participants"], route_class=Guarded)


def _must_concern(caller: Caller, participant: Participant) -> None:
    """Raises Forbidden unless it is the caller's own or that of somebody they manage."""
    if not caller.manages(participant.profile.country):
        caller.must_be(participant)


async def _applicant(application: Application, caller: Caller, people: People) -> PersonIds:
    """Whose application it is; raises Refused when nobody is named, Forbidden when it may not be made."""
    if application.employee_id is not None:
        named = await people.one(application.employee_id)
    elif caller.given is not None and caller.has("participant"):
        named = await people.whose(caller.given)
    else:
        raise Refused("application-of-nobody")
    if caller.ids.isdisjoint(named.ids):
        caller.must_cover([application.profile.country])
    return named


@router.post("/programmes/{programme_id}/participants", status_code=201, responses={200: {"model": ApplicationView}})
async def apply(
    programme_id: Id,
    application: Application,
    caller: Somebody,
    store: Database,
    people: Known,
    explain: Explaining,
    response: Response,
) -> ApplicationView:
    """Apply for oneself, or as a manager for ``employee_id``. Applying again updates what is said (200).

    What is not said stays, at any depth; null takes back what may be left out. What HR knows better, or HR of other
    countries too, is not taken: ``not_taken`` tells of it.
    """
    who = await _applicant(application, caller, people)
    by_hr = caller.ids.isdisjoint(who.ids)
    entry = entry_of(who, application, by_hr=by_hr)
    enrolled = await apply_for(store, programme_id, entry, caller.manages if by_hr else lambda _: True)
    note(participant_id=enrolled.participant.id, outcome=enrolled.outcome)
    response.status_code = 201 if enrolled.outcome is Outcome.IMPORTED else 200
    return ApplicationView.told(enrolled, explain)


@router.get("/programmes/{programme_id}/participants", response_model=list[ParticipantView])
async def participants(programme_id: Id, caller: Manager, store: Database, paging: Paged) -> Response:
    """Everybody of the countries the caller manages, by id."""
    countries = caller.must_manage_some((await store.unit().get(Programme, programme_id)).terms.countries)
    theirs = {"programme_id": programme_id, "profile.country": {"$in": spellings(countries)}}

    async def read(after: Key, limit: int) -> tuple[Iterator[ParticipantView], Key]:
        page = await store.page(Participant, theirs, after=after, limit=limit)
        people = await store.all(Person, {"_id": {"$in": [each.person_id for each in page.items]}})
        by_id = {person.id: person for person in people}
        known = ((each, by_id[each.person_id]) for each in page.items if each.person_id in by_id)
        return (ParticipantView.of(each, person) for each, person in known), page.then

    return await paging.answer(ParticipantView, read)


@router.post("/programmes/{programme_id}/trained")
async def group_trained(
    programme_id: Id, group: Group, caller: Manager, store: Database, explain: Explaining
) -> GroupView:
    """Record that a group was trained."""
    caller.must_manage_some((await store.unit().get(Programme, programme_id)).terms.countries)
    report = await train(store, programme_id, group.participant_ids, caller.manages)
    note(trained=report.trained, unchanged=report.unchanged, refused=len(report.refused))
    return await GroupView.of(report, explain)


async def _change_participant(
    store: Store, caller: Caller, participant_id: str, step: Callable[[Participant, Programme], Participant]
) -> ParticipantView:
    async def work(unit: Unit) -> ParticipantView:
        before = await known_to(caller, unit, Participant, participant_id)
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
