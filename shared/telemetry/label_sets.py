"""Label sets that are known beforehand are made at the start: ``increase()`` sees the first failure of each kind."""

from collections.abc import Iterable, Sequence

from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute

from shared.language.streams import REGISTRY, Event, Stream
from shared.telemetry.metrics import Telemetry

HEARD = ("handled", "duplicate", "stale", "parked", "dead-letter")
UNHEARD = ("unheard", "duplicate", "stale", "parked")
NOBODYS = {"unknown": ("unknown-type", "duplicate", "stale", "parked"), "unreadable": ("tombstone", "dead-letter")}
"""What can become of events somebody handles, of those we know but leave to others, and of what we do not know."""
ACTIONS = ("replay", "retry", "drop", "resume", "rebuild")
"""What operators can ask a service to do."""
STATUSES = ("2xx", "3xx", "4xx", "5xx")
NO_ROUTE = "unmatched"


def expect_events(telemetry: Telemetry, heard: Iterable[type[Event]], streams: Iterable[Stream]) -> None:
    """What is taken from these streams."""
    types = {event.type for event in heard}
    for kind in types:
        telemetry.handler_duration.labels(kind)
    for stream in streams:
        for metric in (telemetry.lag, telemetry.caught_up, telemetry.event_age, telemetry.holes):
            metric.labels(stream.value)
        known = {
            kind: HEARD if kind in types else UNHEARD for kind, event in REGISTRY.items() if event.stream is stream
        }
        for kind, outcomes in (known | NOBODYS).items():
            for outcome in outcomes:
                telemetry.events.labels(stream.value, kind, outcome)


def expect_work(telemetry: Telemetry, parts: Iterable[str], topics: Iterable[str]) -> None:
    """What goes on all the time, and the topics that are published to."""
    for part in parts:
        telemetry.retries.labels(part)
        telemetry.failures.labels(part)
    for topic in topics:
        telemetry.published.labels(topic)
    for action in ACTIONS:
        telemetry.operator_actions.labels(action)
    for state in ("open", "in-use"):
        telemetry.connections.labels(state)


def expect_requests(telemetry: Telemetry, routes: Sequence[BaseRoute]) -> None:
    """What people may ask, and what nobody answers."""
    for context in iter_route_contexts(routes):
        for method in sorted(context.methods or ()):
            _expect_request(telemetry, method, context.path or NO_ROUTE)
    for method in ("GET", "POST"):
        _expect_request(telemetry, method, NO_ROUTE)


def _expect_request(telemetry: Telemetry, method: str, route: str) -> None:
    telemetry.request_duration.labels(route)
    for status in STATUSES:
        telemetry.requests.labels(method, route, status)
