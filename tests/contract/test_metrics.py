"""What the services count can be understood, holds no personal data, and is there before it first happens."""

import re
import subprocess
from itertools import product
from pathlib import Path

import pytest
from fastapi.routing import iter_route_contexts
from prometheus_client import Metric, generate_latest

from deploy.describing.metrics import as_markdown, described, families
from deploy.services import SERVICES
from shared.operations.exposition import Regional
from shared.service import Service
from shared.telemetry.label_sets import STATUSES
from tests.support.apps import settings_for
from tests.support.prometheus import program
from tests.support.tokens import ISSUED_BY

ROOT = Path(__file__).parents[2]
LABELS = {
    "telemachus": {
        *(
            "region",
            "service",
            "le",
            "stream",
            "type",
            "outcome",
            "topic",
            "part",
            "obstacle",
            "method",
            "route",
            "status",
        ),
        *("state", "of", "stage", "ending", "way", "action", "source", "fate"),
    },
    "python": {"region", "generation", "implementation", "major", "minor", "patchlevel", "version"},
    "process": {"region"},
}
"""Prefix → every label there is. None of them may hold what people do or write, or grow with their number."""

every_service = pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
EVERY = [
    pytest.param(family, id=f"{service.name} {family.name}") for service in SERVICES for family in families(service)
]
every_metric = pytest.mark.parametrize("family", EVERY)
OURS = [each for each in EVERY if "telemachus_" in str(each.id)]


@pytest.mark.parametrize("family", OURS)
def test_its_help_says_what_it_is_and_what_a_high_value_means(family: Metric) -> None:
    what, _, meaning = family.documentation.partition(". ")
    assert len(what.split()) >= 3
    assert len(meaning.split()) >= 3
    assert meaning.endswith(".")


@every_metric
def test_it_has_a_region_and_no_label_that_grows(family: Metric) -> None:
    assert family.samples
    for sample in family.samples:
        assert sample.labels["region"] == "region"
        assert set(sample.labels) <= LABELS[family.name.partition("_")[0]], sample
        assert not sample.name.endswith("_created")


@every_service
def test_every_answer_of_every_route_is_known_before_the_first(service: Service) -> None:
    app = service.app(settings_for(ISSUED_BY))
    told = {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in app.state.running.telemetry.registry.collect()
        for sample in family.samples
    }
    routes = [(route.path, method) for route in iter_route_contexts(app.routes) for method in route.methods or ()]
    assert ("/metrics", "GET") in routes
    for (path, method), status in product([*routes, ("unmatched", "GET")], STATUSES):
        labels = {"route": path, "method": method, "status": status}
        assert told.get(("telemachus_http_requests_total", frozenset(labels.items()))) == 0, labels
        assert told.get(("telemachus_http_request_duration_seconds_count", frozenset({("route", path)}))) == 0


@every_service
def test_every_failure_of_every_event_is_known_before_the_first(service: Service) -> None:
    registry = service.app(settings_for(ISSUED_BY)).state.running.telemetry.registry
    for event in service.hears:
        labels = {"stream": event.stream.value, "type": event.type, "outcome": "dead-letter"}
        assert registry.get_sample_value("telemachus_events_total", labels) == 0, labels
        assert registry.get_sample_value("telemachus_handler_duration_seconds_count", {"type": event.type}) == 0
    for stream in service.streams:
        labels = {"stream": stream.value, "type": "unreadable", "outcome": "dead-letter"}
        assert registry.get_sample_value("telemachus_events_total", labels) == 0, labels
        assert registry.get_sample_value("telemachus_outbox_published_total", {"topic": stream.dead_letters}) == 0


@every_service
def test_its_readme_names_metrics_it_has(service: Service) -> None:
    readme = (ROOT / "services" / service.name / "README.md").read_text()
    [told] = re.findall(r"(?is)\*\*metrics\.?\*\*(.+?)(?:\n\n|\n\||$)", readme)
    named = {name.removeprefix("telemachus_") for name in re.findall(r"`([a-z]+(?:_[a-z]+)+)`", told)}
    stored = {each.name.removeprefix("telemachus_") for each in described()}
    assert named
    assert named <= stored


@every_service
def test_prometheus_has_nothing_against_its_names(service: Service) -> None:
    registry = service.app(settings_for(ISSUED_BY)).state.running.telemetry.registry
    own = [service.metrics.registry] if service.metrics else []
    shown = generate_latest(Regional([registry, *own], "eu"))
    done = subprocess.run([program("promtool"), "check", "metrics"], input=shown, capture_output=True, check=False)
    assert (done.returncode, done.stderr.decode()) == (0, "")


def test_the_table_names_each_once_and_who_has_it() -> None:
    lines = as_markdown().splitlines()
    assert len(lines) == len(described()) + 2
    [gap] = [line for line in lines if "`telemachus_round_gap_points`" in line]
    [expiry] = [line for line in lines if "`telemachus_certificate_expiry_timestamp_seconds`" in line]
    assert gap.endswith("| matching |")
    assert "| gauge | `of`, `region` |" in expiry and expiry.endswith("| all |")
