"""Every request counted and timed, and kept in its trace; and a line in the log for each that may change something."""

import time
from functools import partial
from http import HTTPMethod, HTTPStatus

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.telemetry.deeds import Deed, doing
from shared.telemetry.label_sets import CLIENT_GONE, NO_ROUTE, status_label
from shared.telemetry.metrics import Telemetry
from shared.telemetry.tracing import Tracing
from shared.web.access import Caller

log = structlog.get_logger()

METHODS = frozenset(HTTPMethod)
"""Anything else shares one metric label, so that nobody can make labels up."""


CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class Observed:
    """Counts and times every request by its route's pattern, never by what is in it, and keeps its trace."""

    def __init__(self, app: ASGIApp, telemetry: Telemetry, tracing: Tracing, service: str = "") -> None:
        self._app, self._service = app, service
        self._telemetry, self._tracing = telemetry, tracing

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, streaming = 500, False
        began, deed = time.perf_counter(), Deed()

        async def seen(message: Message) -> None:
            nonlocal status, streaming
            if message["type"] == "http.response.start":
                status = message["status"]
                streaming = dict(message["headers"]).get(b"content-type", b"").startswith(b"text/event-stream")
            await send(message)

        try:
            caller = dict(scope["headers"]).get(b"traceparent", b"").decode("ascii", "ignore") or None
            with self._tracing.asked(caller) as step, doing(deed):
                await self._app(scope, receive, seen)
        except Exception:
            status = 500  # also when an answer that had begun well breaks off
            raise
        finally:
            route = getattr(scope.get("route"), "path", NO_ROUTE)
            method = scope["method"] if scope["method"] in METHODS else "other"
            self._telemetry.requests.labels(method, route, status_label(status)).inc()
            if not streaming:  # a stream lasts as long as somebody looks
                step.answered(method, route, status)
                self._telemetry.request_duration.labels(route).observe(time.perf_counter() - began)
            deed.answered(partial(told, scope, self._service, status, began))


def told(scope: Scope, service: str, status: int, began: float, deed: Deed) -> None:
    """Write the line of a deed; none of what changes nothing, or of somebody without a token.

    Ids from the address stand only in what was done: in any other they may be whatever somebody wrote.
    """
    caller: Caller | None = scope.get("state", {}).get("caller")
    route = scope.get("route")
    if caller is None or route is None or scope["method"] not in CHANGING:
        return
    outcome = _outcome(status, deed)
    log.info(
        outcome,
        service=service,
        operation=route.name,
        roles=sorted(caller.known_roles),
        status=status,
        seconds=round(time.perf_counter() - began, 3),
        trace=deed.trace,
        **({} if outcome == "done" else {"code": _code(status, deed)}),
        **((scope.get("path_params", {}) if outcome == "done" else {}) | deed.what),
        **({"said": dict(deed.said)} if deed.said else {}),
    )


def _outcome(status: int, deed: Deed) -> str:
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return "failed"
    if status >= HTTPStatus.BAD_REQUEST:
        return "refused"
    return "failed" if deed.code else "done"  # an answer that began well can break off


def _code(status: int, deed: Deed) -> str:
    return deed.code or ("client-gone" if status == CLIENT_GONE else "our-fault")
