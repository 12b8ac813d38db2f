from dataclasses import replace

import pytest

from services.registration.app import service
from services.registration.people.application import Application
from services.registration.people.enrolment import Around, Enrolled, Entry, Outcome, WrongCountry, enrol
from services.registration.people.link import links_above
from services.registration.people.person import Person
from services.registration.people.said import ProfileSaid
from services.registration.programmes.programme import Programme
from shared.domain.errors import Refused
from shared.domain.work import Unit
from shared.language.profile import Profile
from tests.support.memory import MemoryStore
from tests.support.sentences import refusing
from tests.unit.registration.samples import PROFILE, programme


def _entry(profile: Profile = PROFILE) -> Entry:
    said = Application(name="Somebody", email="somebody@x.example", profile=ProfileSaid(**profile.model_dump()))
    return Entry(person_id="person-a", application=said)


async def _enrol(memory: MemoryStore, entry: Entry) -> Enrolled:
    async def work(unit: Unit) -> Enrolled:
        around = Around(links=await links_above(unit, [entry.person_id], {}), elsewhere={})
        return await enrol(unit, await unit.get(Programme, "spring"), entry, around, lambda _: True)

    return await memory.run(work)


async def test_applying_twice_meets_the_same_participant() -> None:
    memory = MemoryStore(programme())
    first, again = await _enrol(memory, _entry()), await _enrol(memory, _entry())
    assert (first.outcome, again.outcome) == (Outcome.IMPORTED, Outcome.UNCHANGED)
    assert first.participant == again.participant
    assert len(memory.said) == 1


async def test_the_reporting_line_comes_from_hr_and_not_from_the_applicant() -> None:
    known = Person(id="person-a", name="A", email="a@x.example", manager_id="person-b")
    memory = MemoryStore(programme(), known)
    enrolled = await _enrol(memory, _entry(PROFILE.model_copy(update={"managers": ("person-friend",)})))
    assert enrolled.participant.profile.managers == ("person-b",)


async def test_nobody_applies_from_a_country_where_the_programme_does_not_run() -> None:
    memory = MemoryStore(programme())
    with refusing(service.spoken, r"this country \(Italy\), only in these: France and United Kingdom", WrongCountry):
        await _enrol(memory, _entry(PROFILE.model_copy(update={"country": "IT"})))
    assert issubclass(WrongCountry, Refused)
    assert memory.documents(Person) == {}


async def test_links_are_followed_to_the_top_and_what_was_said_just_now_wins() -> None:
    stored = [
        Person(id="a", name="A", email="a@x.example", manager_id="b"),
        Person(id="b", name="B", email="b@x.example", manager_id="a"),
        Person(id="c", name="C", email="c@x.example", manager_id="d"),
    ]
    links = await links_above(MemoryStore(*stored).unit(), ["a"], {"b": "c"})
    assert links == {"a": "b", "b": "c", "c": "d", "d": None}


@pytest.mark.parametrize("by_hr", [True, False])
async def test_it_is_kept_who_brought_somebody_in_first(by_hr: bool) -> None:
    memory = MemoryStore(programme())
    for again in (by_hr, not by_hr):
        entry = replace(_entry(PROFILE), by_hr=again)
        assert (await _enrol(memory, entry)).participant.entered is by_hr
