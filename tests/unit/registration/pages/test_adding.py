"""A manager brings one person in by hand: asked what that person would say, taken in once, and refused cleanly."""

from dataclasses import replace
from typing import Any

import pytest

from services.registration.pages import router
from services.registration.people.participant import Participant, participant_id
from services.registration.people.person import HrsWord, Person
from services.registration.programmes.programme import Stage
from shared.domain.people import person_id
from shared.language.registration import ParticipantRegistered, Withdrawal
from shared.language.skills import Skill, Wish
from shared.web.wording import PSEUDO
from tests.support.apps import PSEUDONYM_KEY
from tests.support.forms import browsing, hidden, site
from tests.support.memory import MemoryStore
from tests.support.plain_english import plain_words_of_page
from tests.unit.registration.pages.own import HIS, PROFILE, TERMS, VOICES, kept, look, part, programme, send
from tests.unit.registration.pages.test_own_pseudo_language import ZONES

MANAGER, OF_FRANCE = "max~manager", "max@FR~manager"
ADD, LIST = "/everybody/voices/add", "/everybody/voices"
PAGES = {"add.html": ADD}
CLEO = person_id("4711", PSEUDONYM_KEY)
HERS = participant_id("voices", CLEO)
SAID: dict[str, Any] = {
    "employee_id": "4711",
    "name": "Cleo Example",
    "email": "cleo@x.example",
    "country": "FR",
    "unit": "Sales",
    "grade": "7",
    "role": "mentee",
    "offers": ["negotiation"],
    "offer_levels": ["negotiation:3", "social-media:4"],
    "wants": ["social-media"],
    "want_levels": ["social-media:1"],
    "first": "social-media",
    "languages": ["fr"],
    "time_zone": "Europe/Paris",
    "days": ["0", "1"],
    "start": "08:00",
    "end": "16:00",
    "city": "Lyon",
    "interests": "chess",
    "capacity": "1",
}
KNOWN = Person(id=CLEO, name="Cleo Example", email="cleo@x.example", employee_id="4711")
ELSEWHERE = programme("elsewhere")
IN_GB = part(ELSEWHERE, person=CLEO)
"""In another programme, in a country that the French manager does not manage."""
FACTS = ["Telemachus", TERMS.title, "voices", "GB", "FR", "en", "fr", "Cleo", "Example", "Sales"]


async def everybody(store: MemoryStore) -> list[Participant]:
    return await store.all(Participant, {"programme_id": "voices"})


async def added(store: MemoryStore, typed: dict[str, Any], who: str = MANAGER) -> tuple[Any, str]:
    """What it is answered with, and the page that follows."""
    async with browsing(site(router, store=store), who) as browser:
        page = await browser.get(ADD)
        answer = await browser.post(ADD, data={**hidden(page.text), **typed})
        follows = answer.headers.get("location", "")
        return answer, (await browser.get(follows)).text if follows else answer.text


async def test_the_number_is_asked_for_first_and_the_people_lead_there_while_anybody_can_apply() -> None:
    html = (await look(kept(VOICES), ADD, MANAGER)).text
    assert 0 < html.index('name="employee_id"') < html.index('name="name"')
    assert html.count('autocomplete="off"') == 4
    assert f'href="{ADD}"' in (await look(kept(VOICES), LIST, MANAGER)).text
    assert f'href="{ADD}"' not in (await look(kept(programme(state=Stage.CLOSED)), LIST, MANAGER)).text


async def test_countries_are_those_of_the_programme_that_one_manages() -> None:
    html = (await look(kept(VOICES), ADD, OF_FRANCE)).text
    assert '<option value="FR" selected>' in html and '<option value="GB"' not in html
    assert '<option value="Europe/Paris" selected>' in html
    answer, page = await added(kept(VOICES), SAID | {"country": "GB"}, OF_FRANCE)
    assert answer.status_code == 409 and "You do not manage people of this country: United Kingdom." in page


async def test_they_are_taken_in_as_hr_says_and_the_page_about_them_follows() -> None:
    store = kept(VOICES)
    answer, page = await added(store, SAID)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{LIST}/one/{HERS}")
    assert "They take part now. What is known of them stands below." in page and "Sales, France" in page
    [participant], [person] = await everybody(store), await store.all(Person, {})
    assert (person.id, person.employee_id) == (CLEO, "4711")
    assert (person.name, person.email) == ("Cleo Example", "cleo@x.example")
    assert person.hr == HrsWord(country="FR", unit="Sales", grade=7) and participant.of_hr
    profile = participant.profile
    assert profile.offers == (Skill(topic="negotiation", level=3),)
    assert profile.wants == (Wish(topic="social-media", level=1, priority=3),)
    assert (profile.city, profile.interests, profile.cross_border) == ("Lyon", ("chess",), False)
    assert [type(event) for event in store.said] == [ParticipantRegistered]


async def test_a_form_that_is_sent_twice_takes_them_in_once() -> None:
    store = kept(VOICES)
    async with browsing(site(router, store=store), MANAGER) as browser:
        sent = {**hidden((await browser.get(ADD)).text), **SAID}
        answers = [await browser.post(ADD, data=sent) for _ in range(2)]
    assert [(each.status_code, each.headers["location"]) for each in answers] == [(303, f"{LIST}/one/{HERS}")] * 2
    assert len(store.said) == 1


