"""A manager puts people together or keeps them apart, asks again, and compares two rounds."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from services.matching.members.member import Member
from services.matching.members.programme import Programme
from services.matching.pages import router
from services.matching.pages.desk import again
from services.matching.pairs.pair import Pair
from services.matching.rounds.choices import Choices
from services.matching.rounds.report import Report, Tally
from services.matching.rounds.round import Round, RoundState
from shared.language.terms import Goal, PairingRules, Role
from shared.web.wording import PSEUDO
from tests.support.forms import browsing, hidden, site
from tests.support.memory import MemoryStore
from tests.support.memory_unit import kept_as
from tests.support.outcomes import outcome_of
from tests.support.plain_english import plain_words_of_page
from tests.unit.matching.people import member, pair, terms

NOW = datetime(2026, 10, 5, 12, 0, tzinfo=UTC)
AGAIN, COMPARE, COMPARED = "/desk/rounds/r/again", "/desk/rounds/r/compare", "/desk/rounds/r/compare/other"
PAGES = {"again.html": f"{AGAIN}?together=r-1", "compare.html": COMPARE, "compared.html": COMPARED}
FACTS = {"Telemachus", "programme", "UTC"}
CHOSEN = {"kind": "trial", "goal": "most-people"}
NAMES = {"m1": "Mia", "e1": "Emil", "e2": "Eva"}
TOGETHER = "Put these together"


def paired(identity: str, mentor: str, mentee: str, score: int = 40) -> Pair:
    round_id = identity.partition("-")[0]
    return pair(id=identity, round_id=round_id, mentor_id=mentor, mentee_id=mentee, score=score)


def made(identity: str, choices: Choices, **more: Any) -> Round:
    pairing = choices.pairing or PairingRules()
    found = Round(
        id=identity,
        programme_id="p",
        requested_at=NOW,
        state=RoundState.PROPOSED,
        attempts=1,
        choices=replace(choices, pairing=pairing),
        report=Report.of(outcome_of(), {}),
        proposed=Tally(pairs=2, people=4, total_score=80, minimum_score=40),
    )
    return replace(found, **more)


@pytest.fixture
def store() -> MemoryStore:
    people = [
        *(member(who, Role.MENTOR) for who in ("m1", "m2")),
        *(member(who, Role.MENTEE) for who in ("e1", "e2", "e3")),
    ]
    other = Choices(pairing=PairingRules(goal=Goal.BEST_TOTAL, grade_gap=2), what_if=True, locked=(("m1", "e2"),))
    fewer = Tally(pairs=1, people=2, total_score=60, minimum_score=60)
    return MemoryStore(
        Programme(id="p", terms=terms()),
        *people,
        made("r", Choices()),
        made("other", other, requested_at=NOW + timedelta(hours=1), proposed=fewer),
        *(paired("r-1", "m1", "e1"), paired("r-2", "m2", "e3"), paired("other-1", "m1", "e2", 60)),
        now=NOW,
    )


@pytest.fixture
def app(store: MemoryStore, monkeypatch: pytest.MonkeyPatch) -> FastAPI:
    async def names_of(_request: object, _people: object) -> dict[str, str]:
        return NAMES

    monkeypatch.setattr(again, "names_of", names_of)
    return site(router, store=store, service="matching")


@pytest.fixture
async def manager(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with browsing(app) as client:
        yield client


async def asked(store: MemoryStore) -> list[Round]:
    return await store.all(Round, {"_id": {"$nin": ["r", "other"]}})


async def test_pairs_of_a_round_are_ticked_on_its_page(manager: httpx.AsyncClient) -> None:
    page = (await manager.get("/desk/rounds/r")).text
    assert 'name="together" value="r-1"' in page and 'name="apart" value="r-2"' in page
    assert f'method="get" action="{AGAIN}"' in page


async def test_what_was_ticked_is_shown_by_name_and_asked_for_once(
    store: MemoryStore, manager: httpx.AsyncClient
) -> None:
    page = (await manager.get(f"{AGAIN}?together=r-1&apart=r-2")).text
    assert "Mia – Emil" in page and "a mentor – a mentee" in page
    assert 'value="m1/e1" checked' in page and 'value="m2/e3" checked' in page
    sent = {**hidden(page), **CHOSEN, "together": "m1/e1", "apart": "m2/e3"}
    for _ in range(2):
        assert (await manager.post(AGAIN, data=sent)).status_code == 303
    [found] = await asked(store)
    assert (found.choices.locked, found.choices.forbidden) == ((("m1", "e1"),), (("m2", "e3"),))
    assert found.choices.based_on == "r"


async def test_choices_of_before_are_carried_on_unless_they_are_let_go(
    store: MemoryStore, manager: httpx.AsyncClient
) -> None:
    before = Choices(locked=(("m1", "e1"),), forbidden=(("m2", "e2"), ("m2", "e3")))
    store.shelves.put(Round, kept_as(made("r", before)))
    page = (await manager.get(AGAIN)).text
    assert "Together up to now" in page and 'value="m2/e3"' in page and TOGETHER not in page
    sent = {**hidden(page), **CHOSEN, "unlock": "m1/e1", "allow": "m2/e3"}
    assert (await manager.post(AGAIN, data=sent)).status_code == 303
    [found] = await asked(store)
    assert (found.choices.locked, found.choices.forbidden) == ((), (("m2", "e2"),))


async def test_who_cannot_be_together_any_more_is_named_and_can_be_let_go(
    store: MemoryStore, manager: httpx.AsyncClient
) -> None:
    many = tuple(("m2", f"x{number}") for number in range(40))
    store.shelves.put(Round, kept_as(made("r", Choices(locked=(("m1", "e2"),), forbidden=many))))
    store.shelves.put(Member, kept_as(member("e2", Role.MENTEE, withdrawn=True)))
    page = (await manager.get(AGAIN)).text
    assert "And 10 more couples, which stay as they are." in page
    answer = await manager.post(AGAIN, data={**hidden(page), **CHOSEN, "minimum_score": "7"})
    assert answer.status_code == 409 and await asked(store) == []
    told = answer.text.partition('role="alert"')[2].partition("</div>")[0]
    assert "“Mia”" in told and "“Eva” does not take part" in told and "m1" not in told and "e2" not in told
    assert 'value="7"' in answer.text and 'value="m1/e2"' in answer.text
    again = {**hidden(answer.text), **CHOSEN, "unlock": "m1/e2"}
    assert (await manager.post(AGAIN, data=again)).status_code == 303


async def test_nobody_is_together_and_apart_at_once(store: MemoryStore, manager: httpx.AsyncClient) -> None:
    page = (await manager.get(f"{AGAIN}?together=r-1&apart=r-1")).text
    both = {**hidden(page), **CHOSEN, "together": "m1/e1", "apart": "m1/e1"}
    answer = await manager.post(AGAIN, data=both)
    assert answer.status_code == 409 and "“Mia” and “Emil” cannot be put together and kept apart" in answer.text
    assert answer.text.count('value="m1/e1" checked') == 2 and await asked(store) == []


@pytest.mark.parametrize("couple", ["m1", "m1/", "a b/c", "m1/e1/e2"])
async def test_what_is_no_couple_is_refused(store: MemoryStore, manager: httpx.AsyncClient, couple: str) -> None:
    page = (await manager.get(AGAIN)).text
    answer = await manager.post(AGAIN, data={**hidden(page), **CHOSEN, "together": couple})
    assert answer.status_code == 422 and await asked(store) == []


async def test_pairs_of_another_round_are_as_none(manager: httpx.AsyncClient) -> None:
    for identity in ("other-1", "nothing"):
        assert (await manager.get(f"{AGAIN}?together={identity}")).status_code == 404
    assert (await manager.get(f"{AGAIN}?{'&'.join(['apart=r-1'] * 21)}")).status_code == 422


async def test_another_round_is_picked_and_compared_in_words(manager: httpx.AsyncClient) -> None:
    page = (await manager.get(COMPARE)).text
    assert f'href="{COMPARED}"' in page and "Trial of 5 October 2026, 13:00 UTC" in page and "One pair" in page
    page = (await manager.get(COMPARED)).text
    assert "3 people lose a partner." in page and "One person gains a partner." in page
    assert "One person gets another partner." in page
    assert "new: a mentee; no longer: a mentee" in page
    assert "−20" in page and "+20" in page
    assert "That the pairs suit each other as well as possible" in page and "Smallest difference in grade" in page
    assert "Pairs that are put together" in page and "best-total" not in page
    assert "m1" not in page and "e2" not in page


async def test_rounds_that_pair_alike_say_so(store: MemoryStore, manager: httpx.AsyncClient) -> None:
    page = (await manager.get("/desk/rounds/r/compare/r")).text
    assert "Both pair the same people." in page and "Both are based on the same choices." in page


async def test_changes_go_on_on_the_next_page(store: MemoryStore, manager: httpx.AsyncClient) -> None:
    for number in range(15):
        store.shelves.put(Pair, kept_as(paired(f"r-x{number}", f"a{number:02}", f"b{number:02}")))
    page = (await manager.get(COMPARED)).text
    (more,) = [part.partition('"')[0] for part in page.split('class="more"><a href="')[1:]]
    rest = (await manager.get(COMPARED + more)).text
    rows = [each.count("<li><b>") for each in (page, rest)]
    assert rows == [20, 15]
    assert (await manager.get(f"{COMPARED}?after=made-up")).status_code == 422


@pytest.mark.parametrize("more", [{"report": None}, {"forgotten": True}])
async def test_without_a_result_there_is_nothing_to_compare(
    store: MemoryStore, manager: httpx.AsyncClient, more: dict[str, object]
) -> None:
    store.shelves.put(Round, kept_as(made("other", Choices(), **more)))
    assert "Nothing to compare with yet" in (await manager.get(COMPARE)).text
    assert (await manager.get(COMPARED)).status_code == 409
    assert "has no result to compare" in (await manager.get("/desk/rounds/other/compare")).text


async def test_rounds_of_two_programmes_are_not_compared(store: MemoryStore, manager: httpx.AsyncClient) -> None:
    store.shelves.put(Programme, kept_as(Programme(id="q", terms=terms())))
    store.shelves.put(Round, kept_as(made("other", Choices(), programme_id="q")))
    assert (await manager.get(COMPARED)).status_code == 409
    assert (await manager.get("/desk/rounds/r/compare/nothing")).status_code == 404


@pytest.mark.parametrize("path", PAGES.values())
@pytest.mark.parametrize("who", ["m1~participant", "ben@FR~manager"])
async def test_it_is_for_managers_of_all_its_countries(app: FastAPI, store: MemoryStore, path: str, who: str) -> None:
    async with browsing(app, who) as stranger:
        assert (await stranger.get(path)).status_code == 403
        assert (await stranger.post(AGAIN, data=CHOSEN)).status_code == 403
    assert await asked(store) == []


@pytest.mark.parametrize("path", [*PAGES.values(), "/desk/rounds/r/compare/r", "/desk/rounds/r"])
async def test_no_page_has_plain_english(app: FastAPI, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(again, "MOST_SHOWN", 0)
    async with browsing(app, **{"Accept-Language": PSEUDO}) as client:
        answer = await client.get(path)
    assert answer.status_code == 200
    assert plain_words_of_page(answer.text, {*FACTS, *NAMES.values()}) == []
