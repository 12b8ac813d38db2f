"""Whoever takes part reads whom they are paired with and why, or why not yet; and says no, or ends the pair."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from fastapi import FastAPI

from services.matching.members.member import Member
from services.matching.members.programme import Programme
from services.matching.pairs.pair import Pair, PairState
from services.matching.pairs.pairing import join
from services.matching.rules import reasons
from shared.domain.work import Unit
from shared.language.matching import Criterion, Parting
from shared.language.terms import Role
from shared.web.wording import PSEUDO
from tests.support.forms import browsing, hidden
from tests.support.memory import MemoryStore
from tests.support.memory_unit import kept_as
from tests.support.plain_english import plain_words_of_page
from tests.unit.matching.people import member, pair, terms

NOW = datetime(2026, 10, 5, 12, 0, tzinfo=UTC)
PROGRAMME = Programme(id="p", terms=terms())
PAGES = {"partner.html": "/", "end_pair.html": "/partner/pair/end"}
FACTS = {"Telemachus", "programme", "FR"}


PAIR = pair(
    criteria=(Criterion(rule="topics", points=30), Criterion(rule="city", points=0)),
    teaches=("social-media",),
    hands_down=("negotiation",),
)


@pytest.fixture
async def store() -> MemoryStore:
    found = MemoryStore(
        PROGRAMME,
        member("mentor", Role.MENTOR),
        member("mentee", Role.MENTEE),
        member("alone", Role.MENTEE, waiting_because=(reasons.ALL_TAKEN,)),
        PAIR,
        now=NOW,
    )

    async def together(unit: Unit) -> None:
        await join(unit, await unit.get(Pair, "pair"), PROGRAMME.terms)

    await found.run(together)
    return found


@pytest.fixture
async def mentor(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with browsing(app, "mentor~participant") as client:
        yield client


async def the_pair(store: MemoryStore) -> Pair:
    return await store.unit().get(Pair, "pair")


async def test_each_reads_what_both_bring_and_what_spoke_for_the_pair(app: FastAPI, mentor: httpx.AsyncClient) -> None:
    page = (await mentor.get("/")).text
    assert "Your partner works in this country: France." in page
    assert "You bring Social media; your partner brings Negotiation." in page
    assert page.count("<li>") >= 1 and "Why the two of you" in page
    async with browsing(app, "mentee~participant") as mentee:
        assert "You bring Negotiation; your partner brings Social media." in (await mentee.get("/")).text


async def test_who_waits_reads_why_and_their_place(app: FastAPI) -> None:
    async with browsing(app, "alone~participant") as alone:
        page = (await alone.get("/")).text
    assert "Everybody who suits you was paired with somebody else." in page
    assert "Your place on the waiting list is 1." in page


async def test_of_several_obstacles_those_are_told_that_this_version_knows(app: FastAPI, store: MemoryStore) -> None:
    waits = member("alone", Role.MENTEE, waiting_because=("unheard-of", "language"))
    store.shelves.put(Member, kept_as(waits))
    async with browsing(app, "alone~participant") as alone:
        page = (await alone.get("/")).text
    assert "Several rules together left nobody. Even for the closest matches: You" in page


async def test_in_the_first_days_one_says_no_and_nobody_learns_who(
    store: MemoryStore, mentor: httpx.AsyncClient
) -> None:
    page = (await mentor.get("/partner/pair/end")).text
    assert "nobody is told which of you said no" in page
    answer = await mentor.post("/partner/pair/decline", data=hidden(page))
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert (await the_pair(store)).state is PairState.DECLINED
    assert "We are looking for your partner" in (await mentor.get("/")).text


async def test_later_the_pair_is_ended_by_ones_own_wish(store: MemoryStore, mentor: httpx.AsyncClient) -> None:
    store.stopped.moment += timedelta(days=30)
    page = (await mentor.get("/partner/pair/end")).text
    assert "never paired with each other again" in page
    assert (await mentor.post("/partner/pair/decline")).status_code == 409
    assert (await the_pair(store)).state is PairState.FORMED
    assert (await mentor.post("/partner/pair/end", data=hidden(page))).status_code == 303
    ended = await the_pair(store)
    assert (ended.state, ended.because) == (PairState.DISSOLVED, Parting.OWN_WISH)


@pytest.mark.parametrize(("method", "path"), [("GET", "end"), ("POST", "end"), ("POST", "decline")])
async def test_a_pair_of_others_is_as_one_that_is_not_there(
    app: FastAPI, store: MemoryStore, method: str, path: str
) -> None:
    async with browsing(app, "alone~participant") as alone:
        theirs = await alone.request(method, f"/partner/pair/{path}")
        nobodys = await alone.request(method, f"/partner/nothing/{path}")
    assert theirs.status_code == nobodys.status_code == 403
    assert (await the_pair(store)).state is PairState.FORMED


async def test_a_proposal_is_nobodys_to_see(app: FastAPI, store: MemoryStore) -> None:
    store.shelves.put(Pair, kept_as(replace(PAIR, id="proposal", mentor_id="alone")))
    async with browsing(app, "alone~participant") as alone:
        assert "You and your partner" not in (await alone.get("/")).text


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
@pytest.mark.parametrize("who", ["mentor", "alone"])
@pytest.mark.parametrize("days", [0, 30])
async def test_no_page_has_plain_english(app: FastAPI, store: MemoryStore, path: str, who: str, days: int) -> None:
    store.stopped.moment += timedelta(days=days)
    async with browsing(app, f"{who}~participant", **{"Accept-Language": PSEUDO}) as client:
        answer = await client.get(path)
    assert answer.status_code == (403 if who == "alone" and path != "/" else 200)
    assert set(plain_words_of_page(answer.text)) <= FACTS
