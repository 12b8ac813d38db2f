"""A manager changes who takes part already: shown all that is known, changed once, refused beside the field."""

from dataclasses import replace
from typing import Any

import pytest

from services.registration.pages import router
from services.registration.people.link import Link
from services.registration.people.participant import Participant
from services.registration.people.person import HrsWord, Person
from services.registration.programmes.programme import Stage
from shared.domain.aggregate import Aggregate
from shared.language.profile import Profile, WorkingHours
from shared.language.registration import ParticipantChanged, Withdrawal
from shared.language.skills import Skill, Wish
from shared.web.wording import PSEUDO
from tests.support.forms import browsing, hidden, site
from tests.support.memory import MemoryStore
from tests.support.plain_english import plain_words_of_page
from tests.unit.registration.pages.own import TERMS, VOICES, kept, look, part, programme, send
from tests.unit.registration.pages.test_adding import (
    CLEO,
    ELSEWHERE,
    FACTS,
    HERS,
    IN_GB,
    KNOWN,
    LIST,
    MANAGER,
    OF_FRANCE,
    SAID,
    everybody,
)
from tests.unit.registration.pages.test_own_pseudo_language import ZONES

THEIRS = Profile(
    role="mentee",
    country="FR",
    time_zone="Europe/Paris",
    languages=("fr",),
    unit="Sales",
    grade=9,
    city="Lille",
    offers=(Skill(topic="negotiation", level=3),),
    wants=(Wish(topic="social-media", level=1, priority=1), Wish(topic="negotiation", level=0, priority=3)),
    interests=("chess", "sailing"),
    working_hours=WorkingHours(start="07:30", end="15:30", days=(0, 1, 2)),
    managers=("person-boss",),
)
IN_FR = part(VOICES, trained=False, profile=THEIRS, person=CLEO)
PERSON = replace(KNOWN, manager_id="person-boss")
PAGE = f"{LIST}/one/{HERS}"
CHANGE = f"{PAGE}/change"
PAGES = {"change.html": CHANGE}
NEW = {name: value for name, value in SAID.items() if name != "employee_id"}


def known(*more: Aggregate, here: Participant = IN_FR, person: Person = PERSON) -> MemoryStore:
    return kept(VOICES, here, person, *more)


async def change(store: MemoryStore, typed: dict[str, Any], who: str = MANAGER) -> tuple[Any, str]:
    """What it is answered with, and the page that follows."""
    async with browsing(site(router, store=store), who) as browser:
        page = await browser.get(CHANGE)
        answer = await browser.post(CHANGE, data={**hidden(page.text), **typed})
        follows = answer.headers.get("location", "")
        return answer, (await browser.get(follows)).text if follows else answer.text


async def test_all_that_is_known_stands_in_the_form() -> None:
    html = (await look(known(), CHANGE, MANAGER)).text
    for value in ("Cleo Example", "cleo@x.example", "Sales", "9", "07:30", "15:30", "Lille", "chess, sailing"):
        assert f'value="{value}"' in html, value
    for option in ("FR", "Europe/Paris", "negotiation:3", "social-media:1"):
        assert f'<option value="{option}" selected>' in html, option
    for ticked in ("mentee", "fr", "2"):
        assert f'value="{ticked}" checked' in html, ticked
    assert 'name="employee_id"' not in html and html.count('autocomplete="off"') == 3


async def test_whoever_changes_nothing_says_nothing() -> None:
    store = known(here=replace(IN_FR, of_hr=True), person=replace(PERSON, hr=HrsWord.of(THEIRS)))
    before = await everybody(store), await store.all(Person, {})
    same = {
        "name": "Cleo Example", "email": "cleo@x.example", "country": "FR", "unit": "Sales", "grade": "9",
        "role": "mentee", "offers": ["negotiation"], "offer_levels": ["negotiation:3"],
        "wants": ["social-media", "negotiation"], "want_levels": ["social-media:1", "negotiation:0"],
        "first": "negotiation", "languages": ["fr"], "time_zone": "Europe/Paris", "days": ["0", "1", "2"],
        "start": "07:30", "end": "15:30", "city": "Lille", "interests": "chess, sailing", "capacity": "1",
        "cross_border": "true",
    }  # fmt: skip
    answer, page = await change(store, same)
    assert (answer.status_code, answer.headers["location"]) == (303, PAGE)
    assert "What you have said is kept." in page
    assert (await everybody(store), await store.all(Person, {})) == before and store.said == []


async def test_what_is_said_is_kept_as_hr_says_it_and_who_is_above_them_stays() -> None:
    store = known()
    answer, page = await change(store, NEW | {"unit": "Risk", "name": "Cleo Other"})
    assert (answer.status_code, answer.headers["location"]) == (303, PAGE)
    assert "<h1>Cleo Other</h1>" in page and "Risk, France" in page
    [participant], [person] = await everybody(store), await store.all(Person, {})
    assert person == replace(PERSON, name="Cleo Other", hr=HrsWord(country="FR", unit="Risk", grade=7))
    assert participant.of_hr and participant.profile.managers == ("person-boss",)
    assert participant.profile.wants == (Wish(topic="social-media", level=1, priority=3),)
    assert [type(event) for event in store.said] == [ParticipantChanged]
    assert await store.all(Link, {}) == []


