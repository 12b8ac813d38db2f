"""A service that cannot start says why, as ``check`` would, before its process ends: a half-started one is worse."""

import structlog

from shared.operations.checks import check_service
from shared.running.running import Running

log = structlog.get_logger()


async def started(running: Running) -> None:
    """Start it; raises what that fails with, after a line for everything that is not as it must be."""
    try:
        await running.start()
    except Exception as error:
        for check in await check_service(running.service, running.settings):
            if not check.fine:
                log.error("cannot start", what=check.what, found=check.found, remedy=check.remedy)
        log.error("cannot start", exc_info=error)
        raise
