"""What people may ask of their sessions, and who may ask it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import SecretStr

from services.sessions.api.sessions import router
from services.sessions.app import service
from shared.language.registration import ParticipantWithdrawn, ProgrammeClosed, Withdrawal
from shared.language.sessions import SessionCancelled, SessionHeld
from shared.language.terms import Role
from shared.settings import Settings
from shared.web.access import Caller
from shared.web.door.tokens import Unauthenticated
from shared.web.problems import explain_errors
from tests.support.including import include
from tests.support.memory import MemoryStore
from tests.unit.sessions.support import NOW, hear, paired

PARTICIPANT, MANAGER = frozenset({"participant"}), frozenset({"manager"})
CALLERS = {
    "mentor": Caller("person-mentor", PARTICIPANT, frozenset()),
    "mentee": Caller("person-mentee", PARTICIPANT, frozenset()),
    "stranger": Caller("person-stranger", PARTICIPANT, frozenset()),
    "manager": Caller(None, MANAGER, frozenset({"FR", "GB"})),
    "french": Caller(None, MANAGER, frozenset({"FR"})),
    "everywhere": Caller(None, MANAGER, frozenset({"*"})),
    "operator": Caller(None, frozenset({"operator"}), frozenset()),
}


class KnownCallers:
    async def caller(self, token: str) -> Caller:
        if token not in CALLERS:
            raise Unauthenticated("unknown")
        return CALLERS[token]


class People:
    """Everybody asks through the same service."""

    def __init__(self, store: MemoryStore) -> None:
        app = FastAPI()
        settings = Settings(
            kafka_bootstrap_servers="nowhere",
            mongodb_url=SecretStr("nowhere"),
            token_issuer="https://issuer",
            token_keys="nowhere",
            pseudonym_key=SecretStr("0123456789abcdef"),
        )
        app.state.store, app.state.access, app.state.settings = store, KnownCallers(), settings
        explain_errors(app, settings, service.spoken)
        include(app, router)
        self.store, self._client = store, TestClient(app)

    def get(self, who: str, path: str, expect: int = 200, **params: Any) -> Any:
        response = self._client.get(path, params=params, headers={"Authorization": f"Bearer {who}"})
        assert response.status_code == expect, response.text
        return response.json()

    def post(self, who: str, path: str, body: Any = None, expect: int = 200) -> Any:
        response = self._client.post(path, json=body, headers={"Authorization": f"Bearer {who}"})
        assert response.status_code == expect, response.text
        return response.json()

    def first(self) -> dict[str, Any]:
        first: dict[str, Any] = self.get("mentor", "/pairs/pair/sessions")["sessions"][0]
        return first


@pytest.fixture
async def store() -> MemoryStore:
    return await paired()


@pytest.fixture
def people(store: MemoryStore) -> Iterator[People]:
    yield People(store)


def test_each_side_sees_its_own_local_time(people: People) -> None:
    found = people.get("mentee", "/pairs/pair/sessions")
    assert (len(found["sessions"]), found["shortfall"], found["ended"]) == (6, "", False)
    first = found["sessions"][0]
    assert first["starts_at"] == "2026-03-03T10:00:00Z"
    assert first["mentor"]["starts_at"] == "2026-03-03T11:00:00+01:00"
    assert first["mentee"]["starts_at"] == "2026-03-03T10:00:00Z"


def test_who_may_see_what(people: People) -> None:
    session = f"/sessions/{people.first()['session_id']}"
    for path in ("/pairs/pair/sessions", session):
        for who in ("mentor", "mentee", "manager"):
            people.get(who, path)
        for who in ("stranger", "french", "operator"):
            people.get(who, path, expect=403)
        people.get("nobody", path, expect=401)
    for who in ("mentor", "french", "operator"):
        people.get(who, "/programmes/programme/sessions", expect=403)
    people.get("manager", "/programmes/unknown/sessions", expect=404)


@pytest.mark.parametrize("path", ["/pairs/unknown/sessions", "/sessions/unknown"])
def test_whether_there_is_such_a_pair_is_told_to_those_alone_who_manage_everywhere(people: People, path: str) -> None:
    """Ids can be worked out from people's: whoever may not see it hears the same whether it is there or not."""
    people.get("everywhere", path, expect=404)
    theirs = people.get("french", "/pairs/pair/sessions", expect=403)
    for who in ("manager", "french", "stranger"):
        assert people.get(who, path, expect=403) == theirs


def test_a_manager_lists_a_programmes_sessions_by_state_and_time(people: People) -> None:
    every = people.get("manager", "/programmes/programme/sessions")
    assert [one["number"] for one in every] == [1, 2, 3, 4, 5, 6]
    bounds = {"starts_from": every[1]["starts_at"], "starts_before": every[3]["starts_at"]}
    some = people.get("manager", "/programmes/programme/sessions", **bounds)
    assert [one["number"] for one in some] == [2, 3]
    people.post("mentee", f"/sessions/{every[0]['session_id']}/cancel", {"because": "ill"})
    lost = people.get("manager", "/programmes/programme/sessions", state="cancelled")
    assert [(one["number"], one["because"]) for one in lost] == [(1, "ill")]
    people.get("manager", "/programmes/programme/sessions", expect=422, state="lost")
    people.get("manager", "/programmes/programme/sessions", expect=422, after="0001-01-01T00:00:00+14:00")


