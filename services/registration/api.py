"""What people may ask of registration, over HTTP."""

from collections.abc import Callable
from contextlib import AsyncExitStack
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Request, Response

from services.registration.application import Application
from services.registration.enrolment import Covers, Enrolled, Entry, Outcome, enrol, links_above
from services.registration.following import LINES, followed
from services.registration.importing import PeopleImport, Report
from services.registration.participant import Participant
from services.registration.person import Person
from services.registration.programme import Programme, Stage
from services.registration.training import train
from services.registration.upload import LARGEST, uploaded
from services.registration.views import Group, GroupReport, Leaving, NewProgramme, ParticipantView, ProgrammeView
from shared.access import Caller, Forbidden, allow
from shared.errors import Absent, Refused
from shared.http import Database, Pseudonym
from shared.programme import Id, Terms
from shared.store import Store, Unit

router = APIRouter(tags=["registration"])

Somebody = Annotated[Caller, allow("participant", "manager")]
Manager = Annotated[Caller, allow("manager")]


def _covers(caller: Caller) -> Covers:
    return lambda country: caller.has("manager") and caller.covers([country])


def _managed_countries(caller: Caller, programme: Programme) -> list[str]:
    """The programme's countries that the caller manages; raises Forbidden when there is none."""
    countries = list(filter(_covers(caller), programme.terms.countries))
    if not countries:
        raise Forbidden(f"This needs a programme manager of one of {', '.join(programme.terms.countries)}.")
    return countries


def _may_see(caller: Caller, programme: Programme) -> bool:
    """Drafts are for managers; what was opened is for everybody."""
    return programme.state is not Stage.DRAFT or any(map(_covers(caller), programme.terms.countries))


def _must_concern(caller: Caller, participant: Participant) -> None:
    """Raises Forbidden unless it is the caller's own or that of somebody they manage."""
    if not _covers(caller)(participant.profile.country):
        caller.must_be(participant.person_id)


@router.post("/programmes", status_code=201)
async def make_programme(new: NewProgramme, caller: Manager, store: Database) -> ProgrammeView:
    """Make a draft. Asking twice for the same is harmless; another programme of that id is refused."""
    caller.must_cover(new.terms.countries)

    async def work(unit: Unit) -> Programme:
        known = await unit.find(Programme, new.id)
        if known is not None and known.terms != new.terms:
            raise Refused(f"There is a programme «{new.id}» already; choose another id or change its terms.")
        programme = known or Programme(id=new.id, terms=new.terms)
        if known is None:
            unit.save(programme)
        return programme

    return ProgrammeView.of(await store.run(work))


@router.get("/programmes")
async def programmes(caller: Somebody, store: Database) -> list[ProgrammeView]:
    """All programmes the caller may know of, the latest first."""
    known = await store.all(Programme, {}, sort=(("terms.starts_on", -1), ("_id", 1)))
    return [ProgrammeView.of(programme) for programme in known if _may_see(caller, programme)]


@router.get("/programmes/{programme_id}")
async def programme(programme_id: Id, caller: Somebody, store: Database) -> ProgrammeView:
    """One programme."""
    found = await store.unit().find(Programme, programme_id)
    if found is None or not _may_see(caller, found):
        raise Absent(f"There is no programme «{programme_id}».")
    return ProgrammeView.of(found)


async def _change(
    store: Store, caller: Caller, programme_id: str, step: Callable[[Programme, Unit], Programme]
) -> ProgrammeView:
    async def work(unit: Unit) -> Programme:
        before = await unit.get(Programme, programme_id)
        caller.must_cover(before.terms.countries)
        after = step(before, unit)
        if after is not before:
            unit.save(after)
        return after

    return ProgrammeView.of(await store.run(work))


@router.put("/programmes/{programme_id}/terms")
async def change_terms(programme_id: Id, terms: Terms, caller: Manager, store: Database) -> ProgrammeView:
    """Change the terms, as far as no promise is broken."""
    caller.must_cover(terms.countries)
    return await _change(store, caller, programme_id, lambda known, unit: known.with_terms(terms, unit.now))


