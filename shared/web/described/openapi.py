"""What OpenAPI says of a service: every status and media type a route can answer, worked out from what it declares."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from http import HTTPStatus
from inspect import getdoc, getmodule
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from pydantic import BaseModel, ConfigDict
from pydantic.json_schema import models_json_schema

from shared.web.access import Allow
from shared.web.dependencies import store_of
from shared.web.lists.lines import LINES
from shared.web.lists.paging import paging
from shared.web.problems import PROBLEM

Document = dict[str, Any]

LOOKS = frozenset({"GET", "HEAD"})
"""Methods that change nothing."""
FIRST = re.compile(r"[.;:](?:\s|$)")
"""Where the first part of a docstring ends."""
TO_ALL: Document = {"Content-Language": {"required": True, "schema": {"type": "string"}}}
LATER: Document = {"Retry-After": {"required": True, "description": "In seconds.", "schema": {"type": "integer"}}}
TO_SOME: Mapping[int, Document] = {
    401: {"WWW-Authenticate": {"required": True, "schema": {"type": "string", "const": "Bearer"}}},
    429: LATER,
    503: LATER,
}
"""Headers of problem documents."""

MEANINGS: Mapping[int, tuple[str, str]] = {
    400: ("Unreadable", "The request, or its body, cannot be read at all."),
    401: ("Unauthenticated", "There is no token, or none that is valid."),
    403: ("Forbidden", "The token is valid, but does not allow this."),
    404: ("Absent", "There is no such thing."),
    408: ("Late", "The request did not arrive in time."),
    409: ("Refused", "A rule says no: `code` and `facts` tell which."),
    413: ("TooLarge", "More was sent than is taken at once."),
    422: ("NotValid", "The request is not valid: `fields` tell where."),
    429: ("TooMany", "You have as much under way as anybody may."),
    431: ("HeadersTooLarge", "Address and headers are longer than is taken."),
    500: ("OurFault", "Our fault. It was recorded."),
    503: ("Away", "Busy, or broker, database or the issuer of tokens do not answer. Try again."),
}
"""What a problem document means, and how it is called in the document."""
OF_ANY = (400, 408, 431, 500, 503)
"""What is answered before anybody knows the route, and when anything fails."""
FOR_BROWSERS = "OrPage"
"""Added to the name where a browser that looks is shown a page."""
PAGE: Document = {"text/html": {"schema": {"type": "string"}}}
SIGN_IN: Document = {
    "description": "To the page where a browser without a valid token signs in, where there is one.",
    "headers": {"Location": {"required": True, "schema": {"type": "string"}}},
}

NEXT: Document = {
    "Link": {
        "description": "Where the next page begins (`rel=next`, relative), unless this is the last.",
        "schema": {"type": "string"},
    }
}
TOLD_IN_LINES: Document = {LINES: {"schema": {"type": "string"}}}
"""A list is told whole, an object a line, where that is accepted."""


class FieldProblem(BaseModel):
    """What is wrong with one field."""

    field: str
    problem: str
    code: str
    facts: Document


class Problem(BaseModel):
    """Why nothing came of a request (RFC 9457). All codes stand in docs/errors.md."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    status: int
    title: str
    detail: str
    """In the language that was asked for with Accept-Language."""
    code: str
    """What programs go by."""
    facts: Document
    """What ``detail`` names."""


class NotValid(Problem):
    """What is wrong with a request, field by field."""

    fields: list[FieldProblem]
    """The first of them."""
    fields_left_out: int
    """How many more there are."""


def told(app: FastAPI) -> Document:
    """FastAPI's document, made whole: what else every route answers, in words; tags in the order of the routes."""
    if app.openapi_schema is None:
        document = FastAPI.openapi(app)
        routes = [route for route in iter_route_contexts(app.routes) if _is_told(route)]
        for route in routes:
            for method in route.methods or ():
                _complete(document["paths"][route.path_format][method.lower()], route, method)
        document["tags"] = list(_tags(routes))
        _describe_problems(document.setdefault("components", {}))
    return app.openapi_schema or {}


def _is_told(route: RouteContext) -> bool:
    return isinstance(route.original_route, APIRoute) and bool(route.include_in_schema)


def _complete(operation: Document, route: RouteContext, method: str) -> None:
    responses = operation["responses"]
    responses.pop("422", None)  # FastAPI's own, which is never answered
    declared = [int(status) for status, answer in responses.items() if int(status) >= 400 and "content" not in answer]
    for status in declared:
        del responses[str(status)]
    if _pages(route):
        responses["200"]["headers"] = NEXT
        responses["200"]["content"] |= TOLD_IN_LINES
    page = FOR_BROWSERS if method in LOOKS else ""
    for status in sorted({*declared, *_statuses(operation, route, method)}):
        responses.setdefault(str(status), {"$ref": f"#/components/responses/{MEANINGS[status][0]}{page}"})
    if "401" in responses and page:
        responses["303"] = SIGN_IN
    operation["summary"] = FIRST.split(operation["description"], maxsplit=1)[0].replace("``", "")


def _statuses(operation: Document, route: RouteContext, method: str) -> Iterator[int]:
    """What it answers when nothing comes of it, beside what it declares itself."""
    asked, body, parameters = list(_asked(route.dependant)), "requestBody" in operation, operation.get("parameters", ())
    yield from OF_ANY
    if any(isinstance(each, Allow) for each in asked):
        yield from (401, 403, 422)
    if any(parameter["in"] == "path" for parameter in parameters):
        yield 404
    if body:
        yield from (413, 429)
    if paging in asked:
        yield 429
    if store_of in asked and method not in LOOKS:
        yield 409


def _pages(route: RouteContext) -> bool:
    return paging in _asked(route.dependant)


def _asked(dependant: Dependant) -> Iterator[Callable[..., Any] | None]:
    """Whatever is called before the route, at any depth."""
    for inner in dependant.dependencies:
        yield inner.call
        yield from _asked(inner)


def _tags(routes: Iterable[RouteContext]) -> Iterator[Document]:
    """Each with the first sentence of the module that has it first."""
    seen: set[str] = set()
    for route in routes:
        for tag in route.tags:
            if tag not in seen:
                seen.add(tag)
                yield {"name": tag, "description": (getdoc(getmodule(route.endpoint)) or "").partition("\n")[0]}


def _describe_problems(components: Document) -> None:
    schemas = components.setdefault("schemas", {})
    for obsolete in ("HTTPValidationError", "ValidationError"):
        schemas.pop(obsolete, None)
    models = [(Problem, "validation"), (NotValid, "validation")]
    _, described = models_json_schema(models, ref_template="#/components/schemas/{model}")  # type: ignore[arg-type]
    schemas.update(described["$defs"])
    components["responses"] = {
        name + page: _response(status, meaning, page)
        for status, (name, meaning) in MEANINGS.items()
        for page in ("", FOR_BROWSERS)
    }


def _response(status: int, meaning: str, page: str) -> Document:
    schema = NotValid if status == HTTPStatus.UNPROCESSABLE_ENTITY else Problem
    return {
        "description": meaning,
        "headers": {**TO_ALL, **TO_SOME.get(status, {})},
        "content": {PROBLEM: {"schema": {"$ref": f"#/components/schemas/{schema.__name__}"}}, **(PAGE if page else {})},
    }
