"""Taking somebody into a programme, whichever way they come: an application over HTTP or a row of a file."""

from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import ClassVar

from services.registration.people.application import Application
from services.registration.people.link import Link
from services.registration.people.participant import Participant, Standing, participant_id
from services.registration.people.person import HrsWord, Person
from services.registration.people.reporting import Heard, Links, managers_of
from services.registration.people.whereabouts import Covers, Whereabouts
from services.registration.programmes.programme import Programme
from shared.domain.errors import Refused
from shared.domain.work import Unit
from shared.language.profile import Profile
from shared.language.reasons import Reason
from shared.language.skills import Skill, Wish
from shared.language.values.same import same

MOST_NAMED = 5
"""Topics of one application that are told to be none of the programme's."""


class WrongCountry(Refused):
    """The programme does not run there, or whoever asks does not manage people there."""


class OtherTopics(Refused):
    """What is offered is none of the programme's topics; ``said_in`` is where they are named."""

    said_in: ClassVar[str] = "offers"


class OtherWishes(OtherTopics):
    """What is wanted is none of them."""

    said_in: ClassVar[str] = "wants"


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
    by_hr: bool = False
    """Said by whoever manages them, and not by themselves."""
    heard: Heard | None = None
    """None when nothing is said of their manager."""
    trained: bool = False
    ids: tuple[str, ...] = ()
    """Every id the person was ever given."""
    known_as: str | None = None
    """What their number gives today, where that is not ``person_id``."""


@dataclass(frozen=True, kw_only=True)
class Around:
    """What is known around the people who come in: whom everybody reports to by now, where else they take part, and who
    of them was erased, so that no import brings them back."""

    links: Links
    elsewhere: Whereabouts
    erased: Set[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Note:
    """Something that was said and not taken: which field, and why."""

    field: str
    reason: Reason


@dataclass(frozen=True, kw_only=True)
class Enrolled:
    """Where it led."""

    participant: Participant
    person: Person
    outcome: Outcome
    moved: bool
    """Whether they report to somebody else than before."""
    corrected: bool
    """Whether HR's word on them is new, and they take part in something else that it corrects."""
    notes: tuple[Note, ...]


async def enrol(unit: Unit, programme: Programme, entry: Entry, around: Around, covers: Covers) -> Enrolled:
    """Register or update somebody, in this unit of work; raises Refused."""
    if entry.person_id in around.erased:
        raise Refused("data-were-erased", about=entry.person_id)
    before = await unit.find(Participant, participant_id(programme.id, entry.person_id))
    known = await unit.find(Person, entry.person_id)
    profile, of_hr = _profile(before, known, entry, around.links)
    _must_be_in_reach(programme, before, profile.country, covers)
    _must_be_taught(programme, entry.application.profile)
    participant = _taken_in(programme, before, entry, profile, of_hr=of_hr)
    countries = around.elsewhere.get(entry.person_id, {}).values()
    may_describe = all(map(covers, countries)) if entry.by_hr else known is None or known.hr is None
    if entry.by_hr and before is None and not may_describe:
        _must_be_known(known, entry)
    person = _described(known, entry, profile, around.links, may_describe=may_describe)
    if participant is not before:
        unit.save(participant)
    moved = await _save_person(unit, person, known, anew=before is None)
    return Enrolled(
        participant=participant,
        person=person,
        outcome=_outcome(before, changed=participant is not before or person != known),
        moved=moved,
        corrected=known is not None and person.hr != known.hr and bool(countries),
        notes=tuple(_not_taken(entry, participant, person)),
    )


async def _save_person(unit: Unit, person: Person, known: Person | None, *, anew: bool) -> bool:
    """Whether they report to somebody else than before."""
    if person != known or anew:  # so that of a new participation and something else of theirs at once one starts over
        unit.save(person)
    if known is not None:
        return person.manager_id != known.manager_id
    link = await unit.find(Link, person.id)
    if link is not None:
        unit.delete(link)
    return person.manager_id != (link and link.manager_id)


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


def _must_be_known(known: Person | None, entry: Entry) -> None:
    """Whoever does not manage all of somebody's countries has to know more than their number to be shown who it is."""
    said = entry.application
    if known and same(said.name) != same(known.name) and same(said.email) != same(known.email):
        raise Refused("somebody-else-of-this-number")


def _must_be_taught(programme: Programme, profile: Profile) -> None:
    if others := _others(programme, profile.offers):
        raise OtherTopics("topics-not-of-the-programme", topics=others)
    if others := _others(programme, profile.wants):
        raise OtherWishes("topics-not-of-the-programme", topics=others)


def _others(programme: Programme, said: Iterable[Skill | Wish]) -> list[str]:
    return [each.topic for each in said if each.topic not in programme.terms.topics][:MOST_NAMED]


def _profile(before: Participant | None, known: Person | None, entry: Entry, links: Links) -> tuple[Profile, bool]:
    """What is known with what is said, and whether HR has said where they stand: then nobody else's word counts."""
    managers = managers_of(entry.person_id, links)
    profile = entry.application.profile.over(before.profile if before else None, managers)
    if entry.by_hr:
        return profile, True
    word = HrsWord.of(before.profile) if before and before.of_hr else known.hr if known else None
    return (word.over(profile), True) if word else (profile, False)


def _taken_in(
    programme: Programme, before: Participant | None, entry: Entry, profile: Profile, *, of_hr: bool
) -> Participant:
    if before is None:
        programme.must_take_applications(of=entry.person_id)
        participant = Participant.registered(programme.id, entry.person_id, profile, of_hr=of_hr, entered=entry.by_hr)
    else:
        programme.must_run()
        participant = before.described(profile, of_hr=of_hr)
    if entry.known_as:
        participant = participant.identified(entry.known_as)
    return participant.trained() if entry.trained and participant.state is Standing.APPLIED else participant


def _described(known: Person | None, entry: Entry, profile: Profile, links: Links, *, may_describe: bool) -> Person:
    """A person belongs to HR of all their countries; until HR has spoken, to themselves."""
    said, manager_id = entry.application, links.get(entry.person_id)
    person = known or Person(id=entry.person_id, name=said.name, email=said.email)
    if not may_describe:
        return replace(person, employee_id=person.employee_id or said.employee_id, manager_id=manager_id)
    return replace(
        person,
        name=said.name,
        email=said.email,
        employee_id=said.employee_id or person.employee_id,
        manager_id=manager_id,
        hr=HrsWord.of(profile) if entry.by_hr else None,
    )


def _not_taken(entry: Entry, participant: Participant, person: Person) -> Iterator[Note]:
    said, profile = entry.application, participant.profile
    for field, as_said, as_kept in (("name", said.name, person.name), ("email", said.email, person.email)):
        if as_said != as_kept:
            yield _left(field, entry)
    for field in () if entry.by_hr else ("country", "unit", "grade"):
        if getattr(said.profile, field) != getattr(profile, field):
            yield _left(field, entry)
    if entry.heard:
        if entry.heard.manager_id != person.manager_id:
            yield _left("managers", entry)
    elif "managers" in said.profile.model_fields_set and said.profile.managers != profile.managers:
        yield Note(field="managers", reason=Reason("line-comes-from-hr"))


def _left(field: str, entry: Entry) -> Note:
    reason = Reason("belongs-to-others-too") if entry.by_hr else Reason("hr-says-otherwise")
    return Note(field=field, reason=reason)
