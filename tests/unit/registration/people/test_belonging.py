"""A person belongs to HR of all their countries; HR's word, where it is known, wins."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from services.registration.people.applying import apply_for
from services.registration.people.enrolment import Enrolled, Entry
from services.registration.people.participant import Participant, participant_id
from services.registration.people.person import HrsWord, Person
from services.registration.people.reporting import Heard
from services.registration.programmes.programme import Programme, Stage
from shared.language.registration import ParticipantChanged
from tests.support.memory import MemoryStore
from tests.support.memory_unit import MemoryUnit
from tests.unit.registration.samples import PROFILE, TERMS, programme, said

GERMANY = Programme(id="berlin", terms=TERMS.model_copy(update={"countries": ("DE",)}), state=Stage.OPEN)
EUROPE = Programme(id="europe", terms=TERMS.model_copy(update={"countries": ("DE", "FR")}), state=Stage.OPEN)
IN_DE = {"country": "DE", "time_zone": "Europe/Berlin"}


def _store(*more: Programme) -> MemoryStore:
    return MemoryStore(programme(), GERMANY, EUROPE, *more)


async def _by_hr(store: MemoryStore, where: str, covers: str = "FR DE", **facts: Any) -> Enrolled:
    heard = Heard(facts.pop("manager"), facts.get("country", "FR")) if "manager" in facts else None
    entry = Entry(person_id="p", application=said(**facts), by_hr=True, heard=heard)
    return await apply_for(store, where, entry, lambda country: country in covers.split())


async def _oneself(store: MemoryStore, where: str, **facts: Any) -> Enrolled:
    return await apply_for(store, where, Entry(person_id="p", application=said(**facts)), lambda _: True)


def _notes(enrolled: Enrolled) -> dict[str, str]:
    return {note.field: note.reason.code for note in enrolled.notes}


def _profile(store: MemoryStore, where: str) -> dict[str, Any]:
    return dict(store.documents(Participant)[participant_id(where, "p")]["profile"])


async def test_hr_of_one_country_leaves_the_person_as_hr_of_another_knows_them() -> None:
    store = _store()
    await _by_hr(store, "berlin", "DE", **IN_DE, name="Right", email="right@x.example", manager="boss")
    before = store.documents(Person)["p"]
    enrolled = await _by_hr(store, "spring", "FR", name="Right", email="wrong@x.example", manager="other", grade=9)

    assert _notes(enrolled) == dict.fromkeys(("email", "managers"), "belongs-to-others-too")
    after = store.documents(Person)["p"]
    assert {name: after[name] for name in before if name != "_revision"} == {
        name: before[name] for name in before if name != "_revision"
    }
    assert (_profile(store, "spring")["grade"], _profile(store, "spring")["managers"]) == (9, ["boss"])
    assert (_profile(store, "berlin")["grade"], _profile(store, "berlin")["country"]) == (3, "DE")


async def test_nor_does_it_after_the_person_withdrew_there() -> None:
    german = Participant.registered("berlin", "p", PROFILE.model_copy(update=IN_DE))
    store = MemoryStore(programme(), german, Person(id="p", name="Right", email="right@x.example"))
    await _by_hr(store, "spring", "FR", name="Wrong", email="right@x.example")
    assert store.documents(Person)["p"]["name"] == "Right"


async def test_hr_of_all_countries_changes_the_person() -> None:
    store = _store()
    await _by_hr(store, "berlin", **IN_DE, name="Old", manager="boss")
    enrolled = await _by_hr(store, "spring", name="New", manager="other")
    assert enrolled.notes == ()
    assert store.documents(Person)["p"]["name"] == "New"
    assert _profile(store, "berlin")["managers"] == ["other"]


async def test_hr_says_that_somebody_has_no_manager() -> None:
    store = _store()
    await _by_hr(store, "spring", manager="boss")
    assert _profile(store, "spring")["managers"] == ["boss"]
    await _by_hr(store, "spring", manager=None)
    assert _profile(store, "spring")["managers"] == []


async def test_who_has_not_been_told_of_by_hr_speaks_for_themselves() -> None:
    store = _store()
    await _oneself(store, "spring", grade=9)
    enrolled = await _oneself(store, "spring", grade=8, name="Another")
    assert enrolled.notes == ()
    assert _profile(store, "spring")["grade"] == 8
    assert store.documents(Person)["p"]["name"] == "Another"


async def test_what_hr_knows_nobody_says_of_themselves() -> None:
    store = _store()
    await _by_hr(store, "spring", grade=3, unit="Risk", name="Right", manager="boss")
    told = await _oneself(store, "spring", grade=9, unit="Sales", name="Wrong", interests=["chess"], managers=[])
    assert _notes(told) == {
        **dict.fromkeys(("name", "unit", "grade"), "hr-says-otherwise"),
        "managers": "line-comes-from-hr",
    }
    profile = _profile(store, "spring")
    assert (profile["grade"], profile["unit"], profile["managers"]) == (3, "Risk", ["boss"])
    assert profile["interests"] == ["chess"]
    assert store.documents(Person)["p"]["name"] == "Right"


async def test_hrs_word_counts_in_a_programme_one_joins_later() -> None:
    store = _store()
    await _by_hr(store, "spring", grade=3)
    told = await _oneself(store, "europe", grade=9, **IN_DE)
    assert _notes(told) == dict.fromkeys(("country", "grade"), "hr-says-otherwise")
    assert told.participant.of_hr
    assert (_profile(store, "europe")["grade"], _profile(store, "europe")["country"]) == (3, "FR")


async def test_hrs_word_that_comes_later_corrects_and_is_said() -> None:
    store = _store()
    await _oneself(store, "europe", grade=9, unit="Sales")
    await _oneself(store, "berlin", grade=9, **IN_DE)
    await _by_hr(store, "spring", grade=3, unit="Risk")

    changed = {each.programme_id: each.profile for each in store.said if isinstance(each, ParticipantChanged)}
    assert {where: (each.grade, each.unit, each.country) for where, each in changed.items()} == {
        "europe": (3, "Risk", "FR"),
        "berlin": (3, "Risk", "DE"),
    }, "a programme that does not run in France keeps its people where they are"
    assert all(document["of_hr"] for document in store.documents(Participant).values())


async def test_what_hr_of_one_country_said_of_its_programme_is_not_said_otherwise_by_the_person() -> None:
    store = _store()
    await _oneself(store, "berlin", grade=9, **IN_DE)
    await _by_hr(store, "spring", "FR", grade=3)
    assert store.documents(Person)["p"]["hr"] is None, "Germany's HR has not spoken"
    told = await _oneself(store, "spring", grade=9)
    assert _notes(told) == {"grade": "hr-says-otherwise"}
    assert _profile(store, "spring")["grade"] == 3


async def test_what_is_not_said_of_a_person_stays() -> None:
    word = HrsWord(country="FR", unit="Risk", grade=3)
    store = MemoryStore(
        programme(), Person(id="p", name="A", email="a@x.example", employee_id="7", manager_id="b", hr=word)
    )
    await _oneself(store, "spring", name="A")
    person = store.documents(Person)["p"]
    assert (person["employee_id"], person["manager_id"], person["hr"]["grade"]) == ("7", "b", 3)


async def test_of_two_who_enrol_a_person_at_once_one_starts_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """France's HR has looked at the person before Germany's brings them in, and writes afterwards."""
    store = _store()
    await _by_hr(store, "spring", "FR", name="French", manager="boss")
    between = [_by_hr(store, "berlin", "DE", **IN_DE, name="German")]

    async def run_once(work: Callable[[MemoryUnit], Awaitable[Any]]) -> Any:
        unit = store.unit()
        result = await work(unit)
        while between:
            await between.pop()
        await unit.commit()
        return result

    monkeypatch.setattr(store, "_run_once", run_once)
    await _by_hr(store, "spring", "FR", name="Rewritten", manager="other")
    person = store.documents(Person)["p"]
    assert (person["name"], person["manager_id"]) == ("French", "boss")
