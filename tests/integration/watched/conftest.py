"""The four services, watched by Prometheus while ``bnp-uk`` is played: one run for all tests of this directory.

Whoever makes a fault on purpose mends it: the next test finds everything well.
"""

import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest

from deploy.local.scenario.checking.report import Report
from deploy.local.scenario.playing.player import Unhurried
from deploy.local.scenario.playing.stage import Stage
from tests.support.backends import Kafka, Mongo
from tests.support.playing import broken, play, stage_for
from tests.support.processes import Processes
from tests.support.prometheus import RULES, Prometheus, faster, scraped

FIRED_SO_FAR = 'count by (alertname) (last_over_time(ALERTS{alertstate="firing"}[1h]))'


@dataclass(frozen=True)
class Watched:
    """What runs, and what was seen while the scenario was played."""

    processes: Processes
    prometheus: Prometheus
    stage: Stage
    report: Report
    broken: list[str]
    kafka: Kafka
    mongodb: Mongo
    prefix: str
    fired_while_played: frozenset[str]


@pytest.fixture(scope="package")
def databases(mongodb: Mongo) -> Iterator[str]:
    """A prefix of their names that nobody else uses; they are dropped afterwards."""
    prefix = f"watched_{uuid.uuid4().hex[:12]}"
    yield prefix
    mongodb.drop(prefix)


@pytest.fixture(scope="package")
async def watched(
    kafka: Kafka, mongodb: Mongo, databases: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Watched]:
    """Services and Prometheus at work, and the scenario behind them."""
    if not kafka.real:
        pytest.skip("needs a real Kafka: install Java 17 and Maven, or run a Docker engine")
    kafka.empty()
    directory = tmp_path_factory.mktemp("watched")
    with (
        Processes(directory, kafka, mongodb, databases) as processes,
        Prometheus(directory / "prometheus", processes.urls, faster(RULES)) as prometheus,
    ):
        async with stage_for("bnp-uk", processes) as stage:
            await scraped(prometheus)
            report = await play(stage, Unhurried)
            await scraped(prometheus)
            fired = frozenset(labels["alertname"] for labels, _ in prometheus.query(FIRED_SO_FAR))
            wrong = await broken(processes)
            yield Watched(processes, prometheus, stage, report, wrong, kafka, mongodb, databases, fired)
