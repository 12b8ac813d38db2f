"""What operators do about webhooks, over HTTP too: only what was given up goes again, and each is acted upon once."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from services.registration.webhooks.delivery import Because, Delivery, Fate, Standing, digest_of
from services.registration.webhooks.recovering import spare_what_may_be_told
from tests.support.hooks import KINDS, endpoint
from tests.support.letters import MONDAY
from tests.support.memory import MemoryStore
from tests.unit.registration.api.people import ask

NOW = MONDAY + timedelta(hours=1)
WAITING = Delivery(
    id="event-1_chat",
    endpoint="chat",
    kind=KINDS[0],
    programme_id="spring",
    participant_id="junior",
    mentor_id="",
    mentee_id="",
    data={},
    happened_at=MONDAY,
    due_at=NOW,
)
GIVEN_UP = replace(WAITING.in_hand(MONDAY).given_up(Because.STOPPED, MONDAY), id="event-2_chat", answer="410")
PATH = "/operations/webhooks"


@pytest.fixture
def store() -> MemoryStore:
    stopped = Standing(id="chat", address=digest_of(endpoint()), stopped_at=MONDAY)
    return MemoryStore(WAITING, GIVEN_UP, stopped, now=NOW)


def test_they_are_listed_without_whom_they_are_about(store: MemoryStore) -> None:
    waiting, given_up = (ask(store, "operator", f"GET {PATH}?part={part}") for part in ("waiting", "given-up"))
    assert [each["id"] for each in waiting["webhooks"]] == [WAITING.id]
    facts = {"endpoint": "chat", "state": "given-up", "because": "endpoint-gone", "answer": "410", "attempts": 1}
    assert given_up["webhooks"][0].items() >= facts.items()
    assert "junior" not in json.dumps([waiting, given_up])
    assert ask(store, "operator", f"GET {PATH}/{WAITING.id}")["kind"] == KINDS[0]
    assert ask(store, "operator", f"GET {PATH}/none")["status"] == 404


@pytest.mark.parametrize("who", ["somebody", "manager"])
def test_they_are_for_nobody_else(store: MemoryStore, who: str) -> None:
    for what in (f"GET {PATH}", f"GET {PATH}/{WAITING.id}", f"POST {PATH}/{GIVEN_UP.id}/retry"):
        assert ask(store, who, what)["status"] == 403


async def test_what_was_given_up_goes_again_once_and_its_endpoint_is_tried_again(store: MemoryStore) -> None:
    assert ask(store, "operator", f"POST {PATH}/{GIVEN_UP.id}/retry") == {"outcome": "waiting"}
    assert ask(store, "operator", f"POST {PATH}/{GIVEN_UP.id}/retry")["code"] == "webhook-not-given-up"
    assert await store.ids(Standing, {}) == []
    [found] = await store.all(Delivery, {"_id": GIVEN_UP.id})
    assert (found.attempts, found.due_at, found.tried_at, found.because) == (0, NOW, None, None)


async def test_one_is_dropped_once(store: MemoryStore) -> None:
    for one in (WAITING, GIVEN_UP):
        assert ask(store, "operator", f"POST {PATH}/{one.id}/drop") == {"outcome": "dropped"}
        assert ask(store, "operator", f"POST {PATH}/{one.id}/drop")["code"] == "webhook-ended"
    assert ask(store, "operator", f"POST {PATH}/none/drop")["status"] == 404


async def test_after_a_restore_nothing_that_waits_in_the_copy_is_told(store: MemoryStore) -> None:
    await spare_what_may_be_told(store)
    assert {each.id: each.fate for each in await store.all(Delivery, {})} == {
        WAITING.id: Fate.SPARED,
        GIVEN_UP.id: Fate.GIVEN_UP,
    }
