from services.registration.app import service
from services.registration.people.application import Application
from services.registration.people.enrolment import Enrolled, Entry, Outcome, WrongCountry, enrol, links_above
from services.registration.people.person import Person
from services.registration.programmes.programme import Programme
from shared.domain.errors import Refused
from shared.domain.work import Unit
from shared.language.profile import Profile
from tests.support.memory import MemoryStore
from tests.support.sentences import refusing
from tests.unit.registration.samples import PROFILE, programme


def _entry(profile: Profile = PROFILE) -> Entry:
    said = Application(name="Somebody", email="somebody@x.example", profile=profile)
    return Entry(person_id="person-a", application=said)


async def _enrol(memory: MemoryStore, entry: Entry) -> Enrolled:
    async def work(unit: Unit) -> Enrolled:
        links = await links_above(unit, [entry.person_id], {})
        return await enrol(unit, await unit.get(Programme, "spring"), entry, links, lambda _: True)

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
    with refusing(service.spoken, "does not run in IT, only in FR, GB", WrongCountry):
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
