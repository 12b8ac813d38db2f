"""Every list of every service is asked for in the same way, and none is answered whole by accident."""

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI

from deploy.lists import LINES
from deploy.services import SERVICES
from shared.web.lists.paging import MOST, USUAL
from tests.support.apps import new_issuer, settings_for

Operation = dict[str, Any]

LISTS = {
    ("registration", "/programmes"),
    ("registration", "/programmes/{programme_id}/participants"),
    ("registration", "/erasures"),
    ("registration", "/operations/letters"),
    ("registration", "/operations/webhooks"),
    ("matching", "/programmes/{programme_id}/pairs"),
    ("matching", "/programmes/{programme_id}/waiting"),
    ("matching", "/programmes/{programme_id}/rounds"),
    ("matching", "/rounds/{round_id}/pairs"),
    ("matching", "/rounds/{round_id}/left-over"),
    ("matching", "/rounds/{round_id}/compare/{other_id}"),
    ("sessions", "/programmes/{programme_id}/sessions"),
    ("feedback", "/programmes/{programme_id}/alarms"),
    *((service.name, "/operations/dead-letters") for service in SERVICES),
}


@pytest.fixture(scope="module")
def apps() -> dict[str, FastAPI]:
    issuer = new_issuer()
    return {service.name: service.app(settings_for(issuer)) for service in SERVICES}


@pytest.fixture(scope="module")
def looks(apps: dict[str, FastAPI]) -> dict[tuple[str, str], Operation]:
    return {
        (name, path): methods["get"]
        for name, app in apps.items()
        for path, methods in app.openapi()["paths"].items()
        if "get" in methods
    }


def _parameters(operation: Operation) -> dict[str, Any]:
    return {each["name"]: each for each in operation.get("parameters", ())}


def _answer(operation: Operation) -> Any:
    return operation["responses"]["200"].get("content", {}).get("application/json", {}).get("schema", {})


def _views(schema: Any, document: Any, seen: frozenset[str] = frozenset()) -> Iterator[Any]:
    """Every object that stands in an answer, at any depth."""
    if isinstance(schema, list):
        for each in schema:
            yield from _views(each, document, seen)
    elif isinstance(schema, dict):
        if (ref := schema.get("$ref")) and ref not in seen:
            yield from _views(document["components"]["schemas"][ref.rpartition("/")[2]], document, seen | {ref})
        if "properties" in schema:
            yield schema
        for each in schema.values():
            yield from _views(each, document, seen)


def test_these_are_the_lists(looks: dict[tuple[str, str], Operation]) -> None:
    assert {where for where, operation in looks.items() if "after" in _parameters(operation)} == LISTS


def test_nothing_else_is_answered_as_a_list(looks: dict[tuple[str, str], Operation]) -> None:
    listed = {where for where, operation in looks.items() if _answer(operation).get("type") == "array"}
    assert listed <= LISTS


@pytest.mark.parametrize("where", sorted(LISTS), ids=" ".join)
def test_each_has_the_same_parameters_headers_and_ways_to_be_told(
    where: tuple[str, str], looks: dict[tuple[str, str], Operation]
) -> None:
    operation = looks[where]
    asked = _parameters(operation)
    assert asked["limit"]["schema"].items() >= {"minimum": 1, "maximum": MOST, "default": USUAL}.items()
    assert (asked["after"]["schema"]["type"], asked["after"]["required"]) == ("string", False)
    told = operation["responses"]["200"]
    assert "Link" in told["headers"]
    assert set(told["content"]) == {"application/json", LINES}
    assert "429" in operation["responses"]


def test_no_line_can_be_taken_for_one_that_says_why_the_list_broke_off(
    apps: dict[str, FastAPI], looks: dict[tuple[str, str], Operation]
) -> None:
    views = [view for name, path in LISTS for view in _views(_answer(looks[name, path]), apps[name].openapi())]
    assert views
    assert [view["title"] for view in views if "failed" in view["properties"]] == []
