"""What a data-protection officer does: finds, hands out, erases after a second word, and reads receipts."""

from datetime import timedelta
from typing import Any

import pytest

from services.registration.pages.protecting.finding import Sought
from services.registration.people.erasure import Erasure, erasure_id
from services.registration.people.participant import Participant
from services.registration.people.person import Person
from shared.domain.people import pseudonym
from shared.language import SPEAKERS
from shared.language.registration import ParticipantErased
from shared.privacy.handing import HANDED_OUT
from shared.web.wording import PSEUDO
from tests.support.browsers import with_a_door
from tests.support.memory import MemoryStore
from tests.support.plain_english import plain_words_of_page
from tests.support.tokens import ISSUED_BY
from tests.unit.registration.pages.own import NOW, TERMS, VOICES, kept, look, part, send

OFFICER, OPERATOR = "olga~data-protection", "otto~operator"
STRANGERS = ["ann~participant", "max~manager", "max@FR~manager"]
NUMBER = "E-4711"
KEY = with_a_door(ISSUED_BY).pseudonym_key.get_secret_value()
EVE = pseudonym(NUMBER, KEY).id
HERS = Person(id=EVE, name="Eve Example", email="eve@x.example", employee_id=NUMBER)
ALL = (VOICES, part(VOICES, person=EVE), HERS)
PAGE, ERASE, STEP = "/protecting", "/protecting/erase", "/protecting/erase/asked"
SURE = {"person_id": EVE, "sure": "true"}
FACTS = ["Telemachus", "UTC", "GB", "FR", TERMS.title]
TEMPLATES = ["protecting.html", "found.html", "erase_person.html", "receipt.html"]


async def found(store: MemoryStore, who: str, officer: str = OFFICER, **headers: str) -> Any:
    return await send(store, PAGE, {"who": who}, officer, headers=headers)


@pytest.mark.parametrize("officer", [OFFICER, OPERATOR])
@pytest.mark.parametrize("who", [NUMBER, EVE])
async def test_somebody_is_found_by_number_or_id_and_nothing_else_is_told(officer: str, who: str) -> None:
    answer = await found(kept(*ALL), who, officer)
    assert answer.status_code == 200
    assert "This person is known" in answer.text and "in 1 programme." in answer.text
    assert "Eve" not in answer.text and TERMS.title not in answer.text
    assert EVE not in str(answer.url)
    assert f'value="{who}"' in answer.text


async def test_the_files_of_all_services_are_asked_for_by_forms() -> None:
    html = (await found(kept(*ALL), NUMBER)).text
    addresses = [HANDED_OUT, *(f"/{name}{HANDED_OUT}" for name in SPEAKERS if name != "registration")]
    assert all(f'<form method="post" action="{address}">' in html for address in addresses)


async def test_whoever_is_unknown_is_said_to_be() -> None:
    html = (await found(kept(*ALL), "E-1")).text
    assert "Nobody is known by this" in html and STEP not in html and HANDED_OUT not in html


async def test_whoever_says_nothing_is_asked_again() -> None:
    answer = await found(kept(*ALL), " ")
    assert answer.status_code == 422 and "Fill this in." in answer.text


def test_an_unusual_number_is_no_id() -> None:
    assert Sought(who="person-of-note").whom.employee_id == "person-of-note"


async def test_somebody_above_others_is_known_though_they_take_part_in_nothing() -> None:
    below = Person(id="person-dan", name="Dan", email="d@x.example", manager_id=EVE)
    assert "in 0 programmes." in (await found(kept(below), NUMBER)).text


async def test_erasing_says_first_what_it_means() -> None:
    store = kept(*ALL)
    html = (await send(store, STEP, {"person_id": EVE}, OFFICER, shown=PAGE)).text
    assert "nobody can take this back" in html and EVE in html
    assert await store.count(Person, {}) == 1
    assert (await send(store, STEP, {}, OFFICER, shown=PAGE)).status_code == 422


async def test_erasing_takes_a_second_word_and_keeps_who_was_meant() -> None:
    store = kept(*ALL)
    again = await send(store, ERASE, {"person_id": EVE}, OFFICER, shown=PAGE)
    assert again.status_code == 422 and f'value="{EVE}"' in again.text
    assert await store.count(Person, {}) == 1


async def test_somebody_is_erased_once_and_the_receipt_follows() -> None:
    store = kept(*ALL)
    sent = SURE | {"once": "of-this-page"}
    answers = [await send(store, ERASE, sent, OFFICER, shown=PAGE) for _ in range(2)]
    address = f"/protecting/erasures/{erasure_id(EVE)}"
    assert [(each.status_code, each.headers["location"]) for each in answers] == [(303, address)] * 2
    assert (await store.count(Person, {}), await store.count(Participant, {})) == (0, 0)
    assert len([each for each in store.said if isinstance(each, ParticipantErased)]) == 1
    html = (await look(store, address, OFFICER)).text
    assert html.count("is still working on it") == len(SPEAKERS) and "4 services have not forgotten yet" in html


