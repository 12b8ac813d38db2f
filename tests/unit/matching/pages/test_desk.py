"""A manager asks for a round, reads what it proposes and whom it leaves over and why, and decides."""

from dataclasses import replace
from datetime import UTC, datetime

import httpx
import pytest
from fastapi import FastAPI

from services.matching.markets.outcome import LeftOver, Opening, Progress, Stage
from services.matching.members.programme import Programme
from services.matching.pages import router
from services.matching.pairs.pair import NotMade, Pair, PairState
from services.matching.rounds.choices import Choices
from services.matching.rounds.report import Place, Tally, place_id
from services.matching.rounds.round import Round, RoundState
from services.matching.rules import reasons
from shared.language.matching import Criterion
from shared.language.terms import Goal, Role
from shared.web.access import Caller
from shared.web.wording import PSEUDO
from tests.support.forms import browsing, hidden, site
from tests.support.memory import MemoryStore
from tests.support.memory_unit import kept_as
from tests.support.plain_english import plain_words_of_page
from tests.unit.matching.people import member, pair, terms

NOW = datetime(2026, 10, 5, 12, 0, tzinfo=UTC)
PROGRAMME = Programme(id="p", terms=terms())
PAGES = {
    "desk.html": "/desk/programmes/p",
    "round.html": "/desk/rounds/r",
    "left_over.html": "/desk/rounds/r/left-over",
    "ask.html": "/desk/programmes/p/ask",
    "approve.html": "/desk/rounds/r/approve",
    "cancel.html": "/desk/rounds/r/cancel",
    "proposed_pair.html": "/desk/pairs/pair",
}
EMPTY = {"no_desk.html": "/desk"}
ACTS = ["programmes/p/ask", *(f"rounds/r/{act}" for act in ("again", "approve", "cancel")), "pairs/pair/refuse"]
FACTS = {"Telemachus", "programme", "FR"}
CHOSEN = {"kind": "trial", "goal": "best-total", "minimum_score": "20"}
ROUND = Round(
    id="r",
    programme_id="p",
    requested_at=NOW,
    state=RoundState.PROPOSED,
    attempts=1,
    proposed=Tally(pairs=1, people=2, total_score=40, minimum_score=40),
    unmatched={reasons.ALL_TAKEN: 1},
)
PAIR = pair(
    criteria=(Criterion(rule="topics", points=30), Criterion(rule="city", points=0)),
    teaches=("social-media",),
)


@pytest.fixture
def store() -> MemoryStore:
    over = LeftOver(because=(reasons.ALL_TAKEN,), openings=(Opening(rule="topic", value="negotiation", doors=2),))
    place = Place(id=place_id("r", "alone"), round_id="r", participant_id="alone", attempt=1, left_over=over)
    everybody = (member("mentor", Role.MENTOR), member("mentee", Role.MENTEE), member("alone", Role.MENTEE))
    return MemoryStore(PROGRAMME, *everybody, ROUND, PAIR, place, now=NOW)


async def rounds(store: MemoryStore) -> list[Round]:
    return await store.all(Round, {"_id": {"$ne": "r"}})


async def the_round(store: MemoryStore) -> Round:
    return await store.unit().get(Round, "r")


async def test_the_desk_leads_to_rounds_and_tells_who_waits(manager: httpx.AsyncClient) -> None:
    first = await manager.get("/desk")
    assert (first.status_code, first.headers["location"]) == (303, "/desk/programmes/p")
    page = (await manager.get(first.headers["location"])).text
    assert "3 people have no partner." in page
    assert "Round of 5 October 2026" in page and 'State"><span>waiting for your decision<' in page


async def test_a_round_tells_its_pairs_with_reasons_and_that_a_person_decides(manager: httpx.AsyncClient) -> None:
    page = (await manager.get("/desk/rounds/r")).text
    assert "nobody is paired before you approve" in page
    assert "a mentor – a mentee" in page and "The mentor brings Social media." in page
    assert 'href="/desk/rounds/r/approve"' in page and "hx-trigger" not in page


async def test_whoever_is_left_over_is_there_with_why_and_what_would_help(manager: httpx.AsyncClient) -> None:
    page = (await manager.get("/desk/rounds/r/left-over")).text
    assert page.count("Everybody who suits them was paired with somebody else.") == 2
    assert "a mentee" in page and "Negotiation" in page
    assert "alone" not in page


async def test_long_lists_go_on_on_the_next_page(store: MemoryStore, manager: httpx.AsyncClient) -> None:
    for number in range(25):
        store.shelves.put(Pair, kept_as(replace(PAIR, id=f"pair-{number:02}")))
    page = (await manager.get("/desk/rounds/r")).text
    assert page.count('href="/desk/pairs/') == 20
    (more,) = [part.partition('"')[0] for part in page.split('class="more"><a href="')[1:]]
    assert (await manager.get(f"/desk/rounds/r{more}")).text.count('href="/desk/pairs/') == 6
    assert (await manager.get("/desk/rounds/r?after=made-up")).status_code == 422


async def test_a_round_at_work_shows_how_far_it_is(store: MemoryStore, manager: httpx.AsyncClient) -> None:
    progress = Progress(stage=Stage.SOLVING, done=2, of=8)
    store.shelves.put(Round, kept_as(replace(ROUND, state=RoundState.RUNNING, progress=progress)))
    page = (await manager.get("/desk/rounds/r")).text
    assert "Looking for the best pairs" in page and "2 of 8" in page and "hx-trigger" in page
    assert (await manager.get("/desk/rounds/r/approve")).status_code == 409


