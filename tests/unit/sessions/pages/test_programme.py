"""Managers see the sessions of their programmes by what became of them, with the times of both sides."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from services.sessions.people.participant import Participant
from services.sessions.series.session import Session
from shared.language.sessions import Cancellation, Outcome
from shared.web.wording import PSEUDO
from tests.support.forms import browsing
from tests.support.memory import MemoryStore
from tests.support.memory_unit import kept_as
from tests.support.plain_english import plain_words_of_page
from tests.unit.sessions.support import NOW, scheduled

ALL = "/all/programme"
PAGES = {"all_sessions.html": ALL}
EMPTY = {"no_sessions.html": "/all"}
FACTS = {"Telemachus", "Reverse", "mentoring", "London", "Paris"}


@pytest.fixture
async def manager(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with browsing(app) as client:
        yield client


def keep(store: MemoryStore, number: int = 1, **facts: Any) -> None:
    session = scheduled(NOW - timedelta(days=2))
    store.shelves.put(Session, {**kept_as(session), "_id": f"s{number:02}", **facts})


async def planned(store: MemoryStore) -> int:
    return await store.count(Session, {"state": Outcome.SCHEDULED.value})


async def test_what_comes_is_told_first_with_both_clocks_and_their_zones(
    store: MemoryStore, manager: httpx.AsyncClient
) -> None:
    assert (await manager.get("/all")).headers["location"] == ALL
    page = (await manager.get(ALL)).text
    assert page.count("<time ") == await planned(store) > 1
    [first, second, *_] = [part.partition('"')[0] for part in page.split('<time datetime="')[1:]]
    assert first < second
    assert "a mentor – a mentee" in page and "in Paris" in page and "in London" in page
    assert 'href="/matching/desk/pairs/pair"' in page


@pytest.mark.parametrize("part", [Outcome.MISSED, Outcome.CANCELLED, Outcome.HELD])
async def test_what_became_of_sessions_has_a_part_each(
    store: MemoryStore, manager: httpx.AsyncClient, part: Outcome
) -> None:
    assert "<time " not in (await manager.get(f"{ALL}?part={part}")).text
    keep(store, state=part.value, because=Cancellation.ILL.value if part is Outcome.CANCELLED else None)
    page = (await manager.get(f"{ALL}?part={part}")).text
    assert page.count("<time ") == 1 and ("illness" in page) is (part is Outcome.CANCELLED)


async def test_what_nobody_has_confirmed_is_apart_from_what_comes(
    store: MemoryStore, manager: httpx.AsyncClient
) -> None:
    keep(store)
    page = (await manager.get(f"{ALL}?part=unconfirmed")).text
    assert page.count("<time ") == 1 and "neither of the two has said yet" in page
    assert (await manager.get(ALL)).text.count("<time ") == await planned(store) - 1


async def test_a_long_list_goes_on_the_latest_first(store: MemoryStore, manager: httpx.AsyncClient) -> None:
    for number in range(35):
        keep(store, number, state=Outcome.MISSED.value, starts_at=f"2026-01-{number % 28 + 1:02}T09:00:00Z")
    page = (await manager.get(f"{ALL}?part=missed")).text
    assert page.count("<time ") == 30
    assert page.index("2026-01-28T") < page.index("2026-01-27T")
    (more,) = [part.partition('"')[0] for part in page.split('class="more"><a href="')[1:]]
    assert (await manager.get(ALL + more.replace("&amp;", "&"))).text.count("<time ") == 5
    assert (await manager.get(f"{ALL}?after=made-up")).status_code == 422
    assert (await manager.get(f"{ALL}?part=nothing")).status_code == 422


async def test_where_it_is_another_day_that_day_is_told(store: MemoryStore, manager: httpx.AsyncClient) -> None:
    found = await store.unit().get(Participant, "mentee")
    store.shelves.put(Participant, {**kept_as(found), "time_zone": "Pacific/Auckland"})
    keep(store, state=Outcome.HELD.value, starts_at="2026-02-03T15:00:00Z")
    page = (await manager.get(f"{ALL}?part=held")).text
    assert "Tue 3 Feb" in page and "<small>Wed 4 Feb" in page
    assert "in Auckland" in page


async def test_of_who_was_erased_no_clock_is_told(store: MemoryStore, manager: httpx.AsyncClient) -> None:
    for who in ("mentor", "mentee"):
        found = await store.unit().get(Participant, who)
        store.shelves.put(Participant, {**kept_as(found), "person_id": "", "time_zone": "UTC"})
    page = (await manager.get(ALL)).text
    assert "in Paris" not in page and "in London" not in page and "<time " in page


async def test_it_only_shows(manager: httpx.AsyncClient) -> None:
    assert 'method="post"' not in (await manager.get(ALL)).text.partition('id="content"')[2].partition("</main>")[0]


@pytest.mark.parametrize("path", PAGES.values())
async def test_it_is_for_managers_of_all_its_countries(app: FastAPI, path: str) -> None:
    for who in ("mentor~participant", "ben@FR~manager"):
        async with browsing(app, who) as stranger:
            assert (await stranger.get(path)).status_code == 403
    async with browsing(app) as manager:
        assert (await manager.get("/all/nothing")).status_code == 404


async def test_without_a_programme_it_says_when_there_will_be_sessions(app: FastAPI) -> None:
    async with browsing(app, "ben@FR~manager") as french:
        assert "its sessions are here" in (await french.get(EMPTY["no_sessions.html"])).text
    async with browsing(app, "ben@FR~manager", **{"Accept-Language": PSEUDO}) as french:
        assert plain_words_of_page((await french.get("/all")).text, FACTS) == []


@pytest.mark.parametrize("part", ["upcoming", "unconfirmed", "held", "missed", "cancelled"])
async def test_no_page_has_plain_english(app: FastAPI, store: MemoryStore, part: str) -> None:
    if part in ("missed", "cancelled", "unconfirmed"):
        state = "scheduled" if part == "unconfirmed" else part
        keep(store, state=state, because="ill" if part == "cancelled" else None)
    async with browsing(app, **{"Accept-Language": PSEUDO}) as client:
        answer = await client.get(f"{PAGES['all_sessions.html']}?part={part}")
    assert answer.status_code == 200
    assert plain_words_of_page(answer.text, FACTS) == []