def test_held_is_for_the_two_and_counts_once(people: People) -> None:
    path = f"/sessions/{people.first()['session_id']}/held"
    people.post("mentor", path, expect=409)
    people.store.stopped.moment = NOW + timedelta(days=1)
    people.post("manager", path, expect=409)
    people.post("stranger", path, expect=403)
    assert people.post("mentee", path)["state"] == "held"
    assert people.post("mentor", path)["state"] == "held"
    confirmed = [event.confirmed_by for event in people.store.said if isinstance(event, SessionHeld)]
    assert confirmed == [Role.MENTEE]


def test_cancelled_it_counts_once_and_frees_the_time(people: People) -> None:
    first, second, *_ = people.get("mentor", "/pairs/pair/sessions")["sessions"]
    path = f"/sessions/{first['session_id']}/cancel"
    for who in ("mentor", "mentee", "manager"):
        assert people.post(who, path, {"because": "no-time"})["state"] == "cancelled"
    assert [event.by for event in people.store.said if isinstance(event, SessionCancelled)] == [Role.MENTOR]
    people.post("mentee", f"/sessions/{second['session_id']}/move", {"starts_at": first["starts_at"]})
    people.post("mentee", path, {"because": "pair-ended"}, expect=422)


def test_a_manager_cancels_without_a_role(people: People) -> None:
    people.post("manager", f"/sessions/{people.first()['session_id']}/cancel", {"because": "other"})
    assert [event.by for event in people.store.said if isinstance(event, SessionCancelled)] == [None]


@pytest.mark.parametrize(
    ("to", "sentence"),
    [
        ("2026-03-02T11:45:00Z", "already passed"),
        ("2026-03-04T08:00:00Z", "mentee's working hours"),
        ("2026-03-04T16:15:00Z", "Your working hours are 09:00 to 17:30 on Mon, Tue, Wed, Thu and Fri (Europe/Paris)."),
        ("2026-03-07T10:00:00Z", "working hours"),
        ("2026-04-06T10:00:00Z", "working hours"),  # Easter Monday
        ("2026-12-31T10:00:00Z", "before the programme ends"),
        ("2026-03-31T09:10:00Z", "You already have another session"),
    ],
)
def test_why_a_session_does_not_move(people: People, to: str, sentence: str) -> None:
    first = people.first()
    refusal = people.post("mentor", f"/sessions/{first['session_id']}/move", {"starts_at": to}, expect=409)
    assert sentence in refusal["detail"]
    assert people.first() == first


@pytest.mark.parametrize("to", ["2026-03-04T10:00:00", "2026-03-04T10:00:30Z", "9999-12-31T23:59:00-14:00", "soon"])
def test_what_is_no_time_is_not_valid(people: People, to: str) -> None:
    refusal = people.post("mentor", f"/sessions/{people.first()['session_id']}/move", {"starts_at": to}, expect=422)
    assert refusal["fields"][0]["field"] == "starts_at"


def test_moved_it_stands_in_both_diaries_at_its_new_time(people: People) -> None:
    first, second, *_ = people.get("mentor", "/pairs/pair/sessions")["sessions"]
    path = f"/sessions/{first['session_id']}/move"
    moved = people.post("mentor", path, {"starts_at": "2026-03-04T12:00:00+01:00"})
    assert moved["mentor"]["starts_at"] == "2026-03-04T12:00:00+01:00"
    assert moved["starts_at"] == "2026-03-04T11:00:00Z"
    said = len(people.store.said)
    assert people.post("mentee", path, {"starts_at": "2026-03-04T11:00:00Z"}) == moved
    assert len(people.store.said) == said
    other = f"/sessions/{second['session_id']}/move"
    people.post("mentee", other, {"starts_at": "2026-03-04T11:15:00Z"}, expect=409)
    people.post("mentee", other, {"starts_at": first["starts_at"]})


async def test_nothing_moves_in_a_programme_that_is_over_or_for_people_who_left(store: MemoryStore) -> None:
    people = People(store)
    move = f"/sessions/{people.first()['session_id']}/move", {"starts_at": datetime.isoformat(NOW + timedelta(days=2))}
    withdrawn = ParticipantWithdrawn(programme_id="programme", participant_id="mentee", because=Withdrawal.OWN_WISH)
    await hear(store, withdrawn)
    assert "withdrawn" in people.post("mentor", *move, expect=409)["detail"]
    await hear(store, ProgrammeClosed(programme_id="programme"))
    assert "programme is over" in people.post("mentor", *move, expect=409)["detail"]
