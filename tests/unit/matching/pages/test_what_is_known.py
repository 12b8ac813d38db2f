"""A round says what is known of it and no more: that nobody could be paired, and who is left over once that is so."""

from dataclasses import replace

import httpx
import pytest
from fastapi import FastAPI

from services.matching.markets.outcome import LeftOver
from services.matching.pairs.pair import Pair, PairState
from services.matching.rounds.report import Place, Tally, place_id
from services.matching.rounds.round import Round, RoundState
from services.matching.rules import reasons
from shared.language.terms import Role
from shared.web.wording import PSEUDO
from tests.support.forms import browsing, hidden
from tests.support.memory import MemoryStore
from tests.support.memory_unit import kept_as
from tests.support.plain_english import plain_words_of_page
from tests.unit.matching.pages.test_desk import FACTS, NOW, PAIR, PROGRAMME, ROUND
from tests.unit.matching.people import member

NONE_FOUND = replace(ROUND, proposed=Tally())
FORMING = replace(ROUND, state=RoundState.APPROVING, unmatched={})


@pytest.fixture
def store() -> MemoryStore:
    over = LeftOver(because=(reasons.ALL_TAKEN,))
    place = Place(id=place_id("r", "alone"), round_id="r", participant_id="alone", attempt=1, left_over=over)
    everybody = (member("mentor", Role.MENTOR), member("mentee", Role.MENTEE), member("alone", Role.MENTEE))
    return MemoryStore(PROGRAMME, *everybody, ROUND, PAIR, place, now=NOW)


async def test_where_no_pair_was_found_there_is_nothing_to_approve(
    store: MemoryStore, manager: httpx.AsyncClient
) -> None:
    store.shelves.put(Round, kept_as(NONE_FOUND))
    store.shelves.put(Pair, kept_as(replace(PAIR, state=PairState.DROPPED)))
    page = (await manager.get("/desk/rounds/r")).text
    assert "There is nothing to approve" in page and "Approve this round" not in page
    assert 'class="button first" href="/desk/rounds/r/left-over"' in page
    completing = (await manager.get("/desk/rounds/r/approve")).text
    assert "It has found no pair." in completing and "0 pairs" not in completing
    answer = await manager.post("/desk/rounds/r/approve", data=hidden(completing))
    assert "being completed" in (await manager.get(answer.headers["location"])).text
    assert (await store.unit().get(Round, "r")).state is RoundState.APPROVING


async def test_where_each_pair_was_decided_about_the_round_is_only_completed(
    store: MemoryStore, manager: httpx.AsyncClient
) -> None:
    store.shelves.put(Pair, kept_as(replace(PAIR, state=PairState.FORMED)))
    page = (await manager.get("/desk/rounds/r/approve")).text
    assert "decided about already" in page and "Complete this round" in page and "Approve this round" not in page


async def test_how_many_are_left_over_is_told_once_it_is_known(store: MemoryStore, manager: httpx.AsyncClient) -> None:
    assert "Left over <small>1</small>" in (await manager.get("/desk/rounds/r")).text
    store.shelves.put(Round, kept_as(FORMING))
    assert "Left over <small>" not in (await manager.get("/desk/rounds/r")).text
    page = (await manager.get("/desk/rounds/r/left-over")).text
    assert "is approved and is forming its pairs" in page and "a mentee" in page
    assert "not known yet" in (await manager.get("/desk/programmes/p")).text


@pytest.mark.parametrize("path", ["/desk/programmes/p", *(f"/desk/rounds/r{part}" for part in ("", "/left-over"))])
@pytest.mark.parametrize("found", [NONE_FOUND, FORMING, replace(ROUND, state=RoundState.RUNNING)])
async def test_none_of_it_is_plain_english(store: MemoryStore, app: FastAPI, found: Round, path: str) -> None:
    store.shelves.put(Round, kept_as(found))
    async with browsing(app, **{"Accept-Language": PSEUDO}) as client:
        assert plain_words_of_page((await client.get(path)).text, FACTS) == []


async def test_completing_without_pairs_is_not_plain_english(store: MemoryStore, app: FastAPI) -> None:
    store.shelves.put(Round, kept_as(NONE_FOUND))
    store.shelves.put(Pair, kept_as(replace(PAIR, state=PairState.DROPPED)))
    async with browsing(app, **{"Accept-Language": PSEUDO}) as client:
        assert plain_words_of_page((await client.get("/desk/rounds/r/approve")).text, FACTS) == []
