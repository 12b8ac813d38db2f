"""Waits until nothing is under way any more: nothing to publish, nothing parked, nothing due, nothing unread."""

import asyncio
import time
from collections.abc import Collection, Mapping
from typing import Any

from deploy.local.scenario.gateway import Away, Gateway, Identity, Unexpected

EVERYTHING = ("outbox", "parked", "due", "lag")
"""What a service says of its backlog, each a number of things that wait."""

PAUSE = 0.2

WORDS = {
    "outbox": "events decided but not published",
    "parked": "events parked because what they need has not come",
    "due": "things overdue",
    "lag": "events published but not read",
}


class Stuck(Exception):
    """The backlog did not drain in time; the message names what is left and where."""


async def settle(
    gateway: Gateway,
    operator: Identity,
    *,
    waiting_for: Collection[str] = EVERYTHING,
    looks: int = 2,
    deadline: float = 180.0,
) -> None:
    """Return when all services had nothing of it ``looks`` times in a row; raises Stuck after ``deadline`` seconds.

    Once is not enough for everything: what one service publishes after it was asked can be another's next backlog.
    """
    until, quiet = time.monotonic() + deadline, 0
    while quiet < looks:
        left = await _backlog(gateway, operator, waiting_for)
        quiet = 0 if left else quiet + 1
        if left and time.monotonic() > until:
            raise Stuck(f"After {deadline:.0f} s there is still work left: {'; '.join(left)}.")
        if quiet < looks:
            await asyncio.sleep(PAUSE)


async def _backlog(gateway: Gateway, operator: Identity, waiting_for: Collection[str]) -> list[str]:
    answers = await asyncio.gather(*(_ask(gateway, operator, service) for service in gateway.urls))
    return [
        sentence
        for service, backlog in zip(gateway.urls, answers, strict=True)
        for sentence in _left(service, backlog, waiting_for)
    ]


async def _ask(gateway: Gateway, operator: Identity, service: str) -> Mapping[str, Any] | str:
    try:
        backlog: Mapping[str, Any] = await gateway.get(operator, service, "/operations/backlog")
    except (Away, Unexpected) as error:
        return str(error)
    return backlog


def _left(service: str, backlog: Mapping[str, Any] | str, waiting_for: Collection[str]) -> list[str]:
    if isinstance(backlog, str):
        return [f"{service}: {backlog}"]
    return [f"{service}: {backlog[name]} {WORDS[name]}" for name in waiting_for if backlog[name] != 0]
