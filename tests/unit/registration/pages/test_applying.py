"""An application on a page: what is asked, known and guessed, and that it is taken in as one over HTTP is."""

import re
from dataclasses import replace
from typing import Any

import pytest

from services.registration.pages.applying.answers import Answers
from services.registration.people.participant import Participant
from services.registration.people.person import HrsWord, Person
from services.registration.programmes.programme import Stage
from shared.language.profile import WorkingHours
from shared.language.registration import ParticipantRegistered, Withdrawal
from shared.language.skills import Skill, Wish
from tests.support.memory import MemoryStore
from tests.unit.registration.pages.own import ANN, HIS, OWN, PROFILE, VOICES, kept, look, part, programme, send

APPLY = "/apply/voices"
SAID: dict[str, Any] = {
    "role": "mentor",
    "offers": ["social-media"],
    "offer_levels": ["social-media:5", "negotiation:1"],
    "wants": ["negotiation"],
    "first": "negotiation",
    "languages": ["en", "fr"],
    "time_zone": "Europe/London",
    "days": ["0", "1"],
    "start": "08:00",
    "end": "16:00",
    "city": "London",
    "interests": "chess,  hiking,",
    "capacity": "2",
    "cross_border": "true",
}
MYSELF = {"name": "Ann Example", "email": "ann@x.example", "country": "GB", "unit": "Risk", "grade": "3"}
BY_HR = Person(id=ANN, name="Ann Example", email="ann@x.example", hr=HrsWord(country="GB", unit="Risk", grade=3))


async def mine(store: MemoryStore) -> Participant:
    [found] = await store.all(Participant, {"person_id": ANN})
    return found


def selected(html: str, name: str) -> str:
    [options] = re.findall(f'<select id="field-{name}".*?</select>', html, re.DOTALL)
    found = re.findall(r'value="([^"]*)" selected', options)
    return found[0] if found else ""


async def test_whoever_hr_knows_is_asked_neither_name_nor_place() -> None:
    html = (await look(kept(VOICES, BY_HR), APPLY)).text
    assert "Risk, United Kingdom" in html
    assert not any(f'name="{name}"' in html for name in MYSELF)


async def test_an_application_is_taken_in_with_all_that_was_said() -> None:
    store = kept(VOICES, BY_HR)
    done = await send(store, APPLY, SAID)
    assert (done.status_code, done.headers["location"]) == (303, "/mine/voices")
    profile = (await mine(store)).profile
    assert (profile.country, profile.unit, profile.grade) == ("GB", "Risk", 3)
    assert profile.offers == (Skill(topic="social-media", level=5),)
    assert profile.wants == (Wish(topic="negotiation", level=0, priority=3),)
    assert profile.working_hours == WorkingHours(start="08:00", end="16:00", days=(0, 1))
    assert (profile.city, profile.interests, profile.capacity, profile.cross_border) == (
        "London",
        ("chess", "hiking"),
        2,
        True,
    )
    assert [type(event) for event in store.said] == [ParticipantRegistered]


async def test_whoever_nobody_knows_says_who_they_are() -> None:
    store = kept(VOICES)
    again = await send(store, APPLY, SAID)
    assert again.status_code == 422
    assert again.text.count("Fill this in.") == 2 * len(MYSELF) - 2, "beside each and above, but for the list"
    assert 'value="chess,  hiking,"' in again.text
    await send(store, APPLY, SAID | MYSELF)
    [person] = await store.all(Person, {})
    assert (person.name, person.email, (await mine(store)).profile.grade) == ("Ann Example", "ann@x.example", 3)


