"""What operators ask of a running service, and let it do. The command line is built on this.

Every answer is about the whole service, whichever of its replicas gives it, but for what says «here».
"""

from typing import Annotated, Any

import structlog

from shared.running.running import Running
from shared.web.access import Caller, allow

log = structlog.get_logger()

Operator = Annotated[Caller, allow("operator")]


def did(running: Running, action: str, **what: Any) -> None:
    """Count and log what an operator has let the service do."""
    running.telemetry.operator_actions.labels(action).inc()
    log.info("operator", action=action, **what)
