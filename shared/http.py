"""What every service's HTTP side has in common: dependencies, errors as problem documents (RFC 9457), metrics."""

import time
from collections.abc import Callable
from http import HTTPMethod, HTTPStatus
from typing import Annotated, Any
from urllib.parse import quote

import structlog
from aiokafka.errors import KafkaError
from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse
from pymongo.errors import PyMongoError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.access import Forbidden, NoKeys, Unauthenticated, person_id
from shared.errors import Absent, Conflict, Refused, is_transient
from shared.label_sets import NO_ROUTE
from shared.settings import Settings
from shared.store import Store
from shared.telemetry import Telemetry
from shared.tracing import Tracing

log = structlog.get_logger()

METHODS = frozenset(HTTPMethod)
"""Anything else shares one metric label, so that nobody can make labels up."""


async def _store(request: Request) -> Store:
    store: Store = request.app.state.store
    return store


async def _pseudonym(request: Request) -> Callable[[str], str]:
    settings: Settings = request.app.state.settings
    key = settings.pseudonym_key.get_secret_value()
    return lambda employee_id: person_id(employee_id, key)


Database = Annotated[Store, Depends(_store)]
Pseudonym = Annotated[Callable[[str], str], Depends(_pseudonym)]
"""Turns an employee number into a person id."""


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


class Observed:
    """Counts and times every request by its route's pattern, never by what is in it, and keeps its trace."""

    def __init__(self, app: ASGIApp, telemetry: Telemetry, tracing: Tracing) -> None:
        self._app = app
        self._telemetry, self._tracing = telemetry, tracing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, streaming = 500, False
        began = time.perf_counter()

        async def seen(message: Message) -> None:
            nonlocal status, streaming
            if message["type"] == "http.response.start":
                status = message["status"]
                streaming = dict(message["headers"]).get(b"content-type", b"").startswith(b"text/event-stream")
            await send(message)

        try:
            caller = dict(scope["headers"]).get(b"traceparent", b"").decode("ascii", "ignore") or None
            with self._tracing.asked(caller) as step:
                await self._app(scope, receive, seen)
        except Exception:
            status = 500  # also when an answer that had begun well breaks off
            raise
        finally:
            route = getattr(scope.get("route"), "path", NO_ROUTE)
            method = scope["method"] if scope["method"] in METHODS else "other"
            self._telemetry.requests.labels(method, route, f"{status // 100}xx").inc()
            if not streaming:  # a stream lasts as long as somebody looks
                step.answered(method, route, status)
                self._telemetry.request_duration.labels(route).observe(time.perf_counter() - began)
