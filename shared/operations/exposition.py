"""What Prometheus is told: every sample with its region, and what has to be counted first."""

import asyncio
from collections.abc import Awaitable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import structlog
from aiokafka.errors import KafkaError
from prometheus_client import CollectorRegistry, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector
from typing_extensions import override

from shared.running.running import Running
from shared.store.mongodb import PyMongoError
from shared.telemetry.label_sets import OBSTACLES

log = structlog.get_logger()

MEASURED_WITHIN = 4.0
"""Seconds for an answer of broker or database."""


class Regional(Collector):
    """Several registries as one, with the region on every sample.

    When a counter was created is left out: it would be a second series for each, and all begin with the process.
    """

    def __init__(self, registries: Iterable[CollectorRegistry], region: str) -> None:
        self._registries = registries
        self._region = {"region": region}

    @override
    def collect(self) -> Iterator[Metric]:
        for registry in self._registries:
            for metric in registry.collect():
                shown = Metric(metric.name, metric.documentation, metric.type, metric.unit)
                shown.samples = [
                    sample._replace(labels=sample.labels | self._region)
                    for sample in metric.samples
                    if not sample.name.endswith("_created")
                ]
                yield shown


async def exposition(running: Running, accept: str) -> tuple[bytes, str]:
    """The metrics and their content type, in the format that was asked for.

    What has to be counted in the database keeps its last value while that is away.
    """
    await _measure(running)
    own = running.service.metrics
    registries = [running.telemetry.registry, *([own.registry] if own else [])]
    encode, content_type = choose_encoder(accept)
    return encode(Regional(registries, running.settings.region)), content_type


async def _measure(running: Running) -> None:
    own = running.service.metrics
    database, broker, _ = await asyncio.gather(
        answers(_count(running)),
        answers(_look_at_streams(running)),
        answers(own.measure(running.store)) if own else asyncio.sleep(0),
    )
    tell(running, health_of(running, database=database, broker=broker))


async def _count(running: Running) -> None:
    telemetry, oldest = running.telemetry, await running.outbox.oldest_pending()
    telemetry.outbox_oldest.set(oldest.timestamp() if oldest else 0)
    telemetry.outbox_pending.set(await running.outbox.pending())
    for topic, (messages, oldest_at) in (await running.outbox.waiting()).items():
        telemetry.outbox_waiting.labels(topic).set(messages)
        telemetry.outbox_waiting_oldest.labels(topic).set(oldest_at.timestamp() if oldest_at else 0)
    telemetry.replays.set(await running.replaying.left())
    await running.confirmed.measure()
    telemetry.dead_letters.set(await running.outbox.open_dead_letters())
    telemetry.parked.set(await running.store.db["parked"].estimated_document_count())
    telemetry.due.set(await running.due.overdue())
    telemetry.due_lateness.set(await running.due.lateness())


async def _look_at_streams(running: Running) -> None:
    for stream, behind in (await running.bus.behind()).items():
        running.telemetry.lag.labels(stream).set(behind.messages)
        running.telemetry.caught_up.labels(stream).set(behind.caught_up)


@dataclass(frozen=True)
class Health:
    """Why people cannot be served, and what is in the way of events; empty where nothing is. Words by part."""

    because: Mapping[str, str]
    obstacles: Mapping[str, str]


def health_of(running: Running, *, database: bool, broker: bool) -> Health:
    """How it is, given which of the two answered.

    People are served without Kafka: what they decide waits in the outbox. But who has never been in the group may be
    set up wrongly, and must not take the place of somebody who was.
    """
    away = "does not answer"
    because = {} if database else {"mongodb": away}
    because |= {} if running.bus.joined else {"consumer": "has not joined its group yet"}
    obstacles = running.pulse.troubles | ({} if broker else {"kafka": away})
    obstacles |= {} if running.bus.assigned else {"consumer": "has no partitions"}
    return Health(because, obstacles | because)


async def looked_at(running: Running) -> Health:
    """How it is now, also in metrics; broker and database are given the same time to answer."""
    database, broker = await asyncio.gather(answers(running.store.ping()), answers(running.bus.lag()))
    health = health_of(running, database=database, broker=broker)
    tell(running, health)
    return health


async def backlog_of(running: Running) -> dict[str, int]:
    """What is still to be done, by kind, as the database knows it."""
    return {
        "replays": await running.replaying.left(),
        "outbox": await running.outbox.pending(),
        "parked": await running.store.db["parked"].count_documents({}),
        "due": await running.due.overdue(),
    }


async def lag_of(running: Running) -> int:
    """Events that wait to be heard by this replica; -1 while nobody can tell."""
    if running.bus.assigned:
        with suppress(KafkaError, TimeoutError):
            return sum((await running.bus.lag()).values())
    return -1


def tell(running: Running, health: Health) -> None:
    """Show it in metrics."""
    running.telemetry.ready.set(not health.because)
    for name in (*running.silent, *OBSTACLES):
        running.telemetry.obstacles.labels(name).set(name in health.obstacles)


async def answers(question: Awaitable[Any]) -> bool:
    """Whether it is answered in time: whatever it fails with is no answer, and never the end of ours."""
    try:
        await asyncio.wait_for(question, MEASURED_WITHIN)
    except (PyMongoError, KafkaError, TimeoutError, OSError):
        return False
    except Exception as error:  # a client that is half started fails with anything
        log.warning("not answered", exc_info=error)
        return False
    return True
