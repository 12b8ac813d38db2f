"""Plays scenarios of the demo against services that run as processes of their own."""

import asyncio
import dataclasses
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, time, timedelta

from deploy.local.scenario.checking.invariants import violations
from deploy.local.scenario.checking.report import Report, collect
from deploy.local.scenario.drawing.generator import DEFAULT_SEED, generate
from deploy.local.scenario.playing.gateway import Gateway
from deploy.local.scenario.playing.opening import opening
from deploy.local.scenario.playing.player import Player
from deploy.local.scenario.playing.stage import Stage
from tests.support.processes import Processes

BEGAN = timedelta(days=100)
"""How long ago programmes begin; the clock moves on from there."""
ONE_IN = 4 if "CI" in os.environ else 1
"""Of the people of ge-1999 one in so many takes part: in CI time is short. ``make chaos`` takes the whole thousand."""


@asynccontextmanager
async def stage_for(name: str, processes: Processes) -> AsyncIterator[Stage]:
    """The scenario of that name before its first day, in front of these processes."""
    today = datetime.now(UTC) - BEGAN
    processes.clock.move_to(today)
    async with Gateway(processes.urls, processes.issuer.token) as gateway:
        scenario = generate(name, DEFAULT_SEED, today.date())
        if name == "ge-1999":
            scenario = dataclasses.replace(scenario, people=scenario.people[::ONE_IN])
        yield Stage(scenario=scenario, gateway=gateway, clock=processes.clock)


def share(stage: Stage, part: float) -> datetime:
    """That part of the way through the programme."""
    terms = stage.scenario.terms
    days = (terms.ends_on - terms.starts_on).days * part
    return datetime.combine(terms.starts_on, time(), UTC) + timedelta(days=days)


async def play(stage: Stage, who: type[Player] = Player) -> Report:
    """From the first application to the last session; the programme is closed then."""
    await opening(stage)
    player = who(stage)
    await player.play_on()
    await player.end()
    return await collect(stage)


async def broken(processes: Processes) -> list[str]:
    """What topics and databases hold against the invariants, in sentences; empty when all is well."""
    return violations(await asyncio.to_thread(processes.evidence))


def is_sane(report: Report) -> bool:
    """Whether everything a programme is about has happened in it, and came to its end."""
    sessions, alarms = report.sessions, report.alarms
    happened = report.pairs["completed"], sessions["held"], sessions["cancelled"], sessions["missed"]
    return all(happened) and alarms["recovered"] > 0 and sessions["scheduled"] == 0 and report.pulses["answered"] > 0
