"""What every service's HTTP side has in common: dependencies, errors as problem documents (RFC 9457), metrics."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import structlog
from aiokafka.errors import KafkaError
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from starlette.exceptions import HTTPException

from shared.domain.errors import Absent, Conflict, Refused
from shared.loops import is_transient
from shared.settings import Settings
from shared.store.mongodb import PyMongoError
from shared.web.access import Forbidden, NoKeys, Unauthenticated

log = structlog.get_logger()


def problem(status: int, title: str, detail: str, **more: Any) -> JSONResponse:
    """An error people and programs can read."""
    body = {"status": status, "title": title, "detail": detail, **more}
    return JSONResponse(body, status, media_type="application/problem+json")


def explain_errors(app: FastAPI, settings: Settings) -> None:
    """Turn every kind of failure into its problem document."""
    plain = {Forbidden: (403, "Not allowed"), Absent: (404, "Not found"), Refused: (409, "Refused")}
    for kind, (status, title) in plain.items():
        app.add_exception_handler(kind, _plain(status, title))
    app.add_exception_handler(Conflict, _plain(503, "Busy"))
    app.add_exception_handler(NoKeys, _plain(503, "Try again in a moment"))
    app.add_exception_handler(Unauthenticated, _unauthenticated(settings.sign_in_url))
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    for away in (KafkaError, PyMongoError, TimeoutError):
        app.add_exception_handler(away, _away)
    app.add_exception_handler(Exception, _unexpected)


Answer = Callable[[Request, Any], Response]


def _plain(status: int, title: str) -> Answer:
    return lambda _, error: problem(status, title, str(error))


def _unauthenticated(sign_in_url: str) -> Answer:
    def answer(request: Request, error: Any) -> Response:
        if sign_in_url and request.method == "GET" and "text/html" in request.headers.get("accept", ""):
            return RedirectResponse(f"{sign_in_url}?then={quote(request.url.path)}", 303)
        response = problem(401, "Sign in first", str(error))
        response.headers["WWW-Authenticate"] = "Bearer"
        return response

    return answer


def _invalid(_: Request, error: Any) -> Response:
    fields = [{"field": _field(e), "problem": e["msg"]} for e in error.errors()]
    return problem(422, "Not valid", "; ".join(f"{f['field']}: {f['problem']}" for f in fields), fields=fields)


def _field(error: Any) -> str:
    """Where it is wrong; what is not JSON has no fields, only a place."""
    if error["type"] == "json_invalid":
        return f"body, character {error['loc'][-1]}"
    return ".".join(str(part) for part in error["loc"] if part != "body") or "body"


def _http(_: Request, error: Any) -> Response:
    response = problem(error.status_code, HTTPStatus(error.status_code).phrase, str(error.detail))
    response.headers.update(error.headers or {})
    return response


def _away(_: Request, error: Any) -> Response:
    if not is_transient(error):
        raise error
    response = problem(503, "Try again in a moment", "Broker or database do not answer at the moment.")
    response.headers["Retry-After"] = "2"
    return response


def _unexpected(_: Request, __: Any) -> Response:
    return problem(500, "Our fault", "Something went wrong here. It was recorded; trying again may help.")
