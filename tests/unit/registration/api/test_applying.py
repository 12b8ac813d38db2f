"""Over HTTP: who may say what of whom, what was not taken, and how something is taken back."""

from typing import Any

import pytest

from services.registration.people.participant import Participant
from services.registration.people.person import HrsWord, Person
from services.registration.programmes.programme import Programme, Stage
from shared.language.registration import ParticipantChanged
from shared.web.wording import PSEUDO
from tests.support.apps import person
from tests.support.memory import MemoryStore
from tests.support.plain_english import plain_words
from tests.unit.registration.api.people import ask
from tests.unit.registration.samples import PROFILE, TERMS, programme

ME, BELOW = person("e-1"), person("e-2")
APPLY, IMPORT = "POST /programmes/spring/participants", "POST /programmes/spring/import"
PLACE = PROFILE.model_dump(mode="json", include={"role", "country", "time_zone", "languages", "unit", "grade"})
IN_LINE = PROFILE.model_copy(update={"managers": ("boss",)})
KNOWN = (
    programme(),
    Participant.registered("spring", ME, IN_LINE, of_hr=True),
    Person(id=ME, name="Right", email="right@x.example", manager_id="boss", hr=HrsWord.of(PROFILE)),
    Participant.registered("spring", BELOW, PROFILE.model_copy(update={"managers": (ME, "boss")})),
    Person(id=BELOW, name="Below", email="below@x.example", manager_id=ME),
)
GERMANY = Programme(id="berlin", terms=TERMS.model_copy(update={"countries": ("DE",)}), state=Stage.OPEN)
GERMAN = (
    GERMANY,
    Participant.registered("berlin", ME, PROFILE.model_copy(update={"country": "DE"})),
    Person(id=ME, name="Right", email="right@x.example"),
)


