"""A problem document tells programs a code and facts, and people a sentence in their language that is said to them."""

from datetime import date
from typing import Any

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient

from shared.domain.errors import Absent, Conflict, Refused
from shared.domain.marking import Addressed, ngettext
from shared.language.reasons import AnyOf, Failure
from shared.web.access import Caller, Forbidden
from shared.web.door.tokens import NoKeys, Unauthenticated
from shared.web.problems import explain_errors
from shared.web.sentences import Sentences
from tests.support.apps import settings_for
from tests.support.tokens import ISSUED_BY

SENTENCES = Sentences(
    {
        "left-on": Addressed(you="You left on %(day)s.", others="Somebody left on %(day)s."),
        "lost": ngettext("One session was lost.", "%(count)s sessions were lost."),
        "needs": "This needs the role %(roles)s.",
    },
    {},
)


def answered(error: Failure, person_id: str | None = None, **headers: str) -> Any:
    app = FastAPI()
    explain_errors(app, settings_for(ISSUED_BY), SENTENCES)

    @app.get("/")
    def refused(request: Request) -> None:
        if person_id:
            request.state.caller = Caller(person_id, frozenset(), frozenset())
        raise error

    return TestClient(app).get("/", headers=headers)


def test_it_has_its_code_and_facts_beside_the_sentence() -> None:
    answer = answered(Refused("left-on", day=date(2026, 3, 2)))
    assert (answer.status_code, answer.headers["content-type"]) == (409, "application/problem+json")
    assert answer.headers["content-language"] == "en"
    assert answer.json() == {
        "status": 409,
        "title": "Refused",
        "detail": "Somebody left on 2 March 2026.",
        "code": "left-on",
        "facts": {"day": "2026-03-02"},
    }


@pytest.mark.parametrize(("reader", "sentence"), [("p1", "You left"), ("p2", "Somebody left"), (None, "Somebody left")])
def test_it_says_you_to_whoever_it_is_about_and_names_nobody(reader: str | None, sentence: str) -> None:
    answer = answered(Refused("left-on", about="p1", day="Monday"), reader)
    assert answer.json()["detail"] == f"{sentence} on Monday."
    assert "p1" not in answer.text


@pytest.mark.parametrize(
    ("kind", "status"),
    [(Unauthenticated, 401), (Forbidden, 403), (Absent, 404), (Refused, 409), (Conflict, 503), (NoKeys, 503)],
)
def test_every_kind_has_its_status(kind: type[Failure], status: int) -> None:
    assert answered(kind("lost", count=2)).json() | {"title": ""} == {
        "status": status,
        "title": "",
        "detail": "2 sessions were lost.",
        "code": "lost",
        "facts": {"count": 2},
    }


def test_facts_are_as_json_has_them() -> None:
    told = answered(Forbidden("needs", roles=AnyOf(("manager", "operator")))).json()
    assert told["facts"] == {"roles": ["manager", "operator"]}
    assert told["detail"] == "This needs the role manager or operator."


def test_a_code_without_a_sentence_is_told_by_its_code() -> None:
    told = answered(Absent("of-tomorrow", secret="x")).json()
    assert (told["code"], told["detail"]) == ("of-tomorrow", "This is not possible (of-tomorrow).")


def test_in_logs_it_is_one_line_without_whom_it_is_about() -> None:
    assert str(Refused("left-on", about="p1", day=date(2026, 3, 2))) == "left-on day=2026-03-02"


@pytest.mark.parametrize(
    ("method", "path", "status", "allowed"), [("POST", "/", 405, "GET, PUT"), ("GET", "/x", 404, None)]
)
def test_a_method_that_is_not_for_this_address_is_answered_with_all_that_are(
    method: str, path: str, status: int, allowed: str | None
) -> None:
    app = FastAPI()
    explain_errors(app, settings_for(ISSUED_BY), SENTENCES)
    app.get("/")(lambda: None)
    app.put("/")(lambda: None)
    answer = TestClient(app).request(method, path)
    assert (answer.status_code, answer.headers.get("allow")) == (status, allowed)