@router.post("/programmes/{programme_id}/open")
async def open_programme(programme_id: Id, caller: Manager, store: Database) -> ProgrammeView:
    """Take applications."""
    return await _change(store, caller, programme_id, lambda known, unit: known.opened(unit.now))


@router.post("/programmes/{programme_id}/close-registration")
async def close_registration(programme_id: Id, caller: Manager, store: Database) -> ProgrammeView:
    """Take no more applications."""
    return await _change(store, caller, programme_id, lambda known, _: known.closed())


@router.post("/programmes/{programme_id}/close")
async def close_programme(programme_id: Id, caller: Manager, store: Database) -> ProgrammeView:
    """End the programme."""
    return await _change(store, caller, programme_id, lambda known, _: known.ended())


def _applicant(application: Application, caller: Caller, pseudonym: Callable[[str], str]) -> str:
    """Whose application it is; raises Refused when nobody is named, Forbidden when it may not be made."""
    named = pseudonym(application.employee_id) if application.employee_id else caller.person_id
    if named is None or (application.employee_id is None and not caller.has("participant")):
        raise Refused("Say whose application it is: employee_id is missing.")
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
    covers = _covers(caller) if person_id != caller.person_id else lambda _: True

    async def work(unit: Unit) -> Enrolled:
        links = await links_above(unit, [person_id], {})
        entry = Entry(person_id=person_id, application=application)
        return await enrol(unit, await unit.get(Programme, programme_id), entry, links, covers)

    enrolled = await store.run(work)
    response.status_code = 201 if enrolled.outcome is Outcome.IMPORTED else 200
    return ParticipantView.of(enrolled.participant, enrolled.person)


@router.post(
    "/programmes/{programme_id}/import",
    max_body_size=2 * LARGEST,  # «uploaded» says it in better words
    response_model=Report,
    responses={200: {"content": {LINES: {}}}},
)
async def import_people(
    programme_id: Id,
    request: Request,
    caller: Manager,
    store: Database,
    pseudonym: Pseudonym,
    dry_run: bool = False,
) -> Response | Report:
    """Import people from HR: the body is a CSV file. Good rows go in, the others are reported cell by cell.

    Whoever accepts ``application/x-ndjson`` is told how far it is, a JSON object a line: ``progress`` (``rows``, and
    ``part`` of the file from 0 to 1), at last ``report``, or ``failed`` with a sentence.
    """
    _managed_countries(caller, await store.unit().get(Programme, programme_id))
    job = PeopleImport(
        store=store, programme_id=programme_id, pseudonym=pseudonym, covers=_covers(caller), dry_run=dry_run
    )
    async with AsyncExitStack() as stack:
        file = await stack.enter_async_context(uploaded(request))
        if LINES not in request.headers.get("accept", ""):
            return await job.run(file)
        return await followed(partial(job.run, file), stack.pop_all())


@router.get("/programmes/{programme_id}/participants")
async def participants(programme_id: Id, caller: Manager, store: Database) -> list[ParticipantView]:
    """Everybody of the countries the caller manages."""
    countries = _managed_countries(caller, await store.unit().get(Programme, programme_id))
    found = await store.all(Participant, {"programme_id": programme_id, "profile.country": {"$in": countries}})
    people = await store.all(Person, {"_id": {"$in": [each.person_id for each in found]}})
    by_id = {person.id: person for person in people}
    return [ParticipantView.of(each, by_id[each.person_id]) for each in found if each.person_id in by_id]


@router.post("/programmes/{programme_id}/trained")
async def group_trained(programme_id: Id, group: Group, caller: Manager, store: Database) -> GroupReport:
    """Record that a group was trained."""
    _managed_countries(caller, await store.unit().get(Programme, programme_id))
    return await train(store, programme_id, group.participant_ids, _covers(caller))


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
