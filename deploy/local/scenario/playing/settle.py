"""Waits until nothing is under way any more: nothing to publish, nothing parked, nothing due, nothing unread."""

import asyncio
import time
from collections.abc import Mapping
from typing import Any

from deploy.local.scenario.playing.gateway import Away, Gateway, Identity, Unexpected

PAUSE = 0.1
LOOKS = 2
"""Once is not enough: what one service publishes after it was asked can be another's next backlog."""

WORDS = {
    "replays": "events looked at for a replay",
    "outbox": "events decided but not published",
    "parked": "events parked because what they need has not come",
    "due": "things overdue",
    "lag": "events published but not read",
}


class Stuck(Exception):
    """The backlog did not drain in time; the message names what is left and where."""


async def settle(gateway: Gateway, operator: Identity, *, deadline: float = 180.0) -> None:
    """Return when all services were quiet several times in a row; raises Stuck after ``deadline`` seconds."""
    until, quiet = time.monotonic() + deadline, 0
    while quiet < LOOKS:
        left = await _backlog(gateway, operator)
        quiet = 0 if left else quiet + 1
        if left and time.monotonic() > until:
            raise Stuck(f"After {deadline:.0f} s there is still work left: {'; '.join(left)}.")
        if quiet < LOOKS:
            await asyncio.sleep(PAUSE)


async def _backlog(gateway: Gateway, operator: Identity) -> list[str]:
    answers = await asyncio.gather(*(_ask(gateway, operator, service) for service in gateway.urls))
    return [
        sentence for service, backlog in zip(gateway.urls, answers, strict=True) for sentence in _left(service, backlog)
    ]


async def _ask(gateway: Gateway, operator: Identity, service: str) -> Mapping[str, Any] | str:
    try:
        backlog: Mapping[str, Any] = await gateway.get(operator, service, "/operations/backlog")
    except (Away, Unexpected) as error:
        return str(error)
    return backlog


def _left(service: str, backlog: Mapping[str, Any] | str) -> list[str]:
    if isinstance(backlog, str):
        return [f"{service}: {backlog}"]
    return [f"{service}: {backlog[name]} {words}" for name, words in WORDS.items() if backlog[name] != 0]
