"""Operators ask for letters over HTTP and on the command line: facts alone, and each is acted upon once."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from deploy.cli.answers import Failed
from deploy.cli.app import app as telemachus
from services.registration.notices.kinds import Kind
from services.registration.notices.letter import Because, Fate, Letter
from shared.domain.aggregate import Aggregate
from tests.support.letters import MONDAY, junior, letter, spring
from tests.support.memory import MemoryStore
from tests.unit.registration.api.people import app_of, ask

NOW = MONDAY + timedelta(days=1)
MOVED = replace(letter(Kind.MOVED), id="session-moved:session-1:mentor:2026-05-06T08:00:00+00:00")
REFUSED = replace(letter(Kind.PAIRED).in_hand(MONDAY), answer="550").given_up(Because.REFUSED, MONDAY)
PERSONAL = ("Ada", "Byron", "x.example", "person-", "participant_id", "facts")
Cli = Callable[..., tuple[int, Any]]


def kept(*things: Aggregate) -> MemoryStore:
    return MemoryStore(*junior(), spring(), *things, now=NOW)


@pytest.fixture
def store() -> MemoryStore:
    return kept(MOVED, REFUSED)


@pytest.fixture
def cli(store: MemoryStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> Cli:
    """The command, asking the same interface; returns its exit code and what it showed."""
    (tmp_path / "token").write_text("operator")
    monkeypatch.setattr("deploy.cli.asking.httpx.Client", lambda **_: TestClient(app_of(store)))
    environment = {"TELEMACHUS_URL": "http://{service}", "TELEMACHUS_TOKEN_FILE": str(tmp_path / "token")}

    def give(*words: str) -> tuple[int, Any]:
        result = CliRunner(env=environment).invoke(telemachus, ["letters", *words])
        if isinstance(result.exception, Failed):
            return result.exception.exit_code, str(result.exception)
        shown = result.stdout
        return result.exit_code, json.loads(shown) if "--json" in words and result.exit_code != 2 else shown

    return give


def test_what_stands_still_is_listed_with_its_facts_and_nothing_personal(store: MemoryStore) -> None:
    waiting = ask(store, "operator", "GET /operations/letters")
    assert [each["id"] for each in waiting["letters"]] == [MOVED.id]
    [given_up] = ask(store, "operator", "GET /operations/letters?part=given-up")["letters"]
    facts = {"kind": "paired", "state": "given-up", "because": "refused", "attempts": 1, "answer": "550"}
    assert given_up.items() >= facts.items()
    told = json.dumps([waiting, given_up])
    assert [each for each in PERSONAL if each in told] == []


def test_one_that_cannot_be_read_hides_no_other(store: MemoryStore) -> None:
    kept = store.shelves.documents[Letter]
    kept["spoilt"] = kept[MOVED.id] | {"_id": "spoilt", "kind": "of-tomorrow"}
    waiting = ask(store, "operator", "GET /operations/letters")
    assert ([each["id"] for each in waiting["letters"]], waiting["total"]) == ([MOVED.id], 2)


def test_one_is_shown_by_its_id_whatever_stands_in_it(store: MemoryStore) -> None:
    path = f"/operations/letters/{quote(MOVED.id, safe='')}"
    assert ask(store, "operator", f"GET {path}")["id"] == MOVED.id
    assert ask(store, "operator", "GET /operations/letters/none")["status"] == 404
    assert ask(store, "operator", f"GET /operations/letters/{'x' * 301}")["status"] == 422


@pytest.mark.parametrize("who", ["somebody", "manager"])
def test_they_are_for_nobody_else(store: MemoryStore, who: str) -> None:
    for what in ("GET /operations/letters", f"POST /operations/letters/{REFUSED.id}/retry"):
        assert ask(store, who, what)["status"] == 403


async def test_a_letter_goes_again_once(store: MemoryStore) -> None:
    path = f"POST /operations/letters/{REFUSED.id}/retry"
    assert ask(store, "operator", path) == {"outcome": "waiting"}
    again = ask(store, "operator", path)
    assert (again["status"], again["code"]) == (409, "letter-not-given-up")


async def test_a_letter_is_withdrawn_once(store: MemoryStore) -> None:
    path = f"POST /operations/letters/{quote(MOVED.id, safe='')}/drop"
    assert ask(store, "operator", path) == {"outcome": "withdrawn"}
    assert ask(store, "operator", path)["code"] == "letter-ended"
    found = {each.id: each.fate for each in await store.all(Letter, {})}
    assert found[MOVED.id] is Fate.WITHDRAWN


def test_the_command_lists_and_shows_them(cli: Cli) -> None:
    assert cli("list", "--json")[1]["total"] == 1
    code, shown = cli("list", "--given-up")
    assert code == 0 and REFUSED.id in shown and "550" in shown
    assert cli("show", MOVED.id, "--json")[1]["kind"] == "session-moved"
    assert "session-moved" in cli("show", MOVED.id)[1]
    assert cli("show", "none")[0] == 1


def test_the_command_lets_all_go_again_and_says_what_was_refused(cli: Cli) -> None:
    assert cli("retry", "--all", "--json") == (0, [{"id": REFUSED.id, "outcome": "waiting"}])
    code, outcomes = cli("retry", REFUSED.id, "--json")
    assert (code, outcomes[0]["outcome"]) == (1, "refused")
    assert cli("retry")[0] == 2, "neither some nor all"
    assert cli("retry", "x", "--all")[0] == 2


async def test_the_command_asks_before_it_withdraws(cli: Cli, store: MemoryStore) -> None:
    assert cli("drop", "--all")[0] == 1, "nobody said yes"
    assert cli("drop", MOVED.id, REFUSED.id, "--yes", "--json")[0] == 0
    assert {each.because for each in await store.all(Letter, {})} == {Because.OPERATOR}
    assert cli("list")[1].strip() == "There are none."
