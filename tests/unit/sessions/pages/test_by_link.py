"""Links in letters about sessions: what they say is what they do, once, and only for whom they were written to."""

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI

from shared.language.sessions import Outcome, SessionCancelled, SessionHeld, SessionRescheduled
from shared.language.terms import Role
from shared.web.wording import PSEUDO
from tests.support.links import anybody, link_to
from tests.support.memory import MemoryStore
from tests.support.plain_english import plain_words_of_page
from tests.unit.sessions.support import first

OFFERED = 'name="chosen" value="'


@pytest.fixture
async def reader(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with anybody(app) as client:
        yield client


async def test_looking_changes_nothing_and_following_confirms_once(
    app: FastAPI, store: MemoryStore, reader: httpx.AsyncClient
) -> None:
    session = await first(store)
    store.stopped.moment = session.ends_at + timedelta(hours=1)
    link = link_to(app, "held", session.id, session.mentor_id)
    for _ in range(3):
        seen = await reader.get(link)
        assert (seen.status_code, "You met on" in seen.text) == (200, True)
        assert seen.headers["referrer-policy"] == "no-referrer"
    assert (await first(store)).state is Outcome.SCHEDULED

    done = await reader.post(link)
    assert (done.status_code, "Noted: you met." in done.text) == (200, True)
    [said] = [each for each in store.said if isinstance(each, SessionHeld)]
    assert said.confirmed_by is Role.MENTOR
    for again in (await reader.get(link), await reader.post(link)):
        assert "This is done already" in again.text
    assert len([each for each in store.said if isinstance(each, SessionHeld)]) == 1


async def test_it_says_when_it_cannot_be_done(app: FastAPI, store: MemoryStore, reader: httpx.AsyncClient) -> None:
    session = await first(store)
    link = link_to(app, "held", session.id, session.mentor_id)
    for early in (await reader.get(link), await reader.post(link)):
        assert (early.status_code, "has not started yet" in early.text) == (409, True)


async def test_a_session_is_cancelled_with_a_reason_that_has_to_be_chosen(
    app: FastAPI, store: MemoryStore, reader: httpx.AsyncClient
) -> None:
    session = await first(store)
    link = link_to(app, "cancel", session.id, session.mentee_id)
    asked = (await reader.get(link)).text
    assert asked.count(OFFERED) == 4
    assert "Your partner and your programme manager see the reason you choose" in asked
    for nothing in ({}, {"chosen": "pair-ended"}):
        answer = await reader.post(link, data=nothing)
        assert (answer.status_code, "Please choose one of the answers." in answer.text) == (409, True)
    assert "The session is cancelled" in (await reader.post(link, data={"chosen": "ill"})).text
    [said] = [each for each in store.said if isinstance(each, SessionCancelled)]
    assert (said.by, said.because.value) == (Role.MENTEE, "ill")


async def test_a_time_that_is_offered_is_taken(app: FastAPI, store: MemoryStore, reader: httpx.AsyncClient) -> None:
    session = await first(store)
    link = link_to(app, "other-time", session.id, session.mentor_id)
    times = [each.partition('"')[0] for each in (await reader.get(link)).text.split(OFFERED)[1:]]
    assert len(times) == 3
    assert "Please choose" in (await reader.post(link, data={"chosen": "tomorrow"})).text
    assert "has been moved" in (await reader.post(link, data={"chosen": times[1]})).text
    [said] = [each for each in store.said if isinstance(each, SessionRescheduled)]
    assert said.starts_at.strftime("%Y-%m-%dT%H:%M:%SZ") == times[1]


@pytest.mark.parametrize("deed", ["held", "cancel", "other-time"])
async def test_it_is_no_link_of_anybody_elses(
    app: FastAPI, store: MemoryStore, reader: httpx.AsyncClient, deed: str
) -> None:
    session = await first(store)
    store.stopped.moment = session.ends_at + timedelta(hours=1)
    for link in (link_to(app, deed, session.id, "stranger"), link_to(app, deed, "nothing", session.mentor_id)):
        assert [each.status_code for each in (await reader.get(link), await reader.post(link))] == [409, 409]
    assert await first(store) == session


async def test_an_old_link_and_what_is_none_say_so_kindly(
    app: FastAPI, store: MemoryStore, reader: httpx.AsyncClient
) -> None:
    session = await first(store)
    link = link_to(app, "cancel", session.id, session.mentor_id)
    other_deed = link_to(app, "nothing-we-do", session.id, session.mentor_id)
    store.stopped.moment += timedelta(days=1)
    for path in (link, other_deed, f"{link}x", "/do/nothing", f"/do/{'x' * 2000}"):
        for answer in (await reader.get(path), await reader.post(path, data={"chosen": "ill"})):
            assert (answer.status_code, "This link does nothing any more" in answer.text) == (410, True)
    assert (await reader.get(f"/do/{'x' * 2001}")).status_code == 422
    assert await first(store) == session


@pytest.mark.parametrize("deed", ["held", "cancel", "other-time"])
async def test_every_word_is_translated(app: FastAPI, store: MemoryStore, reader: httpx.AsyncClient, deed: str) -> None:
    session = await first(store)
    if deed == "held":
        store.stopped.moment = session.ends_at + timedelta(hours=1)
    link = link_to(app, deed, session.id, session.mentor_id)
    page = (await reader.get(link, headers={"Accept-Language": PSEUDO})).text
    assert plain_words_of_page(page, facts={"Telemachus", "Reverse", "mentoring"}) == []
