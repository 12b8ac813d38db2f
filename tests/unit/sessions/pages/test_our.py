"""The two of a pair see their sessions, and confirm, move or cancel one; nobody else sees anything of them."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI

from shared.language.sessions import SessionCancelled, SessionHeld, SessionRescheduled
from shared.language.terms import Role
from shared.web.wording import PSEUDO
from tests.support.forms import browsing, hidden
from tests.support.memory import MemoryStore
from tests.support.plain_english import plain_words_of_page
from tests.unit.sessions.support import first, said

FACTS = {"Telemachus", "Reverse", "mentoring", "London", "Paris"}
"""What stands on the pages and is nobody's to translate."""


@pytest.fixture
async def mentor(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with of("mentor", app) as client:
        yield client


def of(who: str, app: FastAPI, **headers: str) -> AbstractAsyncContextManager[httpx.AsyncClient]:
    return browsing(app, f"{who}~participant", **headers)


async def test_the_next_session_stands_first_in_the_readers_time_and_the_others(
    store: MemoryStore, mentor: httpx.AsyncClient
) -> None:
    page = (await mentor.get("/")).text
    session = await first(store)
    assert "You meet your partner" in page and f"/our/{session.id}#move" in page
    assert f"{session.starts_at.hour + 1}:" in page.partition("</time>")[0], "Paris is an hour ahead of UTC"
    assert "London" in page.partition("</time>")[2]
    assert page.count("/our/") >= 6


async def test_who_has_no_partner_reads_that_and_why_the_page_is_empty(app: FastAPI) -> None:
    async with of("stranger", app) as stranger:
        assert "You have no partner yet" in (await stranger.get("/")).text


@pytest.mark.parametrize(
    "path", ["/our/{id}", "/our/{id}/held", "/our/{id}/cancel", "/our/{id}/move", "/our/{id}/move-to"]
)
async def test_a_session_of_others_is_as_one_that_is_not_there(app: FastAPI, store: MemoryStore, path: str) -> None:
    found = await first(store)
    method = "GET" if path == "/our/{id}" else "POST"
    async with of("stranger", app) as stranger:
        theirs = await stranger.request(method, path.format(id=found.id), data={"because": "ill"})
        nobodys = await stranger.request(method, path.format(id="nothing"), data={"because": "ill"})
    assert theirs.status_code == nobodys.status_code == 403
    assert await first(store) == found


async def test_it_is_confirmed_once_it_has_begun(store: MemoryStore, mentor: httpx.AsyncClient) -> None:
    session = await first(store)
    address = f"/our/{session.id}"
    assert "Yes, we met" not in (await mentor.get(address)).text
    early = await mentor.post(f"{address}/held")
    assert early.status_code == 409

    store.stopped.moment = session.ends_at + timedelta(hours=1)
    assert "Did you meet on" in (await mentor.get("/")).text
    page = (await mentor.get(address)).text
    assert "Yes, we met" in page and "Cancel the session" not in page
    answer = await mentor.post(f"{address}/held", data=hidden(page))
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    [event] = said(store, SessionHeld)
    assert isinstance(event, SessionHeld) and event.confirmed_by is Role.MENTOR
    assert "You met. Nothing is left to do here." in (await mentor.get(address)).text


async def test_it_is_cancelled_with_a_reason_that_has_to_be_chosen(
    store: MemoryStore, mentor: httpx.AsyncClient
) -> None:
    session = await first(store)
    answer = await mentor.post(f"/our/{session.id}/cancel")
    assert answer.status_code == 422 and "Choose one." in answer.text
    assert said(store, SessionCancelled) == []

    answer = await mentor.post(f"/our/{session.id}/cancel", data={"because": "ill"})
    assert answer.status_code == 303
    [event] = said(store, SessionCancelled)
    assert isinstance(event, SessionCancelled) and (event.by, event.because.value) == (Role.MENTOR, "ill")
    assert "This session was cancelled." in (await mentor.get(f"/our/{session.id}")).text


async def test_a_time_that_is_offered_suits_both(store: MemoryStore, mentor: httpx.AsyncClient) -> None:
    session = await first(store)
    page = (await mentor.get(f"/our/{session.id}")).text
    offered = [part.partition('"')[0] for part in page.split('name="to" value="')[1:]]
    assert len(offered) == 3 and len(set(offered)) == 3
    answer = await mentor.post(f"/our/{session.id}/move-to", data={"to": offered[-1]})
    assert answer.status_code == 303
    assert (await first(store)).starts_at.strftime("%Y-%m-%dT%H:%M:%SZ") == offered[-1]


async def test_a_time_of_ones_own_is_read_by_ones_own_clock(store: MemoryStore, mentor: httpx.AsyncClient) -> None:
    session = await first(store)
    answer = await mentor.post(f"/our/{session.id}/move", data={"on": "2026-03-12", "at": "11:15"})
    assert answer.status_code == 303
    assert (await first(store)).starts_at.isoformat() == "2026-03-12T10:15:00+00:00"
    assert len(said(store, SessionRescheduled)) == 1


async def test_a_time_that_does_not_suit_is_refused_in_words_and_kept_as_typed(
    store: MemoryStore, mentor: httpx.AsyncClient
) -> None:
    session = await first(store)
    answer = await mentor.post(f"/our/{session.id}/move", data={"on": "2026-03-12", "at": "23:00"})
    assert answer.status_code == 409
    assert "working hours are" in answer.text and 'value="23:00"' in answer.text
    assert (await first(store)).starts_at == session.starts_at


PAGES = {"sessions.html": "/", "session.html": "/our/{id}"}


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
@pytest.mark.parametrize("hours", [0, 24 * 30])
async def test_no_page_has_plain_english(app: FastAPI, store: MemoryStore, path: str, hours: int) -> None:
    store.stopped.moment += timedelta(hours=hours)
    async with of("mentor", app, **{"Accept-Language": PSEUDO}) as mentor:
        answer = await mentor.get(path.format(id=(await first(store)).id))
    assert answer.status_code == 200
    assert set(plain_words_of_page(answer.text)) <= FACTS
