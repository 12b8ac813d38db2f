"""How a service is: whether it serves people, what is in the way of events, and what waits."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response

from shared.domain.errors import StreamPoisoned
from shared.domain.marking import _
from shared.operations.exposition import Health, backlog_of, lag_of, looked_at
from shared.operations.operator import Operator
from shared.operations.pages.around import Part, shown
from shared.operations.probes import Parts
from shared.running.running import Running
from shared.web.frame.entries import Entry
from shared.web.guarded import Guarded

ENTRIES = (Entry("operations", "Operations", ("operator",), order=70),)

router = APIRouter(include_in_schema=False, route_class=Guarded)

AWAY: Mapping[str, str] = {
    "mongodb": _("The database does not answer, so nobody can be served. Look whether it runs and can be reached."),
    "kafka": _("Kafka does not answer. People are served; what they decide is published as soon as it is back."),
    "consumer": _("This replica holds no part of the streams, so it hears nothing. It tries again by itself."),
    "inbox": _("What is heard cannot be dealt with. It is tried again every few seconds."),
    "outbox": _("What was decided cannot be published. It is tried again every few seconds."),
    "replays": _("What was asked to be said again cannot be said. It is tried again every few seconds."),
    "streams": _("Whether Kafka still holds what was said cannot be looked at."),
    "sweep": _("What is too old to be kept cannot be removed."),
    "parked": _("What waits for something else cannot be taken up again."),
    "holes": _("What was missed cannot be asked for."),
    "watchdog": _("Whether the consumer moves cannot be looked at."),
    "unread": _("Whether Kafka removes what was not read yet cannot be looked at."),
    "certificates": _("How long the certificates are valid cannot be looked at."),
}
"""What is in the way → what that means."""
LATE = _("Something that fell due cannot be done. It is tried again every few seconds.")
"""Of any other part: those are named by what a service does in time."""
HALTED = _("The consumer has stopped: too much of one stream cannot be dealt with. Look at “What is heard”.")


@dataclass(frozen=True)
class Obstacle:
    """What is in the way, as a marked sentence, and the kind of failure where there is one."""

    sentence: str
    failure: str = ""


def is_halted(running: Running) -> bool:
    """Whether this replica has stopped at a stream that is poison."""
    return running.pulse.troubles.get("inbox", "").startswith(StreamPoisoned.__name__)


def obstacles_of(running: Running, health: Health) -> list[Obstacle]:
    """All of them, in words."""
    troubles = running.pulse.troubles
    return [
        Obstacle(HALTED if part == "inbox" and is_halted(running) else AWAY.get(part, LATE), troubles.get(part, ""))
        for part in health.obstacles
    ]


@router.get("/operating", name="operations")
async def operations(request: Request, running: Parts, _caller: Operator) -> Response:
    """The whole service at a glance."""
    health = await looked_at(running)
    figures = {} if "mongodb" in health.because else await _figures(running, asks_kafka="kafka" not in health.obstacles)
    return shown(
        request,
        Part.OVERVIEW,
        "overview.html",
        is_ready=not health.because,
        obstacles=obstacles_of(running, health),
        figures=figures,
    )


async def _figures(running: Running, *, asks_kafka: bool) -> dict[str, Any]:
    """Kafka is not waited for a second time."""
    box = running.outbox
    waiting = await box.waiting()
    return {
        **await backlog_of(running),
        "lag": await lag_of(running) if asks_kafka else -1,
        "dead": await box.open_dead_letters(),
        "oldest_pending": await box.oldest_pending(),
        "oldest_kept": await box.oldest_kept(),
        "relays_here": await box.leads(),
        "waiting": [(topic, messages, since) for topic, (messages, since) in sorted(waiting.items())],
    }
