"""A storm over ge-1999: two replicas of each service, and nearly everything happens to them while it is played.

Every second what the services say of themselves is held against what an independent client works out.
"""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from pymongo import MongoClient

from deploy.local.scenario.checking.report import collect
from deploy.local.scenario.playing.opening import opening
from deploy.local.scenario.playing.player import Player
from deploy.local.scenario.playing.stage import Stage
from deploy.services import SERVICES
from shared.language.streams import Stream
from tests.support.backends import Kafka, Mongo, apache_kafka_lacks, create_our_topics
from tests.support.playing import broken, is_sane, share, stage_for
from tests.support.processes import NAMES, Processes
from tests.support.storm.arithmetic import Asker
from tests.support.storm.kafka import StormyKafka
from tests.support.storm.troubles import Storm
from tests.support.storm.watch import Seen, Watch

SEED = int(os.environ.get("STORM_SEED", "1"))
EVERY = 2 if "CI" in os.environ else 1
"""In CI every other trouble comes, and all those in which something is lost; each has a test of its own besides."""
BESIDE = {f"{name}-2": name for name in NAMES}
REPLICAS = [replica for name in NAMES for replica in (name, f"{name}-2")]
HEARS = {service.name: [stream.value for stream in service.streams] for service in SERVICES}


@contextmanager
def two_of_each(directory: Path, kafka: StormyKafka, mongodb: Mongo, prefix: str) -> Iterator[Processes]:
    """Two replicas of every service at work."""
    with Processes(directory, Kafka("in a storm", True, kafka), mongodb, prefix) as processes:
        for replica, service in BESIDE.items():
            processes.add(replica, service)
        processes.start(*BESIDE)
        processes.wait_until_ready(BESIDE)
        yield processes


@asynccontextmanager
async def watched(stage: Stage, processes: Processes, kafka: StormyKafka) -> AsyncIterator[Seen]:
    """What is seen every second for as long as the block lasts."""
    token = processes.issuer.token
    tokens = {"operator": token("", ["operator"], ["*"]), "manager": token("", ["manager"], ["*"])}
    urls = {replica: processes.url(replica) for replica in REPLICAS}
    watch = Watch(urls, Asker(kafka.bootstrap_servers, HEARS), tokens, stage.programme)
    looking = asyncio.create_task(watch.keep_looking())
    yield watch.seen
    looking.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await looking


def said_again(mongodb: Mongo, prefix: str) -> set[str]:
    """The streams that are to be said again, or were."""
    with MongoClient[dict[str, Any]](mongodb.url) as client:
        return {job["_id"] for name in NAMES for job in client[f"{prefix}_{name}"]["replays"].find()}


@pytest.mark.real
@pytest.mark.timeout(1800)
async def test_a_storm_leaves_everything_as_it_should_be(mongodb: Mongo, database_name: str, tmp_path: Path) -> None:
    if problem := apache_kafka_lacks():
        pytest.skip(str(problem))
    with StormyKafka(tmp_path / "kafka") as kafka:
        create_our_topics(kafka.bootstrap_servers)
        with two_of_each(tmp_path, kafka, mongodb, database_name) as processes:
            async with stage_for("ge-1999", processes) as stage:
                stage.gateway.urls.update({replica: processes.url(replica) for replica in BESIDE})
                await opening(stage)
                await asyncio.to_thread(kafka.copy)
                player, storm = Player(stage), Storm(processes, kafka, mongodb, REPLICAS, SEED)
                async with watched(stage, processes, kafka) as seen:
                    troubles = [*storm.without_loss()[::EVERY], storm.recreate, storm.put_back]
                    for nth, trouble in enumerate(troubles, start=1):
                        if trouble == storm.recreate:
                            assert said_again(mongodb, database_name) == set(), "nothing was lost so far"
                        await asyncio.gather(player.play_on(until=share(stage, nth / (len(troubles) + 1))), trouble())
                        if trouble == storm.recreate:
                            assert said_again(mongodb, database_name) <= {Stream.SESSIONS.value}
                    await player.play_on()
                    await player.end()
                report = await collect(stage)
            assert await broken(processes) == []
    assert is_sane(report), report
    assert seen.lies == []
    assert seen.lags > 1000 / EVERY
    assert seen.readiness > 100 / EVERY
