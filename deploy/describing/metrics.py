"""Every metric of the four services as a table for people: ``python -m deploy.describing.metrics`` prints Markdown."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass

from prometheus_client import Metric

from deploy.services import SERVICES
from shared.operations.exposition import Regional
from shared.operations.probes import router as operations
from shared.service import Service
from shared.telemetry.label_sets import expect_events, expect_requests, expect_streams, expect_work
from shared.telemetry.metrics import Telemetry

STORED = {"counter": "_total", "info": "_info"}
"""Kind → what Prometheus puts behind its name."""


@dataclass(frozen=True)
class Described:
    """One metric. ``services`` is empty where all have it."""

    name: str
    kind: str
    labels: tuple[str, ...]
    help: str
    services: tuple[str, ...]


def families(service: Service) -> Iterator[Metric]:
    """All a service shows, with at least one sample each."""
    telemetry = Telemetry(service.name, "region")
    expect_streams(telemetry, {event.stream for event in service.says})
    expect_events(telemetry, service.hears, service.streams)
    expect_work(telemetry, ["part"], ["topic"])
    expect_requests(telemetry, operations.routes)
    telemetry.certificates.labels("broker")
    telemetry.stream_lost.labels("stream")
    registries = [telemetry.registry, *([service.metrics.registry] if service.metrics else [])]
    return Regional(registries, "region").collect()


def described() -> list[Described]:
    """Every metric once, by name."""
    found: dict[str, tuple[Metric, list[str]]] = {}
    for service in SERVICES:
        for family in families(service):
            found.setdefault(family.name, (family, []))[1].append(service.name)
    return [_described(family, services) for _, (family, services) in sorted(found.items())]


def _described(family: Metric, services: list[str]) -> Described:
    labels = {label for sample in family.samples for label in sample.labels} - {"le"}
    name = family.name + STORED.get(family.type, "")
    some = tuple(services) if len(services) < len(SERVICES) else ()
    return Described(name, family.type, tuple(sorted(labels)), family.documentation, some)


def as_markdown() -> str:
    """The table."""
    heading = ["| metric | type | labels | what it says | services |", "|---|---|---|---|---|"]
    return "\n".join([*heading, *map(_line, described())]) + "\n"


def _line(metric: Described) -> str:
    labels = ", ".join(f"`{label}`" for label in metric.labels)
    services = ", ".join(metric.services) or "all"
    return f"| `{metric.name}` | {metric.kind} | {labels} | {metric.help} | {services} |"


if __name__ == "__main__":
    sys.stdout.write(as_markdown())
