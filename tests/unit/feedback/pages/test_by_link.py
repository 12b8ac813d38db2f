"""The pulse from a letter: the first answer is in the link, the second on its page; nobody is signed in."""

from dataclasses import replace

import pytest
from fastapi import FastAPI

from services.feedback.pages import router
from services.feedback.pulse.pulse import Pulse
from tests.support.forms import site
from tests.support.links import anybody, link_to
from tests.support.memory import MemoryStore
from tests.unit.feedback.examples import after, cancelled, held
from tests.unit.feedback.pages.test_pulse_pages import PEOPLE


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore(*PEOPLE, replace(after(held(1), cancelled(2)), raised=()))


@pytest.fixture
def app(store: MemoryStore) -> FastAPI:
    return site(router, store=store, service="feedback")


async def answers(store: MemoryStore) -> list[tuple[str, int, int]]:
    found = await store.all(Pulse, {})
    return [(each.participant_id, each.answer.feeling, each.answer.useful) for each in found]


async def test_one_link_and_one_choice_are_the_answer(app: FastAPI, store: MemoryStore) -> None:
    at_ease, not_at_all = (link_to(app, "pulse", "s1", "mentor", chosen=chosen) for chosen in "41")
    async with anybody(app) as reader:
        page = (await reader.get(at_ease)).text
        assert "How you felt: At ease" in page
        assert await answers(store) == []
        assert "Please choose one of the answers." in (await reader.post(at_ease, data={"chosen": "9"})).text
        assert "Nobody but you can read" in (await reader.post(at_ease, data={"chosen": "5"})).text
        assert "This is done already" in (await reader.post(not_at_all, data={"chosen": "1"})).text
    assert await answers(store) == [("mentor", 4, 5)]


@pytest.mark.parametrize(
    ("session", "who", "chosen"),
    [("s1", "stranger", "4"), ("s2", "mentor", "4"), ("s9", "mentor", "4"), ("s1", "mentor", "7")],
)
async def test_nothing_else_is_answered(app: FastAPI, store: MemoryStore, session: str, who: str, chosen: str) -> None:
    link = link_to(app, "pulse", session, who, chosen=chosen)
    async with anybody(app) as reader:
        for answer in (await reader.get(link), await reader.post(link, data={"chosen": "5"})):
            assert answer.status_code == 409
    assert await answers(store) == []