async def test_what_was_typed_stays_where_something_is_wrong() -> None:
    store = kept(VOICES)
    answer = await send(store, ADD, SAID | {"employee_id": "", "end": "07:00"}, MANAGER)
    assert answer.status_code == 422
    assert "Fill this in." in answer.text and "orking hours end (07:00) before they start (08:00)" in answer.text
    for typed in ("Cleo Example", "cleo@x.example", "Sales", "Lyon", "chess", "07:00"):
        assert f'value="{typed}"' in answer.text, typed
    assert 'value="negotiation:3" selected' in answer.text and '<option value="FR" selected>' in answer.text
    assert await everybody(store) == []


@pytest.mark.parametrize(
    ("known", "who", "said"),
    [
        ((part(VOICES, profile=HIS, person=CLEO),), MANAGER, "This person takes part in this programme already"),
        ((part(VOICES, person=CLEO),), MANAGER, "This person takes part in this programme already"),
        ((part(VOICES, person=CLEO).withdrawn(Withdrawal.OWN_WISH),), MANAGER, "This person has withdrawn from"),
        ((part(VOICES, person=CLEO),), OF_FRANCE, "registered in a country whose people you do not manage"),
        (
            (IN_GB, replace(KNOWN, name="A", email="a@x.example")),
            OF_FRANCE,
            "This number belongs to somebody in another",
        ),
    ],
    ids=["takes part", "has another role", "withdrawn", "of others", "somebody else"],
)
async def test_whoever_is_known_otherwise_is_refused_beside_the_number(
    known: tuple[Any, ...], who: str, said: str
) -> None:
    store = kept(VOICES, ELSEWHERE, KNOWN, *known)
    before = await everybody(store), await store.all(Person, {})
    answer, page = await added(store, SAID, who)
    assert answer.status_code == 409
    assert said in page.partition('id="employee_id-fault"')[2].partition("</p>")[0]
    assert 'value="Cleo Example"' in page and 'value="negotiation:3" selected' in page
    assert (await everybody(store), await store.all(Person, {})) == before
    assert store.said == []


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"name": "Cleo Other"}, "Their name was left as it was: they also take part"),
        ({"email": "other@x.example"}, "Their e-mail address was left as it was"),
        ({}, "They take part now. What is known of them stands below."),
    ],
)
async def test_what_was_not_taken_is_told(typed: dict[str, str], told: str) -> None:
    store = kept(VOICES, ELSEWHERE, IN_GB, KNOWN)
    answer, page = await added(store, SAID | typed, OF_FRANCE)
    assert answer.status_code == 303 and told in page
    assert await store.all(Person, {}) == [KNOWN]
    assert len(await everybody(store)) == 1


async def test_a_manager_who_adds_their_own_number_speaks_for_themselves() -> None:
    herself = f"{CLEO.removeprefix('person-')}@FR~manager"
    store = kept(VOICES, replace(KNOWN, hr=HrsWord(country="GB", unit="Risk", grade=3)))
    answer, page = await added(store, SAID, herself)
    assert answer.headers["location"] == LIST, "of people of other countries there is no page for her"
    assert "Some of what you have said HR says otherwise" in page
    [participant] = await everybody(store)
    assert (participant.profile.country, participant.profile.grade) == ("GB", 3)
    answer, page = await added(store, SAID, herself)
    assert answer.status_code == 409 and "You take part in this programme already" in page


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (Stage.CLOSED, "Registration is closed"),
        (Stage.DRAFT, "open it before anybody applies"),
        (Stage.ENDED, "The programme has ended"),
    ],
)
async def test_nobody_is_added_where_nobody_is_taken_in(state: Stage, said: str) -> None:
    store = kept(programme(state=state))
    for answer in (await look(store, ADD, MANAGER), await send(store, ADD, SAID, MANAGER, shown=LIST)):
        assert answer.status_code == 409 and said in answer.text
    assert await everybody(store) == []


@pytest.mark.parametrize("who", ["ann~participant", "max@RO~manager"])
async def test_it_is_for_whoever_manages_a_country_of_the_programme(who: str) -> None:
    store = kept(VOICES)
    assert (await look(store, ADD, who)).status_code == 403
    assert (await send(store, ADD, SAID, who, shown=LIST)).status_code == 403
    assert await everybody(store) == []


@pytest.mark.parametrize("typed", [None, {}, SAID], ids=["shown", "not valid", "refused"])
async def test_the_page_has_no_plain_english(typed: dict[str, Any] | None) -> None:
    store, words = kept(VOICES, part(VOICES, profile=PROFILE, person=CLEO)), {"Accept-Language": PSEUDO}
    path = PAGES["add.html"]
    answer = (
        await look(store, path, MANAGER, **words)
        if typed is None
        else await send(store, path, typed, MANAGER, headers=words)
    )
    assert answer.status_code == (200 if typed is None else 409 if typed else 422)
    assert plain_words_of_page(ZONES.sub("", answer.text), FACTS) == []