def body(profile: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": "Right", "email": "right@x.example", "profile": PLACE | profile, **more}


def test_whoever_applies_is_told_what_hr_says_otherwise() -> None:
    store = MemoryStore(*KNOWN)
    told = ask(store, "somebody", APPLY, json=body({"grade": 9, "city": "Lyon"}, name="Wrong"))
    assert (told["name"], told["profile"]["grade"], told["profile"]["city"]) == ("Right", 3, "Lyon")
    assert [(each["field"], each["code"], each["facts"]) for each in told["not_taken"]] == [
        ("name", "hr-says-otherwise", {}),
        ("grade", "hr-says-otherwise", {}),
    ]
    assert told["from_hr"] == ["name", "email", "country", "unit", "grade", "managers"]
    assert told["not_taken"][0]["reason"].startswith("HR says otherwise")


def test_what_is_not_taken_is_told_in_the_readers_language() -> None:
    told = ask(MemoryStore(*KNOWN), "somebody", APPLY, language=PSEUDO, json=body({"grade": 9}))
    assert plain_words(told["not_taken"][0]["reason"], ["HR"]) == []


def test_what_nobody_of_hr_has_said_is_nobody_elses() -> None:
    told = ask(MemoryStore(programme()), "somebody", APPLY, json=body({"grade": 9}))
    assert (told["from_hr"], told["not_taken"], told["profile"]["grade"]) == ([], [], 9)


def test_a_manager_who_applies_oneself_is_not_hr() -> None:
    told = ask(MemoryStore(programme()), "managing oneself", APPLY, json=body({}, employee_id="e-1"))
    assert told["from_hr"] == []


@pytest.mark.parametrize("nobody", [[], None])
def test_a_manager_says_that_somebody_reports_to_nobody(nobody: Any) -> None:
    store = MemoryStore(*KNOWN)
    told = ask(store, "manager", APPLY, json=body({"managers": nobody}, employee_id="e-1"))
    assert (told["profile"]["managers"], told["not_taken"]) == ([], [])
    changed = {
        each.participant_id: each.profile.managers for each in store.said if isinstance(each, ParticipantChanged)
    }
    assert set(changed.values()) == {(), (ME,)}, "whoever is below is told"


@pytest.mark.parametrize(("who", "said"), [("somebody", []), ("somebody", ["friend"]), ("manager", ["friend"])])
def test_a_reporting_line_is_not_taken_from_an_application(who: str, said: list[str]) -> None:
    told = ask(MemoryStore(*KNOWN), who, APPLY, json=body({"managers": said}, employee_id="e-1"))
    assert told["profile"]["managers"] == ["boss"]
    assert [(each["field"], each["code"]) for each in told["not_taken"]] == [("managers", "line-comes-from-hr")]


def test_what_was_read_may_be_sent_back_as_it_is() -> None:
    store = MemoryStore(*KNOWN)
    before = ask(store, "somebody", f"GET /participants/{KNOWN[1].id}")
    again = ask(store, "somebody", APPLY, json={name: before[name] for name in ("name", "email", "profile")})
    assert again == {**before, "not_taken": []}
    assert store.said == []


def test_a_manager_of_one_country_leaves_a_person_of_another_as_they_are() -> None:
    store = MemoryStore(programme(), *GERMAN)
    said = body({"country": "GB", "grade": 9}, name="Wrong", email="Right@X.example", employee_id="e-1")
    told = ask(store, "british", APPLY, json=said)
    assert (told["name"], told["email"], told["profile"]["grade"]) == ("Right", "right@x.example", 9)
    assert {each["field"]: each["code"] for each in told["not_taken"]} == {
        "name": "belongs-to-others-too",
        "email": "belongs-to-others-too",
    }
    assert "also takes part" in told["not_taken"][0]["reason"]
    assert "DE" not in str(told["not_taken"]), "where else is nobody's business"


def test_whoever_knows_no_more_than_a_number_is_not_told_whose_it_is() -> None:
    store = MemoryStore(programme(), *GERMAN)
    guessed = body({"country": "GB"}, name="Wrong", email="wrong@x.example", employee_id="e-1")
    problem = ask(store, "british", APPLY, json=guessed)
    assert (problem["status"], problem["code"]) == (409, "somebody-else-of-this-number")
    assert "right" not in str(problem).lower()
    row = "employee_id,name,email,role,country,time_zone,languages,unit,grade\n"
    row += "e-1,Wrong,wrong@x.example,mentor,GB,Europe/London,en,Risk,3\n"
    [fault] = ask(store, "british", IMPORT, content=row)["errors"]
    assert (fault["column"], fault["code"]) == ("employee_id", "somebody-else-of-this-number")
    assert ask(store, "british", "GET /programmes/spring/participants") == []


def test_a_file_of_one_country_tells_what_it_left_as_it_was() -> None:
    row = "employee_id,name,email,role,country,time_zone,languages,unit,grade,manager_employee_id\n"
    row += "e-1,Wrong,right@x.example,mentor,GB,Europe/London,en,Risk,3,e-9\n"
    report = ask(MemoryStore(programme(), *GERMAN), "british", IMPORT, content=row)
    assert (report["imported"], report["refused"], report["notes_left_out"]) == (1, 0, 0)
    [note] = report["notes"]
    assert (note["line"], note["column"], note["value"], note["code"]) == (2, "name", "Wrong", "belongs-to-others-too")
    assert note["reason"].startswith("Left as it was")


def test_null_takes_back_and_what_is_absent_stays() -> None:
    store = MemoryStore(programme())
    hours = {"start": "08:00", "end": "20:00", "days": [0, 1]}
    ask(store, "somebody", APPLY, json=body({"working_hours": hours, "city": "Lyon", "interests": ["chess"]}))
    told = ask(store, "somebody", APPLY, json=body({"working_hours": {"start": "10:00"}, "city": None}))
    assert told["profile"]["working_hours"] == {**hours, "start": "10:00"}
    assert (told["profile"]["city"], told["profile"]["interests"]) == ("", ["chess"])
    problem = ask(store, "somebody", APPLY, json=body({"working_hours": {"start": "20:30"}}))
    assert (problem["status"], problem["code"]) == (409, "would-work-backwards")
    assert problem["facts"] == {"start": "20:30", "end": "20:00"}


def test_of_an_erased_person_nothing_stands_in_the_lines_of_those_below() -> None:
    store = MemoryStore(*KNOWN)
    ask(store, "manager", "POST /people/erase", json={"person_id": ME})
    below = store.documents(Participant)[KNOWN[3].id]
    assert below["profile"]["managers"] == ["boss"]
    assert store.documents(Person)[BELOW]["manager_id"] == "boss"
    [changed] = [each for each in store.said if isinstance(each, ParticipantChanged)]
    assert changed.profile.managers == ("boss",)
