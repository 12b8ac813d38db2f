"""Label sets that are known beforehand are made at the start: ``increase()`` sees the first failure of each kind."""

from collections.abc import Collection, Iterable, Sequence

from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute

from shared.language import SPEAKERS
from shared.language.envelope import UNKNOWN
from shared.language.streams import REGISTRY, Event, Stream
from shared.telemetry.metrics import Telemetry

HEARD = ("handled", "duplicate", "stale", "parked", "dead-letter")
UNHEARD = ("unheard", "duplicate", "stale", "parked")
NOBODYS = {UNKNOWN: ("unknown-type", "duplicate", "stale", "parked"), "unreadable": ("tombstone", "dead-letter")}
"""What can become of events somebody handles, of those we know but leave to others, and of what we do not know."""
ACTIONS = ("replay", "retry", "drop", "resume", "rebuild")
"""What operators can ask a service to do."""
OBSTACLES = ("consumer", "kafka", "mongodb")
"""What can be in the way of events beside a part that fails."""
CLIENT_GONE = 499
"""The status of a request that whoever asked broke off: neither their mistake nor ours. nginx calls it so too."""
STATUSES = ("2xx", "3xx", "4xx", "5xx", str(CLIENT_GONE))
NO_ROUTE = "unmatched"


def expect_events(telemetry: Telemetry, heard: Iterable[type[Event]], streams: Iterable[Stream]) -> None:
    """What is taken from these streams."""
    types = {event.type for event in heard}
    for kind in types:
        telemetry.handler_duration.labels(kind)
    for stream in streams:
        for metric in (telemetry.lag, telemetry.caught_up, telemetry.event_age, telemetry.holes, telemetry.unread):
            metric.labels(stream.value)
        known = {
            kind: HEARD if kind in types else UNHEARD for kind, event in REGISTRY.items() if event.stream is stream
        }
        for kind, outcomes in (known | NOBODYS).items():
            for outcome in outcomes:
                telemetry.events.labels(stream.value, kind, outcome)
        for source in (*SPEAKERS, UNKNOWN):
            telemetry.died.labels(stream.value, source)


def expect_work(telemetry: Telemetry, parts: Collection[str], topics: Iterable[str]) -> None:
    """What goes on all the time, and the topics that are published to."""
    for part in parts:
        telemetry.retries.labels(part)
        telemetry.failures.labels(part)
    for obstacle in (*parts, *OBSTACLES):
        telemetry.obstacles.labels(obstacle)
    for topic in topics:
        for metric in (telemetry.published, telemetry.outbox_waiting, telemetry.outbox_waiting_oldest):
            metric.labels(topic)
    for action in ACTIONS:
        telemetry.operator_actions.labels(action)
    for state in ("open", "in-use"):
        telemetry.connections.labels(state)


def expect_streams(telemetry: Telemetry, said: Iterable[Stream]) -> None:
    """The streams it says, which can be lost."""
    for stream in said:
        telemetry.stream_lost.labels(stream.value)


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


def status_label(status: int) -> str:
    """What requests of this status are counted as."""
    return str(status) if status == CLIENT_GONE else f"{status // 100}xx"
