"""OpenAPI tells the truth: whatever a route can answer is in the document, in the order in which people need it."""

from collections.abc import Iterator
from typing import Annotated, Any, get_args, get_origin, get_type_hints

import pytest
from fastapi import FastAPI
from openapi_spec_validator import validate
from pydantic import BaseModel, TypeAdapter, ValidationError

from deploy.services import SERVICES
from shared.service import Service
from tests.contract.test_access import app_of, asked_roles, routes
from tests.support.apps import client_of, signed_in
from tests.support.tokens import ISSUED_BY

every_service = pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
FIRST = {"registration": "participants", "matching": "pairs", "sessions": "sessions", "feedback": "pulse"}
"""What people do first."""
PROBLEM = "application/problem+json"
MANAGER = signed_in(ISSUED_BY, "manager", "operator", employee_id="e1", countries=["*"])


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


@every_service
def test_the_document_is_one(service: Service) -> None:
    validate(app_of(service).openapi())


@every_service
def test_every_failure_is_a_problem_document(service: Service) -> None:
    document = app_of(service).openapi()
    for name, operation in operations(document):
        for status, answer in operation["responses"].items():
            if int(status) >= 400 and not (status == "503" and "/health/" in name):
                described = document["components"]["responses"][answer["$ref"].rpartition("/")[2]]
                page = ["text/html"] if name.startswith("GET ") else []
                assert list(described["content"]) == [PROBLEM, *page], name
    assert "HTTPValidationError" not in document["components"]["schemas"]


@every_service
def test_what_a_route_declares_is_what_it_can_answer(service: Service) -> None:
    app = app_of(service)
    document = app.openapi()
    for route in routes(app):
        for method in route.methods or ():
            operation = document["paths"].get(route.path, {}).get(method.lower())
            if operation is None:
                continue
            statuses = set(operation["responses"])
            guarded, body = bool(asked_roles(route)), "requestBody" in operation
            assert statuses >= {"401", "403", "422", "503"} or not guarded, route.path
            assert "404" in statuses or "{" not in str(route.path), route.path
            assert ({"413", "429"} <= statuses) == body, route.path
            assert statuses >= {"400", "408", "431", "500", "503"}, route.path


@every_service
def test_it_begins_with_what_people_do_first_and_ends_with_operations(service: Service) -> None:
    document = app_of(service).openapi()
    tags = document["tags"]
    assert all(tag["description"].endswith(".") for tag in tags)
    assert (tags[0]["name"], tags[-1]["name"]) == (FIRST[service.name], "operations")
    for name, operation in operations(document):
        assert operation["summary"], name
        assert len(operation["tags"]) == 1, name
        assert set(operation["tags"]) <= {tag["name"] for tag in tags}, name


def test_the_file_to_import_is_a_body() -> None:
    [app] = (app_of(service) for service in SERVICES if service.name == "registration")
    operation = app.openapi()["paths"]["/programmes/{programme_id}/import"]["post"]
    assert list(operation["requestBody"]["content"]) == ["text/csv"]
    assert set(operation["responses"]["200"]["content"]) == {"application/json", "application/x-ndjson"}


def leaves(kind: Any, where: str) -> Iterator[tuple[str, Any]]:
    """Every number and truth value in what somebody may send, with what is said of it."""
    if (get_origin(kind) is Annotated and get_args(kind)[0] in FIGURES) or kind in FIGURES:
        yield where, kind
    elif isinstance(kind, type) and issubclass(kind, BaseModel):
        for name, inner in get_type_hints(kind, include_extras=True).items():
            if name in kind.model_fields:
                yield from leaves(inner, f"{where}.{name}")
    else:
        for inner in get_args(kind):
            yield from leaves(inner, where)


FIGURES = (bool, int, float)
TEXT: dict[type, str] = {bool: "yes", int: "3", float: "3.5"}


@every_service
def test_text_is_no_number_and_no_truth_in_any_body_and_neither_is_the_other(service: Service) -> None:
    bodies = [route.body_field for route in routes(app_of(service)) if getattr(route, "body_field", None)]
    found = {where: kind for body in bodies for where, kind in leaves(body.field_info.annotation, service.name)}
    assert found
    for where, kind in found.items():
        base = get_args(kind)[0] if get_args(kind) else kind
        for wrong in (TEXT[base], 1 if base is bool else True):
            with pytest.raises(ValidationError):
                TypeAdapter(kind).validate_python(wrong)
                pytest.fail(f"{where} takes {wrong!r}")


METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "QUERY")


@every_service
async def test_another_method_is_told_all_that_are_allowed(service: Service) -> None:
    app = app_of(service)
    async with client_of(app) as client:
        for path, methods in app.openapi()["paths"].items():
            allowed = {method.upper() for method in methods}
            for method in set(METHODS) - allowed:
                answer = await client.request(method, path.replace("{", "").replace("}", ""))
                assert answer.status_code == 405, (method, path)
                assert set(answer.headers["allow"].split(", ")) == allowed, (method, path)


async def asked(app: FastAPI, path: str) -> dict[str, Any]:
    async with client_of(app) as client:
        answer = await client.get(path, headers=MANAGER)
    told: dict[str, Any] = answer.json()
    return {"status": answer.status_code, **told}


@every_service
async def test_a_name_nobody_knows_in_a_query_is_refused(service: Service) -> None:
    told = await asked(app_of(service), "/operations/dead-letters?setled=true&limit=1")
    assert (told["status"], [each["field"] for each in told["fields"]]) == (422, ["query.setled"])


@every_service
async def test_a_slash_too_many_is_another_address(service: Service) -> None:
    assert (await asked(app_of(service), "/operations/lag/"))["status"] == 404
