"""Two clicks at the same moment on a page of operators act once."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest
from typing_extensions import override

from shared.delivery.batch import Dealt
from tests.support.forms import browsing
from tests.unit.shared.operations.pages.operated import (
    AGAIN,
    ONE,
    OPERATOR,
    REBUILDING,
    STREAMS,
    Desk,
    Projections,
    Replaying,
    app_of,
    letter,
    projection,
    running,
)


@dataclass
class Gate:
    """What waits until it is let through, and how often somebody came."""

    came: asyncio.Event = field(default_factory=asyncio.Event)
    is_open: asyncio.Event = field(default_factory=asyncio.Event)
    times: int = 0

    async def through(self) -> None:
        self.times += 1
        self.came.set()
        await self.is_open.wait()


class SlowDesk(Desk):
    gate: Gate

    @override
    async def retry(self, identity: str) -> Dealt:
        await self.gate.through()
        return await super().retry(identity)

    @override
    async def drop(self, identity: str) -> int:
        await self.gate.through()
        return await super().drop(identity)


class SlowReplaying(Replaying):
    gate: Gate

    @override
    async def ask(self, *wanted: Any) -> list[str]:
        await self.gate.through()
        return await super().ask(*wanted)


class SlowProjections(Projections):
    gate: Gate

    @override
    async def rebuild(self, name: str) -> Any:
        await self.gate.through()
        return {}


def slow(gate: Gate) -> Any:
    """A service at work that does nothing before the gate is open."""
    desk, replaying = SlowDesk(open=[letter()]), SlowReplaying()
    projections = SlowProjections([projection()])
    at_work = running(desk=desk, replaying=replaying, projections=projections)
    desk.gate = replaying.gate = projections.gate = gate
    at_work.inbox.poison.accept = gate.through
    return at_work


@pytest.mark.parametrize("path", [f"{ONE}/retry", f"{ONE}/drop", AGAIN, f"{REBUILDING}/members", STREAMS])
async def test_the_second_click_acts_not_and_is_told(path: str) -> None:
    gate = Gate()
    at_work = slow(gate)
    typed = {"once": "x", "why": "gone", "sure": "true"}
    async with browsing(app_of(at_work), OPERATOR) as browser:
        first = asyncio.ensure_future(browser.post(path, data=typed))
        await asyncio.wait_for(gate.came.wait(), 10)
        second = await asyncio.wait_for(browser.post(path, data=typed), 10)
        gate.is_open.set()
        done = await first
    assert second.status_code == 409 and "This is being done already." in second.text
    assert (done.status_code, gate.times, len(at_work.telemetry.actions)) == (303, 1, 1)
