"""Managers of all of a programme say over HTTP who is told how it goes; nobody else sees an address."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from services.registration.programmes.contact import MOST_CONTACTS
from services.registration.programmes.programme import Programme, Stage
from tests.support.letters import contact
from tests.support.memory import MemoryStore
from tests.unit.registration.api.people import app_of
from tests.unit.registration.samples import NOW, programme

PATH = "/programmes/spring/contacts"
LEAD = {"email": "lead@x.example", "language": "en", "time_zone": "Europe/Paris", "weekly": True}
OTHER = {**LEAD, "email": "other@x.example", "weekly": False}
WHO_MAY_NOT = ["somebody", "british", "italian", "operator"]


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore(programme().told_to([contact()]), now=NOW)


def get(store: MemoryStore, who: str = "manager", path: str = PATH) -> Any:
    return TestClient(app_of(store)).get(path, headers={"Authorization": f"Bearer {who}"})


def put(store: MemoryStore, *contacts: dict[str, Any], who: str = "manager", path: str = PATH) -> Any:
    said = {"contacts": list(contacts)}
    return TestClient(app_of(store)).put(path, headers={"Authorization": f"Bearer {who}"}, json=said)


async def kept(store: MemoryStore) -> list[str]:
    [found] = await store.all(Programme, {})
    return [each.email for each in found.contacts]


async def test_those_who_are_said_are_told_and_nobody_else(store: MemoryStore) -> None:
    assert get(store).json() == {"contacts": [LEAD]}
    changed = put(store, OTHER)
    assert (changed.status_code, changed.json()) == (200, {"contacts": [OTHER]})
    assert get(store).json() == {"contacts": [OTHER]}
    assert put(store).json() == {"contacts": []}
    assert await kept(store) == []


@pytest.mark.parametrize("who", WHO_MAY_NOT)
async def test_they_are_for_whoever_manages_all_of_its_countries(store: MemoryStore, who: str) -> None:
    for refused in (get(store, who), put(store, OTHER, who=who)):
        assert refused.status_code == 403
        assert "x.example" not in refused.text
    assert await kept(store) == ["lead@x.example"]


async def test_who_manages_its_only_country_may() -> None:
    british = MemoryStore(programme(countries=("GB",)), now=NOW)
    assert put(british, LEAD, who="british").status_code == 200
    assert get(british, "british").json() == {"contacts": [LEAD]}
    assert put(british, OTHER, who="italian").status_code == 403
    assert await kept(british) == ["lead@x.example"]


async def test_there_is_room_for_few(store: MemoryStore) -> None:
    many = [{**LEAD, "email": f"{number}@x.example"} for number in range(MOST_CONTACTS + 1)]
    assert put(store, *many).status_code == 422
    assert await kept(store) == ["lead@x.example"]
    assert len(put(store, *many[1:]).json()["contacts"]) == MOST_CONTACTS


@pytest.mark.parametrize(
    "written", ["lead@x.example", "LEAD@X.example", "\N{FULLWIDTH LATIN SMALL LETTER L}ead@x.example"]
)
async def test_an_address_is_told_once_however_it_is_written(store: MemoryStore, written: str) -> None:
    again = {**LEAD, "email": written, "language": "fr"}
    assert put(store, LEAD, again).json() == {"contacts": [again]}


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "a@b"},
        {"email": ""},
        {"email": None},
        {"language": "english"},
        {"time_zone": "Mars/Olympus"},
        {"time_zone": ""},
        {"weekly": "perhaps"},
    ],
)
async def test_what_nobody_could_write_to_is_not_kept_and_the_rest_of_it_neither(
    store: MemoryStore, wrong: dict[str, Any]
) -> None:
    refused = put(store, OTHER, {**LEAD, **wrong})
    assert refused.status_code == 422
    assert await kept(store) == ["lead@x.example"]


@pytest.mark.parametrize("left_out", ["email", "language", "time_zone"])
async def test_what_is_needed_for_writing_is_asked_for(store: MemoryStore, left_out: str) -> None:
    assert put(store, {name: value for name, value in LEAD.items() if name != left_out}).status_code == 422


def test_of_a_programme_that_does_not_exist_nobody_is_told(store: MemoryStore) -> None:
    path = "/programmes/autumn/contacts"
    assert get(store, path=path).status_code == put(store, LEAD, path=path).status_code == 404
    assert get(store, "somebody", path).status_code == 403


async def test_of_one_that_has_ended_nobody_is_told() -> None:
    ended = MemoryStore(programme(Stage.ENDED), now=NOW)
    refused = put(ended, LEAD)
    assert (refused.status_code, refused.json()["code"]) == (409, "programme-has-ended")
    assert get(ended).json() == {"contacts": []}


async def test_a_draft_may_have_them(store: MemoryStore) -> None:
    draft = MemoryStore(programme(Stage.DRAFT), now=NOW)
    assert put(draft, LEAD).status_code == 200
    assert await kept(draft) == ["lead@x.example"]


def test_they_stand_in_nothing_else_that_is_told_of_the_programme(store: MemoryStore) -> None:
    for path in ("/programmes/spring", "/programmes"):
        assert "x.example" not in get(store, path=path).text
