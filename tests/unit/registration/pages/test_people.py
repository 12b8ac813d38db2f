"""A manager's people: listed and looked for by right, marked as trained one by one or together, taken out."""

from dataclasses import replace
from typing import Any

import pytest

from services.registration.pages.people.reading import folded
from services.registration.people.participant import Participant, Standing
from services.registration.people.person import Person
from services.registration.programmes.programme import Stage
from shared.domain.aggregate import Aggregate
from shared.domain.people import person_id
from shared.language.matching import PairState
from shared.language.registration import Withdrawal
from shared.language.sessions import Outcome
from shared.language.terms import PairingRules, Training
from shared.web.wording import PSEUDO
from tests.support.apps import PSEUDONYM_KEY
from tests.support.memory import MemoryStore
from tests.support.plain_english import plain_words_of_page
from tests.unit.registration.pages.own import (
    BEN,
    HERE,
    PEOPLE,
    TERMS,
    THERE,
    VOICES,
    kept,
    look,
    meeting,
    pair,
    part,
    programme,
    send,
)

MANAGER = "max~manager"
OF_FRANCE = "max@FR~manager"
NEW = part(VOICES, trained=False)
LIST = "/everybody/voices"
ONE, TAKE_OUT = f"{LIST}/one/{HERE.id}", f"{LIST}/one/{HERE.id}/take-out"
TEMPLATES = {
    "nobody_yet.html": "/everybody",
    "people.html": LIST,
    "people_found.html": LIST,
    "person.html": ONE,
    "take_out.html": TAKE_OUT,
}
FACTS = [
    "Telemachus", HERE.id, TERMS.title, "Ann Example", "Ben Example", "ann@x.example", "Risk", "London", "voices",
    "GB", "FR", "en", "fr", "to-train", "ready", "withdrawn", "all", "mentor", "mentee",
]  # fmt: skip


async def state_of(store: MemoryStore, identity: str = HERE.id) -> str:
    return (await store.unit().get(Participant, identity)).state


async def find(store: MemoryStore, words: str, who: str = MANAGER) -> Any:
    return await send(store, LIST, {"words": words}, who)


async def test_the_newest_programme_is_where_one_begins() -> None:
    older = programme("older", starts_on=TERMS.starts_on.replace(year=2025))
    answer = await look(kept(VOICES, older), "/everybody", MANAGER)
    assert (answer.status_code, answer.headers["location"]) == (303, LIST)
    assert "No programme yet" in (await look(kept(), "/everybody", MANAGER)).text


async def test_people_are_listed_with_how_far_they_have_come() -> None:
    page = (await look(kept(VOICES, NEW, THERE, *PEOPLE), LIST, MANAGER)).text
    assert "Ann Example" in page and "Ben Example" in page
    assert "Mentor · United Kingdom · Waiting for training" in page
    assert "Mentee · France · Ready for a partner" in page


async def test_who_has_a_partner_is_not_told_of_as_one_who_waits_for_one() -> None:
    store = kept(VOICES, HERE, THERE, *PEOPLE, pair())
    page = (await look(store, LIST, MANAGER)).text
    assert page.count("Has a partner") == 2 and "Ready for a partner" not in page
    assert "Mentor · Has a partner" in (await look(store, ONE, MANAGER)).text
    over = kept(VOICES, HERE, THERE, *PEOPLE, replace(pair(), state=PairState.DISSOLVED))
    assert (await look(over, LIST, MANAGER)).text.count("Ready for a partner") == 2


@pytest.mark.parametrize(
    ("picked", "names"),
    [
        ("?stand=to-train", {"Ann"}),
        ("?stand=ready", {"Ben"}),
        ("?stand=withdrawn", set()),
        ("?role=mentee", {"Ben"}),
        ("?country=GB", {"Ann"}),
        ("?country=US", set()),
    ],
)
async def test_a_part_of_them_is_picked(picked: str, names: set[str]) -> None:
    page = (await look(kept(VOICES, NEW, THERE, *PEOPLE), LIST + picked, MANAGER)).text
    assert {each for each in ("Ann", "Ben") if f"{each} Example" in page} == names


async def test_who_needs_no_training_is_ready() -> None:
    untrained = programme(pairing=PairingRules(training=Training.NONE))
    page = (await look(kept(untrained, NEW, *PEOPLE), f"{LIST}?stand=ready", MANAGER)).text
    assert "Ann Example" in page
    assert "Ann Example" not in (await look(kept(untrained, NEW, *PEOPLE), f"{LIST}?stand=to-train", MANAGER)).text


