"""Each of the two says how a session was, once and for nobody else's eyes; nothing is chosen beforehand."""

from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest
from fastapi import FastAPI

from services.feedback.pages import router
from services.feedback.people.participant import Participant
from services.feedback.pulse.pulse import Pulse, pulse_id
from shared.language.terms import Role
from shared.web.wording import PSEUDO
from tests.support.forms import browsing, hidden, site
from tests.support.memory import MemoryStore
from tests.support.plain_english import plain_words_of_page
from tests.unit.feedback.examples import after, cancelled, held, scheduled

PEOPLE = [
    Participant(id=who, programme_id="p", person_id=f"person-{who}", role=role)
    for who, role in (("mentor", Role.MENTOR), ("mentee", Role.MENTEE), ("stranger", Role.MENTEE))
]
PAGES = {"pulses.html": "/", "pulse.html": "/pulse/s1"}
SAID = {"feeling": "4", "useful": "5", "comment": "only between us"}


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore(*PEOPLE, replace(after(held(1), cancelled(2), held(3), scheduled(4)), raised=()))


@pytest.fixture
def app(store: MemoryStore) -> FastAPI:
    return site(router, store=store, service="feedback")


@pytest.fixture
async def mentor(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with browsing(app, "mentor~participant") as client:
        yield client


async def answer(store: MemoryStore, role: Role = Role.MENTOR) -> Pulse | None:
    return await store.unit().find(Pulse, pulse_id("s1", role))


async def test_sessions_that_took_place_are_asked_of_until_they_are_answered(
    app: FastAPI, store: MemoryStore, mentor: httpx.AsyncClient
) -> None:
    page = (await mentor.get("/")).text
    assert [part.partition('"')[0] for part in page.split('href="/pulse/')[1:]] == ["s3", "s1"]
    form = (await mentor.get("/pulse/s1")).text
    assert "checked" not in form
    sent = await mentor.post("/pulse/s1", data={**hidden(form), **SAID})
    assert (sent.status_code, sent.headers["location"]) == (303, "/")
    found = await answer(store)
    assert found and (found.answer.feeling, found.answer.useful, found.answer.comment) == (4, 5, "only between us")
    page = (await mentor.get("/")).text
    assert [part.partition('"')[0] for part in page.split('href="/pulse/')[1:]] == ["s3"]
    async with browsing(app, "mentee~participant") as mentee:
        assert "/pulse/s1" in (await mentee.get("/")).text
    assert await answer(store, Role.MENTEE) is None


async def test_what_was_said_is_shown_to_nobody_again(app: FastAPI, mentor: httpx.AsyncClient) -> None:
    await mentor.post("/pulse/s1", data=SAID)
    async with browsing(app, "mentee~participant") as mentee:
        for path in PAGES.values():
            assert "only between us" not in (await mentee.get(path)).text
            assert "only between us" not in (await mentor.get(path)).text


async def test_both_have_to_be_chosen_and_what_was_typed_stays(store: MemoryStore, mentor: httpx.AsyncClient) -> None:
    sent = await mentor.post("/pulse/s1", data={"useful": "2", "comment": "a word"})
    assert sent.status_code == 422
    assert "Choose one." in sent.text and "a word" in sent.text
    assert await answer(store) is None


async def test_it_is_said_once(store: MemoryStore, mentor: httpx.AsyncClient) -> None:
    await mentor.post("/pulse/s1", data=SAID)
    sent = await mentor.post("/pulse/s1", data={**SAID, "feeling": "1"})
    assert sent.status_code == 409
    found = await answer(store)
    assert found and found.answer.feeling == 4


@pytest.mark.parametrize("session", ["s2", "s4"])
async def test_of_a_session_that_did_not_take_place_nothing_can_be_said(
    mentor: httpx.AsyncClient, session: str
) -> None:
    assert (await mentor.post(f"/pulse/{session}", data=SAID)).status_code == 409


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_session_of_others_is_as_one_that_is_not_there(app: FastAPI, store: MemoryStore, method: str) -> None:
    async with browsing(app, "stranger~participant") as stranger:
        theirs = await stranger.request(method, "/pulse/s1", data=SAID)
        nobodys = await stranger.request(method, "/pulse/nothing", data=SAID)
    assert theirs.status_code == nobodys.status_code == 403
    assert await answer(store) is None


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
@pytest.mark.parametrize("who", ["mentor", "mentee"])
async def test_no_page_has_plain_english(app: FastAPI, mentor: httpx.AsyncClient, path: str, who: str) -> None:
    await mentor.post("/pulse/s1", data=SAID)
    async with browsing(app, f"{who}~participant", **{"Accept-Language": PSEUDO}) as client:
        shown = await client.get(path)
    assert shown.status_code == 200
    assert set(plain_words_of_page(shown.text)) <= {"Telemachus"}
