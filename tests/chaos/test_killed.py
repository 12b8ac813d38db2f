"""Each service is killed again and again: while people come in, while they are paired, and while they meet."""

import asyncio
import os
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from pymongo import MongoClient

from deploy.local.scenario.drawing.generator import DEFAULT_SEED
from services.matching.rounds.round import LEASE
from tests.support.backends import Kafka, Mongo
from tests.support.playing import ONE_IN, broken, is_sane, play, stage_for
from tests.support.processes import NAMES, Processes

DOWN_SECONDS = 1.0
RUNNING = {"state": "running"}
LOOK_SECONDS, BRIEF_SECONDS = 0.2, 0.01
"""Looking costs the database time that the services need, so only what is soon over is looked for all the time."""
HELD = {"state": "held"}
MET = {"meetings.outcome": "held"}


@dataclass(frozen=True)
class Moment:
    """As soon as so many documents, drawn between one and ``up_to``, match in the database of ``witness``."""

    victim: str
    witness: str
    collection: str
    where: dict[str, Any] = field(default_factory=dict)
    up_to: int = 1


EVERY_MOMENT = (
    Moment("registration", "registration", "participants", up_to=900),
    Moment("matching", "matching", "members", up_to=900),
    Moment("sessions", "sessions", "participants", up_to=900),
    Moment("feedback", "feedback", "participants", up_to=900),
    Moment("matching", "matching", "rounds", RUNNING),
    Moment("sessions", "sessions", "series", up_to=300),
    Moment("feedback", "feedback", "momentum", up_to=300),
    Moment("registration", "registration", "board_pairs", up_to=300),
    Moment("sessions", "sessions", "sessions", HELD, up_to=600),
    Moment("feedback", "feedback", "pulses", up_to=600),
    Moment("registration", "registration", "board_pairs", MET, up_to=300),
    Moment("matching", "sessions", "sessions", HELD, up_to=600),
)
MOMENTS = EVERY_MOMENT[::2] if "CI" in os.environ else EVERY_MOMENT
"""Every other one where time is short: each service is killed all the same. ``make chaos`` takes all of them."""


class Reaper:
    """Kills services at the moments that come, and brings them back. ``done`` holds those that have come."""

    def __init__(self, processes: Processes, mongodb: Mongo, prefix: str) -> None:
        self._processes, self._mongodb, self._prefix = processes, mongodb, prefix
        self.over = Event()
        self.done: list[Moment] = []

    def haunt(self, victim: str) -> None:
        """Until all its moments have come or everything is over; blocks."""
        draw = random.Random(f"{DEFAULT_SEED} {victim}")
        with MongoClient[dict[str, Any]](self._mongodb.url) as client:
            for moment in MOMENTS:
                if moment.victim == victim and self._come(
                    client, moment, draw.randint(1, max(1, moment.up_to // ONE_IN))
                ):
                    self._strike(moment)

    def _come(self, client: MongoClient[dict[str, Any]], moment: Moment, count: int) -> bool:
        collection = client[f"{self._prefix}_{moment.witness}"][moment.collection]
        pause = BRIEF_SECONDS if moment.where == RUNNING else LOOK_SECONDS
        while collection.count_documents(moment.where) < count:
            if self.over.wait(pause):
                return False
        return True

    def _strike(self, moment: Moment) -> None:
        self._processes.kill(moment.victim)
        time.sleep(DOWN_SECONDS)
        self._processes.start(moment.victim)
        self._processes.wait_until_ready([moment.victim])
        if moment.where == RUNNING:  # whoever computed the round is gone, which is noticed when its lease runs out
            self._processes.clock.move_to(self._processes.clock.now() + LEASE)
        self.done.append(moment)


async def haunted(processes: Processes, reaper: Reaper) -> Any:
    """The report of ge-1999 played to its end while the reaper is about."""
    haunting = [asyncio.create_task(asyncio.to_thread(reaper.haunt, name)) for name in NAMES]
    try:
        async with stage_for("ge-1999", processes) as stage:
            return await play(stage)
    finally:
        reaper.over.set()
        await asyncio.gather(*haunting)


@pytest.mark.real
@pytest.mark.timeout(900)
async def test_whoever_is_killed_comes_back_and_nothing_is_lost(
    fresh_kafka: Kafka, mongodb: Mongo, database_name: str, tmp_path: Path
) -> None:
    with Processes(tmp_path, fresh_kafka, mongodb, database_name) as processes:
        reaper = Reaper(processes, mongodb, database_name)
        report = await haunted(processes, reaper)
        assert await broken(processes) == []
    assert is_sane(report), report
    assert never_came(reaper.done) == []


def never_came(done: Sequence[Moment]) -> list[Moment]:
    """The moments that were waited for in vain."""
    return [moment for moment in MOMENTS if moment not in done]