async def test_changing_shows_what_was_said_and_keeps_priorities_that_no_page_asks_for() -> None:
    wants = (Wish(topic="negotiation", level=2, priority=1), Wish(topic="social-media", level=1, priority=3))
    known = part(VOICES, profile=PROFILE.model_copy(update={"wants": wants, "cross_border": False, "city": "Leeds"}))
    store = kept(VOICES, replace(BY_HR, hr=None), known)
    html = (await look(store, APPLY)).text
    assert "Change my answers" in html
    assert selected(html, "first") == "social-media"
    assert 'value="negotiation:2" selected' in html
    [tick] = re.findall(r'<input[^>]*name="cross_border"[^>]*>', html)
    assert "checked" not in tick
    typed = SAID | MYSELF | {"wants": ["negotiation", "social-media"], "want_levels": ["negotiation:2"], "city": ""}
    await send(store, APPLY, typed | {"first": ""})
    profile = (await mine(store)).profile
    assert [(each.topic, each.level, each.priority) for each in profile.wants] == [
        ("negotiation", 2, 1),
        ("social-media", 0, 2),
    ]
    assert profile.city == ""


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"end": "07:00"}, "orking hours end (07:00) before they start (08:00)"),
        ({"time_zone": "Mars/Base"}, "no time zone of a place"),
        ({"languages": []}, "Choose at least one."),
        ({"days": []}, "Choose at least one."),
        ({"offers": ["the-web"]}, "These are no topics of the programme: "),
        ({"interests": "x" * 41}, "ust have at most 40 characters"),
        ({"interests": "x," * 51}, "ust have at most 50 items"),
    ],
)
async def test_what_does_not_fit_is_told_beside_its_field(typed: dict[str, Any], said: str) -> None:
    store = kept(VOICES, BY_HR)
    again = await send(store, APPLY, SAID | typed)
    assert again.status_code in (409, 422)
    assert said in again.text
    assert await store.count(Participant, {}) == 0


async def test_role_zone_and_country_are_guessed_from_those_who_are_there() -> None:
    others = [part(VOICES, person=f"person-{n}") for n in range(2)]
    others += [part(VOICES, profile=HIS, person="person-b")]
    html = (await look(kept(VOICES, BY_HR, *others), APPLY)).text
    assert re.search(r'value="mentor" checked', html)
    assert selected(html, "time_zone") == "Europe/London"
    html = (await look(kept(VOICES), APPLY, **{"Accept-Language": "fr-FR,fr;q=0.8"})).text
    assert selected(html, "country") == "FR"
    assert selected(html, "time_zone") == "Europe/Paris"
    assert re.search(r'name="languages" value="fr" checked', html)


def test_of_many_zones_nobody_guesses() -> None:
    from services.registration.pages.applying.guessing import guess_country

    assert guess_country(programme(countries=("US", "FR")), "de") == ""
    assert guess_country(programme(countries=("US",)), "") == "US"


@pytest.mark.parametrize("method", ["look", "send"])
async def test_nobody_applies_where_nobody_is_taken_in(method: str) -> None:
    gone = part(VOICES).withdrawn(Withdrawal.OWN_WISH)
    cases = [
        (programme(state=Stage.CLOSED), 409, "Registration is closed"),
        (programme(state=Stage.DRAFT), 404, "There is no"),
        (programme(state=Stage.ENDED), 409, "The programme has ended"),
        ((VOICES, gone), 409, "You have withdrawn from the programme"),
    ]
    for stored, status, said in cases:
        store = kept(BY_HR, *(stored if isinstance(stored, tuple) else (stored,)))
        answer = await (look(store, APPLY) if method == "look" else send(store, APPLY, SAID, shown="/"))
        assert (answer.status_code, said in answer.text) == (status, True), said


async def test_managers_apply_for_others_elsewhere() -> None:
    assert (await look(kept(VOICES), APPLY, "ann~manager")).status_code == 403
    assert (await look(kept(VOICES), APPLY, OWN)).status_code == 200


def test_a_level_that_nobody_chose_is_the_usual_one() -> None:
    answers = Answers.model_validate(SAID | {"offer_levels": [], "wants": ["negotiation", "negotiation"]})
    profile = answers.profile({"country": "GB", "unit": "Risk", "grade": 3}, None)
    assert profile.offers == (Skill(topic="social-media", level=4),)
    assert len(profile.wants) == 1
