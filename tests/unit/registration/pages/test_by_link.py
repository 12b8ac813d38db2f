"""The link of a letter by which one steps back from a programme, without signing in."""

import pytest
from fastapi import FastAPI

from services.registration.pages import router
from services.registration.people.participant import Participant, Standing
from services.registration.programmes.programme import Stage
from shared.domain.aggregate import Aggregate
from shared.language.registration import ParticipantWithdrawn, Withdrawal
from shared.web.wording import PSEUDO
from tests.support.forms import site
from tests.support.links import anybody, link_to
from tests.support.memory import MemoryStore
from tests.support.plain_english import plain_words_of_page
from tests.unit.registration.pages.own import HERE, PEOPLE, TERMS, THERE, VOICES, kept, meeting, pair, programme

PAIRED = (VOICES, HERE, THERE, *PEOPLE, pair(meeting(3, 8)))
WHY = {"chosen": "own-wish"}


def world(*things: Aggregate, who: str = HERE.id) -> tuple[FastAPI, MemoryStore, str]:
    store = kept(*things)
    app = site(router, store=store)
    return app, store, link_to(app, "step-back", "pair-1", who)


async def standing(store: MemoryStore) -> Standing:
    return (await store.all(Participant, {"_id": HERE.id}))[0].state


@pytest.mark.parametrize(
    ("things", "what"),
    [(PAIRED, "your pair ends"), (PAIRED[:-1], "we no longer look for a partner for you")],
    ids=["paired", "alone"],
)
async def test_it_says_what_would_happen_asks_why_and_does_it_once(things: tuple[Aggregate, ...], what: str) -> None:
    app, store, link = world(*things)
    async with anybody(app) as reader:
        seen = (await reader.get(link)).text
        assert "You step back from “Digital &lt;voices&gt;” for good" in seen
        assert what in seen
        assert seen.count('name="chosen"') == 2
        assert await standing(store) is Standing.TRAINED
        for nothing in ({}, {"chosen": "erased"}):
            assert "Please choose one of the answers." in (await reader.post(link, data=nothing)).text
        assert await standing(store) is Standing.TRAINED
        assert "You have stepped back." in (await reader.post(link, data=WHY)).text
        assert "This is done already" in (await reader.post(link, data=WHY)).text
    [said] = [each for each in store.said if isinstance(each, ParticipantWithdrawn)]
    assert (said.participant_id, said.because) == (HERE.id, Withdrawal.OWN_WISH)


@pytest.mark.parametrize(
    ("things", "who", "why"),
    [
        ((VOICES, HERE.withdrawn(Withdrawal.OWN_WISH), *PEOPLE), HERE.id, "cannot come back"),
        ((programme(state=Stage.ENDED), HERE, *PEOPLE), HERE.id, "The programme has ended"),
        ((HERE, *PEOPLE), HERE.id, "There is no"),
        (PAIRED, "stranger", "There is no"),
    ],
    ids=["stepped back before", "over", "no programme", "erased"],
)
async def test_it_says_when_there_is_nothing_to_step_back_from(
    things: tuple[Aggregate, ...], who: str, why: str
) -> None:
    app, store, link = world(*things, who=who)
    async with anybody(app) as reader:
        for answer in (await reader.get(link), await reader.post(link, data=WHY)):
            assert (answer.status_code, why in answer.text) == (409, True)
    assert store.said == []


async def test_every_word_is_translated() -> None:
    for things in (PAIRED, PAIRED[:-1]):
        app, _, link = world(*things)
        async with anybody(app) as reader:
            page = (await reader.get(link, headers={"Accept-Language": PSEUDO})).text
            assert plain_words_of_page(page, facts={"Telemachus", "Reverse", "mentoring", TERMS.title}) == []
