"""Taking somebody into a programme, whichever way they come: an application over HTTP or a row of a file."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from services.registration.people.application import Application
from services.registration.people.erasure import must_not_be_erased
from services.registration.people.participant import Participant, Standing, participant_id
from services.registration.people.person import Person
from services.registration.people.reporting import DEEPEST, Links, managers_of
from services.registration.programmes.programme import Programme
from shared.domain.errors import Refused
from shared.domain.work import Unit
from shared.language.profile import Profile

Covers = Callable[[str], bool]
"""Whether whoever asks may act for people of that country."""


class WrongCountry(Refused):
    """The programme does not run there, or whoever asks does not manage people there."""


class Outcome(StrEnum):
    """What an application came to."""

    IMPORTED = "imported"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What is said about one person; what is not said stays as it is known."""

    person_id: str
    application: Application
    manager_id: str | None = None
    trained: bool = False


@dataclass(frozen=True, kw_only=True)
class Enrolled:
    """Where it led. ``moved`` says that the person's place in the organisation is new to us."""

    participant: Participant
    person: Person
    outcome: Outcome
    moved: bool


async def enrol(unit: Unit, programme: Programme, entry: Entry, links: Links, covers: Covers) -> Enrolled:
    """Register or update somebody, in this unit of work; raises Refused."""
    await must_not_be_erased(unit, entry.person_id)
    known = await unit.find(Person, entry.person_id)
    before = await unit.find(Participant, participant_id(programme.id, entry.person_id))
    _must_be_in_reach(programme, before, entry.application.profile.country, covers)
    participant = _taken_in(programme, before, entry, managers_of(entry.person_id, links))
    person = _described(known, entry)
    if participant is not before:
        unit.save(participant)
    if person != known or before is None:  # so that of a new participation and an erasure at once one starts over
        unit.save(person)
    outcome = _outcome(before, changed=participant is not before or person != known)
    moved = person.manager_id != (known and known.manager_id)
    return Enrolled(participant=participant, person=person, outcome=outcome, moved=moved)


def _outcome(before: Participant | None, *, changed: bool) -> Outcome:
    if before is None:
        return Outcome.IMPORTED
    return Outcome.CHANGED if changed else Outcome.UNCHANGED


def _must_be_in_reach(programme: Programme, before: Participant | None, country: str, covers: Covers) -> None:
    if country not in programme.terms.countries:
        raise WrongCountry("programme-not-there", country=country, countries=programme.terms.countries)
    if not covers(country):
        raise WrongCountry("people-not-managed", country=country)
    if before is not None and not covers(before.profile.country):
        raise WrongCountry("registered-elsewhere")


def _taken_in(programme: Programme, before: Participant | None, entry: Entry, managers: tuple[str, ...]) -> Participant:
    profile = _merged(before, entry.application.profile, managers)
    if before is None:
        programme.must_take_applications(of=entry.person_id)
        participant = Participant.registered(programme.id, entry.person_id, profile)
    else:
        programme.must_run()
        participant = before.described(profile)
    return participant.trained() if entry.trained and participant.state is Standing.APPLIED else participant


def _merged(before: Participant | None, said: Profile, managers: tuple[str, ...]) -> Profile:
    known = before.profile if before else said
    news = {name: getattr(said, name) for name in said.model_fields_set}
    return known.model_copy(update={**news, "managers": managers})


def _described(known: Person | None, entry: Entry) -> Person:
    said = entry.application
    person = known or Person(id=entry.person_id, name=said.name, email=said.email)
    return person.described(name=said.name, email=said.email, employee_id=said.employee_id, manager_id=entry.manager_id)


async def links_above(unit: Unit, people: Iterable[str], said: Links) -> Links:
    """Links from these people to the top, one query a level; what was said just now wins over what is stored."""
    links: dict[str, str | None] = {}
    level = set(people)
    for _ in range(DEEPEST + 1):
        if not level:
            break
        await unit.fetch((Person, person_id) for person_id in level)
        for person_id in level:
            stored = await unit.find(Person, person_id)
            links[person_id] = said.get(person_id) or (stored.manager_id if stored else None)
        level = {manager for person_id in level if (manager := links[person_id])} - links.keys()
    return links
