"""What Prometheus is told: every sample with its region, and what has to be counted first."""

import asyncio
from collections.abc import Awaitable, Iterable, Iterator, Mapping
from typing import Any

from aiokafka.errors import KafkaError
from prometheus_client import CollectorRegistry, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector
from typing_extensions import override

from shared.running.running import Running
from shared.store.mongodb import PyMongoError

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
    running.telemetry.ready.set(not obstacles(running, database=database, broker=broker))


async def _count(running: Running) -> None:
    telemetry, oldest = running.telemetry, await running.outbox.oldest_pending()
    telemetry.outbox_oldest.set(oldest.timestamp() if oldest else 0)
    telemetry.outbox_pending.set(await running.outbox.pending())
    telemetry.dead_letters.set(await running.outbox.open_dead_letters())
    telemetry.parked.set(await running.store.db["parked"].estimated_document_count())
    telemetry.due.set(await running.due.overdue())
    telemetry.due_lateness.set(await running.due.lateness())


async def _look_at_streams(running: Running) -> None:
    for stream, behind in (await running.bus.behind()).items():
        running.telemetry.lag.labels(stream).set(behind.messages)
        running.telemetry.caught_up.labels(stream).set(behind.caught_up)


def obstacles(running: Running, *, database: bool, broker: bool) -> Mapping[str, str]:
    """Why the service is not ready, given which of the two answered; empty when it is."""
    why = dict(running.pulse.troubles)
    why |= {} if database else {"mongodb": "does not answer"}
    why |= {} if broker else {"kafka": "does not answer"}
    return why | ({} if running.bus.assigned else {"consumer": "has no partitions yet"})


async def answers(question: Awaitable[Any]) -> bool:
    """Whether it is answered in time."""
    try:
        await asyncio.wait_for(question, MEASURED_WITHIN)
    except (PyMongoError, KafkaError, TimeoutError, OSError):
        return False
    return True
