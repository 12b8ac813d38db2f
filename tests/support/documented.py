"""Whatever a service answers in any test is what its OpenAPI document says: status, media type and headers."""

import re
from functools import cache
from typing import Any

import httpx
from fastapi import FastAPI

OURS = "Telemachus "
"""How the titles of services begin; applications of a test alone have others."""
_documents: dict[str, dict[str, Any]] = {}


def document_of(app: FastAPI) -> dict[str, Any]:
    """The document of a service; made once for all of its name."""
    if app.title not in _documents:
        _documents[app.title] = app.openapi()
    return _documents[app.title]


def must_be_documented(app: FastAPI, answer: httpx.Response) -> None:
    """Raises AssertionError for an answer that its operation does not tell of; other addresses are free."""
    if not app.title.startswith(OURS):
        return
    document = document_of(app)
    operation = _operation(document, answer.request.method.lower(), answer.request.url.path)
    if operation is None:
        return
    asked = f"{answer.request.method} {answer.request.url.path}: {answer.status_code}"
    told = operation["responses"].get(str(answer.status_code))
    assert told, f"{asked} is not documented"
    if "$ref" in told:
        told = document["components"]["responses"][told["$ref"].rpartition("/")[2]]
    media_type = answer.headers.get("content-type", "").partition(";")[0]
    assert media_type in told.get("content", {"": {}}), f"{asked} is not documented as {media_type}"
    promised = [name for name, header in told.get("headers", {}).items() if header.get("required")]
    missing = [name for name in promised if name not in answer.headers]
    assert not missing, f"{asked} lacks {missing}"


def _operation(document: dict[str, Any], method: str, path: str) -> dict[str, Any] | None:
    found = [template for template in document["paths"] if _pattern(template).fullmatch(path)]
    best = min(found, key=lambda template: template.count("{"), default="")
    operation: dict[str, Any] | None = document["paths"].get(best, {}).get(method)
    return operation


@cache
def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(template)))