async def test_a_page_leads_to_the_next_one_of_the_same_part() -> None:
    many = [part(VOICES, person=f"person-{number}") for number in range(60)]
    names = [Person(id=each.person_id, name=f"No. {each.person_id}", email="a@x.example") for each in many]
    store = kept(VOICES, *many, *names)
    first = (await look(store, f"{LIST}?stand=ready", MANAGER)).text
    assert first.count("No. person-") == 50
    [then] = [
        each.split('"')[0].replace("&amp;", "&") for each in first.split('<a href="')[1:] if "after=" in each[:300]
    ]
    second = (await look(store, LIST + then, MANAGER)).text
    assert second.count("No. person-") == 10 and "after=" not in second
    assert (await look(store, LIST + then.replace("ready", "withdrawn"), MANAGER)).status_code == 422


@pytest.mark.parametrize(("words", "names"), [("exÁmple BEN", {"Ben"}), ("xam", {"Ann", "Ben"}), ("nobody", set())])
async def test_somebody_is_found_by_any_part_of_their_name(words: str, names: set[str]) -> None:
    answer = await find(kept(VOICES, HERE, THERE, *PEOPLE), words)
    assert answer.status_code == 200
    assert {each for each in ("Ann", "Ben") if f">{each} Example</a>" in answer.text} == names


async def test_somebody_is_found_by_their_number_alone() -> None:
    ben = person_id("4711", PSEUDONYM_KEY)
    his = part(VOICES, person=ben)
    store = kept(VOICES, HERE, his, Person(id=ben, name="Ben Example", email="b@x.example"), *PEOPLE)
    page = (await find(store, "4711")).text
    assert ">Ben Example</a>" in page and ">Ann Example</a>" not in page


async def test_without_words_nothing_is_looked_for() -> None:
    answer = await find(kept(VOICES, HERE, *PEOPLE), " ")
    assert answer.status_code == 422
    assert "Fill this in." in answer.text and "Ann Example" not in answer.text


async def test_names_are_compared_without_accents() -> None:
    assert folded("Ștefan ÉLISE") == "stefan elise"


async def test_a_group_is_marked_as_trained_at_once() -> None:
    other = part(VOICES, trained=False, person=BEN)
    store = kept(VOICES, NEW, other, *PEOPLE)
    sent = {"participants": [NEW.id, other.id]}
    answer = await send(store, f"{LIST}/trained", sent, MANAGER, shown=f"{LIST}?stand=to-train")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{LIST}?stand=to-train")
    assert [await state_of(store, each.id) for each in (NEW, other)] == ["trained", "trained"]


async def test_of_a_group_nobody_ticked_is_said_beside_the_list() -> None:
    store = kept(VOICES, NEW, *PEOPLE)
    answer = await send(store, f"{LIST}/trained", {}, MANAGER, shown=f"{LIST}?stand=to-train")
    assert answer.status_code == 422
    assert "Choose at least one." in answer.text and "Ann Example" in answer.text
    assert await state_of(store) == "applied"


async def test_whoever_stepped_back_meanwhile_is_left_out_of_the_group() -> None:
    gone = part(VOICES, trained=False, person=BEN).withdrawn(Withdrawal.OWN_WISH)
    store = kept(VOICES, NEW, gone, *PEOPLE)
    sent = {"participants": [NEW.id, gone.id]}
    answer = await send(store, f"{LIST}/trained", sent, MANAGER, shown=f"{LIST}?stand=to-train")
    assert answer.status_code == 303
    assert [await state_of(store, each.id) for each in (NEW, gone)] == ["trained", "withdrawn"]


async def test_one_person_has_a_way_and_words_for_what_is_known() -> None:
    page = (
        await look(kept(VOICES, HERE, THERE, *PEOPLE, pair(meeting(1, -3, Outcome.HELD), held=1)), ONE, MANAGER)
    ).text
    assert "Paired with Ben Example" in page
    assert "1 session held." in page
    assert "Mark as trained" not in page
    assert "Risk, United Kingdom" in page


async def test_somebody_is_marked_as_trained() -> None:
    store = kept(VOICES, NEW, *PEOPLE)
    answer = await send(store, f"{ONE}/trained", {}, MANAGER, shown=ONE)
    assert (answer.status_code, answer.headers["location"]) == (303, ONE)
    assert await state_of(store) == "trained"