async def test_nobody_is_not_erased() -> None:
    answer = await send(kept(), ERASE, SURE, OFFICER, shown=PAGE)
    assert answer.status_code == 409 and 'class="faults"' in answer.text


async def test_whoever_was_below_reports_to_the_next_one_above() -> None:
    line = part(VOICES).profile.model_copy(update={"managers": (EVE, "boss")})
    below = Participant.registered("voices", "person-dan", line)
    dan = Person(id="person-dan", name="Dan", email="d@x.example", manager_id=EVE)
    store = kept(VOICES, below, dan, Person(id=EVE, name="Eve", email="e@x.example", manager_id="boss"))
    await send(store, ERASE, SURE, OFFICER, shown=PAGE)
    [left] = await store.all(Participant, {"person_id": "person-dan"})
    assert left.profile.managers == ("boss",)


def erasure(number: int, *, done: bool) -> Erasure:
    asked = Erasure.of(f"person-{number}", NOW + timedelta(hours=number)).asking([f"p{number}"])
    for name in SPEAKERS if done else ():
        asked = asked.confirming(f"p{number}", name, NOW + timedelta(days=1))
    return asked


async def test_erasures_are_listed_by_how_far_they_are_the_newest_first() -> None:
    store = kept(erasure(1, done=True), erasure(2, done=False))
    html = (await look(store, PAGE, OFFICER)).text
    assert html.index("11:00") < html.index("10:00")
    assert "10:00" not in (await look(store, f"{PAGE}?part=waiting", OFFICER)).text
    assert "Done on 3 March 2026" in (await look(store, f"{PAGE}?part=complete", OFFICER)).text
    assert "No erasure stands here" in (await look(kept(), f"{PAGE}?part=waiting", OFFICER)).text
    assert "Nobody was erased yet" in (await look(kept(), PAGE, OFFICER)).text


async def test_a_long_list_goes_on_at_the_next_page() -> None:
    store = kept(*(erasure(number, done=False) for number in range(30)))
    first = (await look(store, PAGE, OFFICER)).text
    [then] = [line.split('"')[3] for line in first.splitlines() if 'rel="next"' in line]
    rest = (await look(store, f"{PAGE}{then.replace('&amp;', '&')}", OFFICER)).text
    assert (first.count("Asked for on"), rest.count("Asked for on")) == (25, 5)
    assert (await look(store, f"{PAGE}?after=made-up", OFFICER)).status_code == 422


async def test_the_receipt_names_when_each_service_had_forgotten() -> None:
    done = erasure(1, done=True)
    html = (await look(kept(done), f"/protecting/erasures/{done.id}", OFFICER)).text
    assert html.count("has forgotten everything, 3 March 2026, 09:00") == len(SPEAKERS)
    alone = Erasure.of(EVE, NOW)
    html = (await look(kept(alone), f"/protecting/erasures/{alone.id}", OFFICER)).text
    assert "only registration knew of them" in html
    assert (await look(kept(), "/protecting/erasures/nothing", OFFICER)).status_code == 404


@pytest.mark.parametrize("who", STRANGERS)
async def test_it_is_for_nobody_else(who: str) -> None:
    done = erasure(1, done=True)
    store = kept(*ALL, done)
    for path in (PAGE, f"/protecting/erasures/{done.id}"):
        assert (await look(store, path, who)).status_code == 403
    for path in (PAGE, STEP, ERASE):
        assert (await send(store, path, SURE | {"who": NUMBER}, who, shown=PAGE)).status_code == 403
    assert await store.count(Person, {}) == 1


@pytest.mark.parametrize("template", TEMPLATES)
async def test_no_page_has_plain_english(template: str) -> None:
    done, waiting = erasure(1, done=True), erasure(2, done=False)
    store = kept(*ALL, done, waiting)
    alone = Erasure.of(EVE, NOW)
    plain = {"Accept-Language": PSEUDO}
    shown = {
        "protecting.html": [await look(each, PAGE, OFFICER, **plain) for each in (store, kept())]
        + [await look(store, f"{PAGE}?part={part}", OFFICER, **plain) for part in ("waiting", "complete")],
        "found.html": [await found(store, who, **plain) for who in (NUMBER, "E-1", "")]
        + [await found(kept(alone), NUMBER, **plain)],
        "erase_person.html": [
            await send(store, path, {"person_id": EVE}, OFFICER, shown=PAGE, headers=plain) for path in (STEP, ERASE)
        ],
        "receipt.html": [
            await look(kept(each), f"/protecting/erasures/{each.id}", OFFICER, **plain)
            for each in (done, waiting, alone)
        ],
    }
    for answer in shown[template]:
        assert "⟦" in answer.text
        assert plain_words_of_page(answer.text, FACTS) == []
