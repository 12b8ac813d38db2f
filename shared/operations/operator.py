"""What operators ask of a running service, and let it do. The command line is built on this.

Every answer is about the whole service, whichever of its replicas gives it, but for what says «here».
"""

from datetime import datetime
from typing import Annotated, Any

from shared.delivery.replays.jobs import Because, Wish
from shared.domain.errors import Refused
from shared.language.values.days import FIRST, LAST
from shared.running.running import Running
from shared.telemetry.deeds import note
from shared.web.access import Caller, allow

Operator = Annotated[Caller, allow("operator")]


def did(running: Running, action: str, **what: Any) -> None:
    """Count what an operator has let the service do, and note it for the log."""
    running.telemetry.operator_actions.labels(action).inc()
    note(**what)


def says_of(running: Running) -> list[str]:
    """The streams this service says, by name."""
    return sorted({event.stream.value for event in running.service.says})


def wish_of(running: Running, stream: str | None, since: datetime | None, until: datetime | None) -> Wish:
    """What an operator wants said again, of one stream or all.

    Raises Refused for a stream of somebody else, and where nothing lies between the two moments.
    """
    says = says_of(running)
    if stream is not None and stream not in says:
        raise Refused("not-said-here", stream=stream, says=says)
    if since and until and since >= until:
        raise Refused("nothing-between")
    return Wish(Because.ASKED, since or FIRST, until or LAST)
