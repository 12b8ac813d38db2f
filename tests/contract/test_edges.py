"""Nothing that anybody sends holds the event loop, is answered at length, or comes back as a fault of ours.

Every body that any route takes is tried with a megabyte of whatever costs most, and every field with what is no value.
"""

import gc
import json
from collections.abc import Iterator
from functools import cache
from time import process_time
from typing import Any, get_args

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel, TypeAdapter
from starlette.types import Message

from deploy.services import SERVICES
from shared.language.values.value import Sent, Value
from shared.running.garbage import settle
from shared.web.faults import FAULTS
from shared.web.guarded import LARGEST_BODY, Guarded
from shared.web.problems import explain_errors
from shared.web.sentences import Sentences
from tests.support.apps import settings_for
from tests.support.nasty import NASTY, Schema, full_lists, lists, worst_of
from tests.support.tokens import ISSUED_BY

LONGEST_HOLD = 0.1
"""Seconds of the event loop."""
LONGEST_ANSWER = 64 * 1024
"""Bytes."""
SENTENCES = Sentences({code: text for each in SERVICES for code, text in each.spoken.by_code.items()})


@cache
def bodies() -> dict[str, Any]:
    """Route → what it takes; only the first of those that take the same."""
    found: dict[Any, str] = {}
    for service in SERVICES:
        for route in iter_route_contexts(service.app(settings_for(ISSUED_BY)).routes):
            if field := getattr(route, "body_field", None):
                found.setdefault(field.field_info.annotation, f"{service.name} {route.path_format}")
    return {route: annotation for annotation, route in found.items()}


def models(annotation: Any) -> Iterator[type[BaseModel]]:
    """All models in it, at any depth."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        for field in annotation.model_fields.values():
            yield from models(field.annotation)
    for inner in get_args(annotation):
        yield from models(inner)


@cache
def app_taking(route: str) -> FastAPI:
    """An application that takes the same body, and does nothing with it."""
    app, router = FastAPI(), APIRouter(route_class=Guarded)
    explain_errors(app, settings_for(ISSUED_BY), SENTENCES)

    async def take(body: Any) -> None: ...

    take.__annotations__["body"] = bodies()[route]
    router.post("/", status_code=204)(take)
    app.include_router(router)
    return app


async def sent(route: str, body: bytes) -> tuple[int, bytes, float]:
    """Status, answer, and for how many seconds of the processor it was worked on."""
    answer: list[Message] = []
    scope = {"type": "http", "method": "POST", "path": "/", "raw_path": b"/", "query_string": b"", "root_path": ""}
    scope |= {"headers": [(b"content-type", b"application/json")], "scheme": "http", "server": ("test", 80)}

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        answer.append(message)

    app = app_taking(route)
    began = process_time()
    await app(scope, receive, send)
    return answer[0]["status"], b"".join(each.get("body", b"") for each in answer[1:]), process_time() - began


@cache
def schema_of(route: str) -> Schema:
    """What it says of itself."""
    return TypeAdapter(bodies()[route]).json_schema()


async def assert_harmless(route: str, body: bytes) -> None:
    """Tried up to three times: a processor that others use too is sometimes slow."""
    for last in (False, False, True):
        status, answer, seconds = await sent(route, body)
        assert status in (204, 422)
        assert len(answer) < LONGEST_ANSWER
        if seconds < LONGEST_HOLD:
            break
        assert not last, f"{seconds:.3f} s for {body[:60]!r}"
    if status == 422:
        _must_be_told_well(json.loads(answer))


def _must_be_told_well(problem: Any) -> None:
    for field in problem["fields"]:
        code = field["code"]
        assert code in SENTENCES.by_code or code.replace("-", "_") in FAULTS
        assert field["problem"].isprintable()
        assert field["field"].isprintable()


@pytest.fixture(autouse=True, scope="module")
def collector() -> Iterator[None]:
    """As in a service; with all that tests have loaded, one look of Python's own takes a tenth of a second."""
    before = gc.get_threshold()
    settle()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


each_body = pytest.mark.parametrize("route", bodies())


@each_body
@pytest.mark.parametrize("kind", NASTY)
async def test_a_megabyte_of_anything_is_answered_at_once_and_in_short(route: str, kind: str) -> None:
    for body in worst_of(kind, schema_of(route), LARGEST_BODY):
        await assert_harmless(route, body)


@each_body
async def test_so_are_lists_as_long_as_may_be_with_nothing_right_in_them(route: str) -> None:
    for body in full_lists(schema_of(route)):
        await assert_harmless(route, body)


@each_body
def test_every_list_says_how_long_it_may_be(route: str) -> None:
    found = lists(schema_of(route), schema_of(route))
    assert [path for path, schema in found if "maxItems" not in schema] == []


@each_body
def test_every_body_is_of_our_bases(route: str) -> None:
    """None of its numbers is infinite, and no number of keys costs anything."""
    found = set(models(bodies()[route]))
    strict = {model for model in found if model.model_config.get("extra") == "forbid"}
    assert found
    assert [model for model in found if not issubclass(model, Sent | Value)] == []
    assert [model for model in strict if not issubclass(model, Sent)] == []
