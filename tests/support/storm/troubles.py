"""What happens to a stack in a storm, one trouble after the other, in an order that is drawn."""

import asyncio
import os
import random
import signal
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from pymongo import MongoClient
from pymongo.errors import PyMongoError

from shared.language.streams import Stream
from tests.support.backends import Mongo
from tests.support.processes import Processes
from tests.support.storm.kafka import StormyKafka

log = structlog.get_logger()

Trouble = Callable[[], Awaitable[None]]

STOPPED = 12.0
"""Seconds: twice what the group waits for a member."""
FORBIDDEN = 12.0
"""Seconds: several tries of an outbox."""
STEPPED_DOWN = 6
"""Seconds without a primary."""


@dataclass(frozen=True)
class Storm:
    """The troubles of one stack. ``replicas``: all its processes."""

    processes: Processes
    kafka: StormyKafka
    mongodb: Mongo
    replicas: Sequence[str]
    seed: int

    def without_loss(self) -> list[Trouble]:
        """Those in which no event is lost, so that nobody has to say one again; in the order of the seed."""
        troubles: list[Trouble] = [self.roll, self.stand_still, self.widen, self.forbid, self.step_down]
        random.Random(self.seed).shuffle(troubles)
        return troubles

    async def roll(self) -> None:
        """Every replica is stopped and started again, the next one when it is ready."""
        for replica in self.replicas:
            await asyncio.to_thread(self.processes.stop, replica)
            self.processes.start(replica)
            await asyncio.to_thread(self.processes.wait_until_ready, [replica])

    async def stand_still(self) -> None:
        """A replica of each service stands still for longer than its group waits, and goes on unaware of it."""
        draw = random.Random(self.seed + 1)
        still = [draw.choice(pair) for pair in zip(self.replicas[::2], self.replicas[1::2], strict=True)]
        for replica in still:
            self._signal(replica, signal.SIGSTOP)
        await asyncio.sleep(STOPPED)
        for replica in still:
            self._signal(replica, signal.SIGCONT)

    def _signal(self, replica: str, number: int) -> None:
        pid = self.processes.pid(replica)
        assert pid is not None
        os.kill(pid, number)

    async def widen(self) -> None:
        """A topic gets more partitions."""
        await asyncio.to_thread(self.kafka.widen, Stream.PARTICIPANTS.value, 16)

    async def forbid(self) -> None:
        """For a while nobody may write what sessions say."""
        forbidden = self.kafka.forbidden(Stream.SESSIONS.value)
        await asyncio.to_thread(forbidden.__enter__)
        await asyncio.sleep(FORBIDDEN)
        await asyncio.to_thread(forbidden.__exit__, None, None, None)

    async def step_down(self) -> None:
        """The primary steps down and is elected again."""
        await asyncio.to_thread(self._step_down)

    def _step_down(self) -> None:
        with MongoClient[dict[str, Any]](self.mongodb.url) as client:
            try:
                client.admin.command("replSetStepDown", STEPPED_DOWN, force=True)
            except PyMongoError as error:
                log.info("stepped down", said=type(error).__name__)  # some versions hang up instead of an answer

    async def recreate(self) -> None:
        """The topic of sessions is deleted with all it holds, and created anew."""
        await asyncio.to_thread(self.kafka.forget, Stream.SESSIONS.value)
        await asyncio.to_thread(self.kafka.create, Stream.SESSIONS.value)

    async def put_back(self) -> None:
        """Kafka is what it was when it was copied."""
        await asyncio.to_thread(self.kafka.put_back)
