"""Errors as problem documents (RFC 9457): a code and facts for programs, and a sentence in the reader's language."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import structlog
from aiokafka.errors import KafkaError
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from shared.domain.errors import Absent, Conflict, Refused
from shared.domain.marking import _, ngettext
from shared.language.reasons import Failure
from shared.loops import is_transient
from shared.settings import Settings
from shared.store.mongodb import PyMongoError
from shared.telemetry.deeds import note_refusal
from shared.telemetry.label_sets import CLIENT_GONE
from shared.web.access import Caller, Forbidden
from shared.web.door.discovery import NoProvider
from shared.web.door.forgery import READS, Forged
from shared.web.door.provider import SIGN_IN, NotSignedIn
from shared.web.door.tokens import NoKeys, Unauthenticated
from shared.web.faults import told
from shared.web.frame.going import going, page_of
from shared.web.guarded import Full, TooLarge, TooMany
from shared.web.pages import Pages
from shared.web.sentences import Sentences
from shared.web.wording import HEARD, Say, reader

log = structlog.get_logger()

PAGES = Pages(__package__)

PROBLEM = "application/problem+json"
AGAIN = _("Try again in a moment")
SOON = "2"
"""Seconds after which trying again may help."""


KINDS: Mapping[type[Failure], tuple[int, str]] = {
    Unauthenticated: (401, _("Sign in first")),
    Forbidden: (403, _("Not allowed")),
    Forged: (403, _("Not allowed")),
    NotSignedIn: (400, _("You are not signed in")),
    NoProvider: (503, AGAIN),
    Absent: (404, _("Not found")),
    Refused: (409, _("Refused")),
    TooLarge: (413, _("Content Too Large")),
    TooMany: (429, _("Too Many Requests")),
    Full: (503, AGAIN),
    Conflict: (503, _("Busy")),
    NoKeys: (503, AGAIN),
}
"""What it is over HTTP, and what it is called."""

PHRASES: Mapping[int, tuple[str, str, str]] = {
    400: ("bad-request", _("Bad Request"), _("What was sent cannot be read.")),
    404: (
        "not-found",
        _("Not found"),
        _("There is nothing at this address: it was mistyped, or what stood here is gone."),
    ),
    405: ("method-not-allowed", _("Method Not Allowed"), _("This address cannot be used in that way.")),
}
"""The same of what the web framework answers by itself, with what is said of it."""

AWAY = _("Part of the system does not answer at the moment.")
OUR_FAULT = _("Our fault")
RECORDED = _("Something went wrong here. It was recorded; trying again may help.")
NOT_VALID = _("Not valid")
LEFT_OUT = ngettext("and %(count)s more", "and %(count)s more")

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
    for kind in (TooMany, Full):
        app.add_exception_handler(kind, _not_now)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.add_exception_handler(Unauthenticated, _unauthenticated(bool(settings.public_url)))
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    for away in (KafkaError, PyMongoError, TimeoutError):
        app.add_exception_handler(away, _away)
    app.add_exception_handler(Exception, _unexpected)


Answer = Callable[[Request, Any], Response]


def _failure(request: Request, error: Any) -> Response:
    status, title = next(KINDS[kind] for kind in type(error).__mro__ if kind in KINDS)
    caller: Caller | None = getattr(request.state, "caller", None)
    you = caller is not None and error.about in caller.ids
    detail = _sentences(request).explain(error.reason, reader(request), you=you)
    return _problem(request, status, title, detail, code=error.reason.code, facts=error.reason.plain_facts)


def _problem(request: Request, status: int, title: str, detail: str, **more: Any) -> Response:
    """``title`` is marked, ``detail`` is in the reader's language already. For whoever looks with a browser a page."""
    note_refusal(more["code"])
    body = {"status": status, "title": _say(request)(title), "detail": detail, **more}
    response: Response
    if _is_looking(request):
        response = PAGES.page(request, "problem.html", status=status, form=_form(request), problem=body)
    else:
        response = JSONResponse(body, status, media_type=PROBLEM)
    response.headers.update(
        {"Content-Language": reader(request), "Vary": f"Accept, {HEARD}", "Cache-Control": "no-store"}
    )
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = SOON
    return response


def _is_looking(request: Request) -> bool:
    """Whether a browser shows the answer to somebody; what is described for machines answers them as it says."""
    is_page = request.method in READS or not getattr(request.scope.get("route"), "include_in_schema", False)
    return is_page and "text/html" in request.headers.get("accept", "")


def _form(request: Request) -> str:
    """The page with the form that was sent; empty for whoever only looked."""
    return "" if request.method in READS else page_of(request)


def _sentences(request: Request) -> Sentences:
    sentences: Sentences = request.app.state.sentences
    return sentences


def _say(request: Request) -> Say:
    return _sentences(request).say(reader(request))


def _unauthenticated(browsers_sign_in: bool) -> Answer:
    def answer(request: Request, error: Any) -> Response:
        if browsers_sign_in and _is_looking(request):
            return going(request, sign_in(request))
        response = _failure(request, error)
        response.headers["WWW-Authenticate"] = "Bearer"
        return response

    return answer


def sign_in(request: Request) -> str:
    """Where somebody signs in and comes back to this very page, or to the one whose form was sent."""
    then = page_of(request)
    return f"{SIGN_IN}?then={quote(then)}"


def _not_now(request: Request, error: Any) -> Response:
    response = _failure(request, error)
    response.headers["Retry-After"] = "5"
    return response


def _gone(_: Request, __: Any) -> Response:
    """Whoever asked went away before all of it was here; nobody hears this, but it is counted."""
    return Response(status_code=CLIENT_GONE)


def _invalid(request: Request, error: Any) -> Response:
    errors = error.errors()
    fields = told(errors, _sentences(request), reader(request))
    said = [f"{field['field']}: {field['problem']}" for field in fields]
    if left_out := len(errors) - len(fields):
        said.append(_say(request)(LEFT_OUT, count=left_out))
    detail = "; ".join(said)
    return _problem(
        request, 422, NOT_VALID, detail, code="not-valid", facts={}, fields=fields, fields_left_out=left_out
    )


def _http(request: Request, error: Any) -> Response:
    why = error.__cause__  # FastAPI calls whatever happens while a body is read a bad request
    if isinstance(why, ClientDisconnect):
        return _gone(request, why)
    if isinstance(why, Failure):
        return _failure(request, why)
    if isinstance(why, RequestValidationError):
        return _invalid(request, why)
    status, said = error.status_code, str(error.detail)
    phrase = HTTPStatus(status).phrase
    code, title, detail = PHRASES.get(status, (phrase.lower().replace(" ", "-"), phrase, said))
    response = _problem(request, status, title, _say(request)(detail), code=code, facts={})
    response.headers.update(error.headers or {})
    if status == HTTPStatus.METHOD_NOT_ALLOWED and (allowed := _allowed(request)):
        response.headers["Allow"] = allowed
    return response


def _allowed(request: Request) -> str:
    """The methods of all routes of this address: who raises it knows the first one alone."""
    path = getattr(request.scope.get("route"), "path", None)
    routes = iter_route_contexts(request.app.routes)
    return ", ".join(sorted({method for route in routes if route.path == path for method in route.methods or ()}))


def _other(request: Request, code: str) -> Response:
    status, title, detail = OTHERS[code]
    return _problem(request, status, title, _say(request)(detail), code=code, facts={})


def _away(request: Request, error: Any) -> Response:
    if not is_transient(error):
        raise error
    return _other(request, "away")


def _unexpected(request: Request, __: Any) -> Response:
    return _other(request, "our-fault")
