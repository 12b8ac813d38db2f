"""Errors as problem documents (RFC 9457): a code and facts for programs, and a sentence in the reader's language."""

from collections.abc import Callable, Mapping
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
from shared.domain.marking import _
from shared.language.reasons import Failure
from shared.loops import is_transient
from shared.settings import Settings
from shared.store.mongodb import PyMongoError
from shared.web.access import Caller, Forbidden, NoKeys, Unauthenticated
from shared.web.faults import explained
from shared.web.sentences import Sentences
from shared.web.wording import Say, reader

log = structlog.get_logger()

AGAIN = _("Try again in a moment")


class TooLarge(Failure):
    """More was sent than is taken at once: 413."""


KINDS: Mapping[type[Failure], tuple[int, str]] = {
    Unauthenticated: (401, _("Sign in first")),
    Forbidden: (403, _("Not allowed")),
    Absent: (404, _("Not found")),
    Refused: (409, _("Refused")),
    TooLarge: (413, _("Content Too Large")),
    Conflict: (503, _("Busy")),
    NoKeys: (503, AGAIN),
}
"""What it is over HTTP, and what it is called."""

PHRASES: Mapping[int, tuple[str, str]] = {
    400: ("bad-request", _("Bad Request")),
    404: ("not-found", _("Not Found")),
    405: ("method-not-allowed", _("Method Not Allowed")),
    413: ("content-too-large", _("Content Too Large")),
}
"""The same of what the web framework answers by itself, whose details are these phrases too, or these:"""
DETAILS = {_("There was an error parsing the body")}

AWAY = _("Broker or database do not answer at the moment.")
OUR_FAULT = _("Our fault")
RECORDED = _("Something went wrong here. It was recorded; trying again may help.")
NOT_VALID = _("Not valid")

OTHERS: Mapping[str, tuple[int, str, str]] = {
    "away": (503, AGAIN, AWAY),
    "our-fault": (500, OUR_FAULT, RECORDED),
}
"""Code → what else can be answered."""


def explain_errors(app: FastAPI, settings: Settings, sentences: Sentences | None = None) -> None:
    """Turn every kind of failure into its problem document, in these sentences or those of shared alone."""
    app.state.sentences = sentences or Sentences()
    for kind in KINDS:
        app.add_exception_handler(kind, _failure)
    app.add_exception_handler(Unauthenticated, _unauthenticated(settings.sign_in_url))
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    for away in (KafkaError, PyMongoError, TimeoutError):
        app.add_exception_handler(away, _away)
    app.add_exception_handler(Exception, _unexpected)


Answer = Callable[[Request, Any], Response]


def _failure(request: Request, error: Any) -> Response:
    status, title = next(KINDS[kind] for kind in type(error).__mro__ if kind in KINDS)
    caller: Caller | None = getattr(request.state, "caller", None)
    you = caller is not None and error.about is not None and caller.person_id == error.about
    detail = _sentences(request).explain(error.reason, reader(request), you=you)
    return _problem(request, status, title, detail, code=error.reason.code, facts=error.reason.plain_facts)


def _problem(request: Request, status: int, title: str, detail: str, **more: Any) -> JSONResponse:
    """``title`` is marked, ``detail`` is in the reader's language already."""
    body = {"status": status, "title": _say(request)(title), "detail": detail, **more}
    headers = {"Content-Language": reader(request), "Vary": "Accept-Language"}
    return JSONResponse(body, status, headers, media_type="application/problem+json")


def _sentences(request: Request) -> Sentences:
    sentences: Sentences = request.app.state.sentences
    return sentences


def _say(request: Request) -> Say:
    return _sentences(request).say(reader(request))


def _unauthenticated(sign_in_url: str) -> Answer:
    def answer(request: Request, error: Any) -> Response:
        if sign_in_url and request.method == "GET" and "text/html" in request.headers.get("accept", ""):
            return RedirectResponse(f"{sign_in_url}?then={quote(request.url.path)}", 303)
        response = _failure(request, error)
        response.headers["WWW-Authenticate"] = "Bearer"
        return response

    return answer


def _invalid(request: Request, error: Any) -> Response:
    sentences, language = _sentences(request), reader(request)
    fields = [{"field": _field(e), **explained(e, sentences, language)} for e in error.errors()]
    detail = "; ".join(f"{f['field']}: {f['problem']}" for f in fields)
    return _problem(request, 422, NOT_VALID, detail, code="not-valid", facts={}, fields=fields)


def _field(error: Any) -> str:
    """Where it is wrong; what is not JSON has no fields, only a place."""
    if error["type"] == "json_invalid":
        return f"body, character {error['loc'][-1]}"
    return ".".join(str(part) for part in error["loc"] if part != "body") or "body"


def _http(request: Request, error: Any) -> Response:
    status, said = error.status_code, str(error.detail)
    phrase = HTTPStatus(status).phrase
    code, title = PHRASES.get(status, (phrase.lower().replace(" ", "-"), phrase))
    ours = said in DETAILS or said in (title, phrase)
    detail = _say(request)(title if said == phrase else said) if ours else said
    response = _problem(request, status, title, detail, code=code, facts={})
    response.headers.update(error.headers or {})
    return response


def _other(request: Request, code: str) -> JSONResponse:
    status, title, detail = OTHERS[code]
    return _problem(request, status, title, _say(request)(detail), code=code, facts={})


def _away(request: Request, error: Any) -> Response:
    if not is_transient(error):
        raise error
    response = _other(request, "away")
    response.headers["Retry-After"] = "2"
    return response


def _unexpected(request: Request, __: Any) -> Response:
    return _other(request, "our-fault")