async def test_a_form_that_is_sent_twice_changes_them_once() -> None:
    store = known()
    async with browsing(site(router, store=store), MANAGER) as browser:
        sent = {**hidden((await browser.get(CHANGE)).text), **NEW}
        answers = [await browser.post(CHANGE, data=sent) for _ in range(2)]
    assert [(each.status_code, each.headers["location"]) for each in answers] == [(303, PAGE)] * 2
    assert len(store.said) == 1


async def test_what_was_typed_stays_where_something_is_wrong() -> None:
    store = known()
    answer = await send(store, CHANGE, NEW | {"name": "", "end": "07:00"}, MANAGER)
    assert answer.status_code == 422 and store.said == []
    assert 'id="name-fault">Fill this in.' in answer.text and 'id="end-fault">' in answer.text
    assert 'value="Lyon"' in answer.text and 'value="negotiation:3" selected' in answer.text


@pytest.mark.parametrize(
    ("here", "typed", "who", "beside", "said"),
    [
        (IN_FR.trained(), {"role": "mentor"}, MANAGER, "role", "This person was trained as mentee"),
        (IN_FR, {"country": "GB"}, OF_FRANCE, "country", "You do not manage people of this country"),
        (IN_FR, {"country": "RO"}, MANAGER, "country", "The programme does not run in this country"),
        (IN_FR, {"offers": ["painting"]}, MANAGER, "offers", "These are no topics of the programme"),
    ],
    ids=["another role", "another manager's country", "no country of it", "no topic of it"],
)
async def test_what_is_refused_is_told_beside_its_question(
    here: Participant, typed: dict[str, Any], who: str, beside: str, said: str
) -> None:
    store = known(here=here)
    before = await everybody(store)
    answer, page = await change(store, NEW | typed, who)
    assert answer.status_code == 409
    assert said in page.partition(f'id="{beside}-fault"')[2].partition("</p>")[0]
    assert 'value="Cleo Example"' in page and 'value="Lyon"' in page
    assert await everybody(store) == before and store.said == []


async def test_name_and_address_belong_to_the_managers_of_all_their_countries() -> None:
    store = known(ELSEWHERE, IN_GB)
    answer, page = await change(store, NEW | {"name": "Cleo Other", "grade": "8"}, OF_FRANCE)
    assert answer.status_code == 303 and "but for their name or e-mail address" in page
    [person], [participant] = await store.all(Person, {}), await everybody(store)
    assert person.name == "Cleo Example" and participant.profile.grade == 8


async def test_a_manager_who_takes_part_speaks_for_themselves() -> None:
    herself = f"{CLEO.removeprefix('person-')}~manager"
    store = known(here=replace(IN_FR, of_hr=True), person=replace(PERSON, hr=HrsWord.of(THEIRS)))
    answer, page = await change(store, NEW | {"grade": "20"}, herself)
    assert answer.status_code == 303 and "Some of it HR says otherwise, and that counts." in page
    assert (await everybody(store))[0].profile.grade == 9


async def test_whoever_has_stepped_back_is_left_as_they_were() -> None:
    store = known(here=IN_FR.withdrawn(Withdrawal.OWN_WISH))
    shown, sent = await look(store, CHANGE, MANAGER), await send(store, CHANGE, NEW, MANAGER, shown=LIST)
    assert shown.status_code == sent.status_code == 409
    assert "This person has withdrawn from" in shown.text and "This person has withdrawn from" in sent.text
    assert CHANGE not in (await look(store, PAGE, MANAGER)).text and store.said == []


@pytest.mark.parametrize("state", Stage)
async def test_their_page_leads_there_while_the_programme_runs(state: Stage) -> None:
    store, runs = kept(programme(state=state), IN_FR, PERSON), state in (Stage.OPEN, Stage.CLOSED)
    assert (f'href="{CHANGE}"' in (await look(store, PAGE, MANAGER)).text) == runs
    assert (await look(store, CHANGE, MANAGER)).status_code == (200 if runs else 409)
    assert (await send(store, CHANGE, NEW, MANAGER, shown=LIST)).status_code == (303 if runs else 409)
    assert bool(store.said) == runs


@pytest.mark.parametrize("who", ["ann~participant", "max@RO~manager", "max@GB~manager"])
async def test_it_is_for_whoever_manages_their_country(who: str) -> None:
    store = known()
    assert (await look(store, CHANGE, who)).status_code == 403
    assert (await send(store, CHANGE, NEW, who, shown="/everybody")).status_code == 403
    assert store.said == []
    assert (await look(store, CHANGE.replace("voices", "none"), MANAGER)).status_code == 404


@pytest.mark.parametrize("typed", [None, {}, NEW | {"role": "mentor"}], ids=["shown", "not valid", "refused"])
async def test_the_page_has_no_plain_english(typed: dict[str, Any] | None) -> None:
    store, words, path = known(here=IN_FR.trained()), {"Accept-Language": PSEUDO}, PAGES["change.html"]
    answer = (
        await look(store, path, MANAGER, **words)
        if typed is None
        else await send(store, path, typed, MANAGER, headers=words)
    )
    assert answer.status_code == (200 if typed is None else 409 if typed else 422)
    assert plain_words_of_page(ZONES.sub("", answer.text), [*FACTS, TERMS.title]) == []
