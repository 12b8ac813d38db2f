"""A manager of a programme sees one of its sessions by both clocks, and moves or cancels it; nobody else does."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from services.sessions.people.participant import Participant
from services.sessions.people.programme import Programme
from services.sessions.series.session import Session
from shared.language.sessions import SessionCancelled, SessionRescheduled
from shared.web.wording import PSEUDO
from tests.support.forms import browsing, hidden
from tests.support.memory import MemoryStore
from tests.support.memory_unit import kept_as
from tests.support.plain_english import plain_words_of_page
from tests.unit.sessions.support import first, said

PAGES = {"managed_session.html": "/all/programme/one/{id}"}
ONE = PAGES["managed_session.html"]
FACTS = {"Telemachus", "Reverse", "mentoring", "London", "Paris"}
CHANGES: dict[str, dict[str, str]] = {
    "cancel": {"because": "ill"},
    "move": {"on": "2026-03-12", "at": "11:15"},
    "move-to": {"to": "2026-03-12T10:15:00Z"},
}


@pytest.fixture
async def manager(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with browsing(app) as client:
        yield client


async def address(store: MemoryStore) -> str:
    return ONE.format(id=(await first(store)).id)


async def erase(store: MemoryStore, who: str) -> None:
    found = await store.unit().get(Participant, who)
    store.shelves.put(Participant, {**kept_as(found), "person_id": "", "time_zone": "UTC"})


async def test_the_list_leads_to_it_and_it_tells_both_clocks(store: MemoryStore, manager: httpx.AsyncClient) -> None:
    here = await address(store)
    assert f'href="{here}"' in (await manager.get("/all/programme")).text
    page = (await manager.get(here)).text
    assert page.count("<time ") == 2 and "in Paris</time>" in page and "in London</time>" in page
    assert 'href="/registration/everybody/programme/one/mentor"' in page and "Planned" in page
    assert 'href="/matching/desk/pairs/pair"' in page


async def test_a_manager_cancels_with_a_reason_that_has_to_be_chosen(
    store: MemoryStore, manager: httpx.AsyncClient
) -> None:
    here = await address(store)
    page = (await manager.get(here)).text
    answer = await manager.post(f"{here}/cancel", data=hidden(page))
    assert answer.status_code == 422 and "Choose one." in answer.text
    assert said(store, SessionCancelled) == []

    answer = await manager.post(f"{here}/cancel", data={**hidden(page), "because": "ill"})
    assert (answer.status_code, answer.headers["location"]) == (303, here)
    [event] = said(store, SessionCancelled)
    assert isinstance(event, SessionCancelled) and (event.by, event.because.value) == (None, "ill")
    page = (await manager.get(here)).text
    assert "Cancelled · illness" in page and "Cancel the session" not in page


async def test_of_a_form_that_is_sent_twice_the_second_one_changes_nothing(
    store: MemoryStore, manager: httpx.AsyncClient
) -> None:
    here = await address(store)
    sent = {**hidden((await manager.get(here)).text), **CHANGES["move"]}
    for _ in range(2):
        assert (await manager.post(f"{here}/move", data=sent)).status_code == 303
    assert len(said(store, SessionRescheduled)) == 1


async def test_a_time_that_is_offered_suits_both_and_is_told_by_both_clocks(
    store: MemoryStore, manager: httpx.AsyncClient
) -> None:
    here = await address(store)
    page = (await manager.get(here)).text
    offered = [part.partition('"')[0] for part in page.split('name="to" value="')[1:]]
    assert len(set(offered)) == 3
    assert "in Paris · " in page.partition('name="to"')[2].partition("</label>")[0]
    assert (await manager.post(f"{here}/move-to", data={"to": offered[-1]})).status_code == 303
    assert (await first(store)).starts_at.strftime("%Y-%m-%dT%H:%M:%SZ") == offered[-1]


async def test_a_time_of_ones_own_is_read_by_the_mentors_clock(store: MemoryStore, manager: httpx.AsyncClient) -> None:
    here = await address(store)
    assert (await manager.post(f"{here}/move", data=CHANGES["move"])).status_code == 303
    assert (await first(store)).starts_at.isoformat() == "2026-03-12T10:15:00+00:00"


async def test_a_time_that_does_not_suit_is_refused_in_words_about_others_and_kept_as_typed(
    store: MemoryStore, manager: httpx.AsyncClient
) -> None:
    before = await first(store)
    answer = await manager.post(f"{await address(store)}/move", data={"on": "2026-03-12", "at": "23:00"})
    assert answer.status_code == 409
    assert "The mentor&#39;s working hours are" in answer.text and 'value="23:00"' in answer.text
    assert await first(store) == before


async def test_only_the_two_can_say_that_they_met(store: MemoryStore, manager: httpx.AsyncClient) -> None:
    session, here = await first(store), await address(store)
    assert "please ask one of them" not in (await manager.get(here)).text
    store.stopped.moment = session.ends_at + timedelta(hours=1)
    page = (await manager.get(here)).text
    assert "Not confirmed yet" in page and "please ask one of them" in page
    assert 'method="post"' not in page.partition('id="content"')[2].partition("</main>")[0]


async def test_of_who_was_erased_neither_clock_nor_page_is_told(store: MemoryStore, manager: httpx.AsyncClient) -> None:
    await erase(store, "mentor")
    page = (await manager.get(await address(store))).text
    assert page.count("<time ") == 1 and "in London" in page and "one/mentor" not in page
    await erase(store, "mentee")
    page = (await manager.get(await address(store))).text
    assert page.count("<time ") == 1 and "in London" not in page and "one/mentee" not in page


async def asked(client: httpx.AsyncClient, path: str, what: str) -> Any:
    return await (client.post(f"{path}/{what}", data=CHANGES[what]) if what else client.get(path))


@pytest.mark.parametrize("what", ["", *CHANGES])
async def test_it_is_for_managers_of_all_countries_of_its_programme(
    app: FastAPI, store: MemoryStore, what: str
) -> None:
    elsewhere = await store.unit().get(Programme, "programme")
    store.shelves.put(Programme, {**kept_as(elsewhere), "_id": "another"})
    before = await first(store)
    for who in ("mentor~participant", "ben@FR~manager"):
        async with browsing(app, who) as stranger:
            assert (await asked(stranger, await address(store), what)).status_code == 403
    async with browsing(app, "ben@FR+GB~manager") as manager:
        for path in (f"/all/another/one/{before.id}", "/all/programme/one/nothing"):
            assert (await asked(manager, path, what)).status_code == 403
    assert await first(store) == before


@pytest.mark.parametrize("state", ["scheduled", "held", "missed", "cancelled"])
@pytest.mark.parametrize("hours", [0, 24 * 30])
async def test_no_page_has_plain_english(app: FastAPI, store: MemoryStore, state: str, hours: int) -> None:
    because = "ill" if state == "cancelled" else None
    store.shelves.put(Session, {**kept_as(await first(store)), "state": state, "because": because})
    store.stopped.moment += timedelta(hours=hours)
    async with browsing(app, **{"Accept-Language": PSEUDO}) as client:
        answer = await client.get(await address(store))
        again = await client.post(f"{await address(store)}/cancel", data={})
    assert (answer.status_code, again.status_code) == (200, 422)
    for page in (answer, again):
        assert plain_words_of_page(page.text, FACTS) == []