async def test_a_trial_is_asked_for_once_with_what_was_chosen(store: MemoryStore, manager: httpx.AsyncClient) -> None:
    form = (await manager.get("/desk/programmes/p/ask")).text
    sent = {**hidden(form), **CHOSEN}
    answers = [await manager.post("/desk/programmes/p/ask", data=sent) for _ in range(2)]
    (asked,) = await rounds(store)
    assert {answer.headers["location"] for answer in answers} == {f"/desk/rounds/{asked.id}"}
    pairing = asked.choices.pairing
    assert asked.choices.what_if and pairing
    assert (pairing.goal, pairing.minimum_score) == (Goal.BEST_TOTAL, 20)


async def test_what_is_left_as_it_is_goes_by_the_programme(store: MemoryStore, manager: httpx.AsyncClient) -> None:
    form = hidden((await manager.get("/desk/programmes/p/ask")).text)
    await manager.post("/desk/programmes/p/ask", data={**form, "kind": "round", "goal": "most-people"})
    (asked,) = await rounds(store)
    assert (asked.choices.pairing, asked.choices.what_if) == (None, False)


async def test_what_was_typed_stays_beside_what_is_wrong(store: MemoryStore, manager: httpx.AsyncClient) -> None:
    form = hidden((await manager.get("/desk/programmes/p/ask")).text)
    answer = await manager.post("/desk/programmes/p/ask", data={**form, **CHOSEN, "minimum_score": "-3"})
    assert answer.status_code == 422 and 'value="-3"' in answer.text
    assert await rounds(store) == []


async def test_asking_again_keeps_the_choices(store: MemoryStore, manager: httpx.AsyncClient) -> None:
    choices = Choices(forbidden=(("mentor", "alone"),), what_if=True)
    store.shelves.put(Round, kept_as(replace(ROUND, choices=choices)))
    form = (await manager.get("/desk/rounds/r/again")).text
    assert "Apart up to now: who may be paired again?" in form
    await manager.post("/desk/rounds/r/again", data={**hidden(form), **CHOSEN, "kind": "round"})
    (asked,) = await rounds(store)
    assert (asked.choices.based_on, asked.choices.forbidden) == ("r", choices.forbidden)
    assert asked.choices.what_if is False


async def test_a_person_approves(store: MemoryStore, manager: httpx.AsyncClient) -> None:
    page = (await manager.get("/desk/rounds/r/approve")).text
    assert "One pair will be made." in page and "you decide, and answer for it" in page
    answer = await manager.post("/desk/rounds/r/approve", data=hidden(page))
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/rounds/r")
    assert (await the_round(store)).state is RoundState.APPROVING
    assert "is forming its pairs" in (await manager.get("/desk/rounds/r")).text


async def test_a_round_is_cancelled_and_then_cannot_be_approved(store: MemoryStore, manager: httpx.AsyncClient) -> None:
    page = (await manager.get("/desk/rounds/r/cancel")).text
    assert (await manager.post("/desk/rounds/r/cancel", data=hidden(page))).status_code == 303
    assert (await the_round(store)).state is RoundState.CANCELLED
    assert (await manager.post("/desk/rounds/r/approve", data=hidden(page))).status_code == 409
    assert (await the_round(store)).state is RoundState.CANCELLED


async def test_a_pair_is_decided_about_alone(store: MemoryStore, manager: httpx.AsyncClient) -> None:
    page = (await manager.get("/desk/pairs/pair")).text
    assert "Why the two" in page and "The rules leave them no other partner." in page
    assert (await manager.post("/desk/pairs/pair/refuse", data=hidden(page))).status_code == 303
    pair = await store.unit().get(Pair, "pair")
    assert (pair.state, pair.not_made) == (PairState.DROPPED, NotMade.REFUSED)
    late = await manager.post("/desk/pairs/pair/approve", data=hidden(page))
    assert late.status_code == 409 and "only a proposal can be approved or refused" in late.text
    assert "You decide" not in (await manager.get("/desk/pairs/pair")).text


@pytest.mark.parametrize("path", [*(path for path in PAGES.values() if "/pairs/" not in path), "/desk/rounds/r/again"])
async def test_it_is_for_managers_of_all_its_countries(
    app: FastAPI, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with browsing(app, "mentor~participant") as participant:
        assert (await participant.get(path)).status_code == 403
    monkeypatch.setattr(Caller, "covers", lambda self, countries: set(countries) <= {"FR"})
    async with browsing(app) as elsewhere:
        assert (await elsewhere.get(path)).status_code == 403


@pytest.mark.parametrize("path", ACTS)
async def test_nothing_is_decided_by_others(
    app: FastAPI, store: MemoryStore, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Caller, "covers", lambda self, countries: set(countries) <= {"FR"})
    async with browsing(app) as elsewhere:
        assert (await elsewhere.post(f"/desk/{path}", data=CHOSEN)).status_code == 403
    assert await the_round(store) == ROUND and await rounds(store) == []
    assert (await store.unit().get(Pair, "pair")).state is PairState.PROPOSED


async def test_without_a_programme_it_says_when_there_will_be_one() -> None:
    async with browsing(site(router, store=MemoryStore(), service="matching")) as client:
        assert "its rounds are here" in (await client.get(EMPTY["no_desk.html"])).text
    async with browsing(site(router, service="matching"), **{"Accept-Language": PSEUDO}) as client:
        assert set(plain_words_of_page((await client.get("/desk")).text)) <= FACTS


@pytest.mark.parametrize("path", [*PAGES.values(), "/desk/rounds/r/again"])
async def test_no_page_has_plain_english(app: FastAPI, path: str) -> None:
    async with browsing(app, **{"Accept-Language": PSEUDO}) as client:
        answer = await client.get(path)
    assert answer.status_code == 200
    assert plain_words_of_page(answer.text, FACTS) == []