async def test_nobody_is_marked_as_trained_once_the_programme_has_ended() -> None:
    store = kept(programme(state=Stage.ENDED), NEW, *PEOPLE)
    answer = await send(store, f"{ONE}/trained", {}, MANAGER, shown=TAKE_OUT)
    assert answer.status_code == 409
    assert "The programme has ended" in answer.text
    assert await state_of(store) == "applied"


async def test_taking_out_asks_why_and_happens_for_good() -> None:
    store = kept(VOICES, HERE, *PEOPLE)
    assert (await send(store, TAKE_OUT, {}, MANAGER)).status_code == 422
    assert await state_of(store) == "trained"
    answer = await send(store, TAKE_OUT, {"because": "manager"}, MANAGER)
    assert (answer.status_code, answer.headers["location"]) == (303, ONE)
    assert await state_of(store) == Standing.WITHDRAWN
    assert (await look(store, TAKE_OUT, MANAGER)).status_code == 409
    assert "Has stepped back" in (await look(store, ONE, MANAGER)).text


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", ONE), ("POST", f"{ONE}/trained"), ("GET", TAKE_OUT), ("POST", TAKE_OUT)],
)
async def test_people_of_other_countries_are_as_those_who_are_not_there(method: str, path: str) -> None:
    store = kept(VOICES, NEW, THERE, *PEOPLE)
    for address in (path, path.replace(HERE.id, "nobody")):
        if method == "GET":
            answer = await look(store, address, OF_FRANCE)
        else:
            answer = await send(store, address, {"because": "manager"}, OF_FRANCE, shown=LIST)
        assert answer.status_code == 403, address
    assert await state_of(store) == "applied"


async def test_one_country_is_all_that_its_manager_sees() -> None:
    store = kept(VOICES, NEW, THERE, *PEOPLE)
    for page in (await look(store, LIST, OF_FRANCE), await find(store, "example", OF_FRANCE)):
        assert "Ben Example" in page.text and "Ann Example" not in page.text
    sent = {"participants": [NEW.id]}
    await send(store, f"{LIST}/trained", sent, OF_FRANCE, shown=LIST)
    assert await state_of(store) == "applied"
    assert (await look(store, LIST, "max@RO~manager")).status_code == 403
    assert (await look(store, LIST, "ann~participant")).status_code == 403


async def test_a_partner_of_another_country_has_no_name() -> None:
    page = (await look(kept(VOICES, HERE, THERE, *PEOPLE, pair()), f"{LIST}/one/{THERE.id}", OF_FRANCE)).text
    assert "Paired with somebody whose name does not stand here" in page and "Ann" not in page


STATES: dict[str, tuple[Aggregate, ...]] = {
    "nobody": (VOICES,),
    "to be trained": (VOICES, NEW, *PEOPLE),
    "paired": (VOICES, HERE, THERE, *PEOPLE, pair(meeting(1, -3, Outcome.HELD), held=1)),
    "paired elsewhere": (VOICES, HERE, *PEOPLE, pair()),
    "withdrawn": (VOICES, HERE.withdrawn(Withdrawal.OWN_WISH), *PEOPLE),
    "erased": (VOICES, HERE),
}


@pytest.mark.parametrize("path", [*TEMPLATES.values(), f"{LIST}?stand=to-train"])
@pytest.mark.parametrize("state", STATES)
async def test_no_page_has_plain_english(state: str, path: str) -> None:
    html = (await look(kept(*STATES[state]), path, MANAGER, **{"Accept-Language": PSEUDO})).text
    assert plain_words_of_page(html, FACTS) == []


@pytest.mark.parametrize("words", ["", "Ann", "nobody"])
async def test_no_answer_to_a_search_has_plain_english(words: str) -> None:
    answer = await send(
        kept(VOICES, HERE, *PEOPLE), LIST, {"words": words}, MANAGER, headers={"Accept-Language": PSEUDO}
    )
    assert plain_words_of_page(answer.text, FACTS) == []


async def test_where_the_programme_is_over_nothing_is_promised_and_nothing_offered() -> None:
    page = (await look(kept(programme(state=Stage.ENDED), HERE, *PEOPLE), f"{LIST}/one/{HERE.id}", MANAGER)).text
    assert "The programme has ended" in page
    assert "looks for a partner" not in page and "A partner is found" not in page and "Take out" not in page
