"""Every request counted and timed, and kept in its trace."""

import time
from http import HTTPMethod

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.telemetry.label_sets import NO_ROUTE
from shared.telemetry.metrics import Telemetry
from shared.telemetry.tracing import Tracing

METHODS = frozenset(HTTPMethod)
"""Anything else shares one metric label, so that nobody can make labels up."""


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
