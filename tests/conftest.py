"""Fixtures for brokers and databases, and the rule that a run on real backends skips nothing that needs them."""

import os
import tempfile
import uuid
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from shared.running.garbage import settle
from shared.telemetry.logs import configure_logs
from tests.support.backends import (
    BuiltInKafka,
    Kafka,
    Mongo,
    choose_kafka,
    choose_mongo,
    create_our_topics,
    real_required,
    timed,
)
from tests.support.side_by_side import SideBySide, longest_first

pytest.register_assert_rewrite("tests.support.promises")  # its asserts are tests of those who inherit them
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")  # no test asserts a duration, nor that the machine is idle
NEVER_SKIPPED = ("real", "browser")
USED = pytest.StashKey[list[str]]()


def pytest_configure(config: pytest.Config) -> None:
    """Room for what the summary tells; logs as in production (the library's own default prints local variables)."""
    configure_logs("WARNING")
    os.environ["LC_ALL"] = "C.UTF-8"  # sentences are English, whatever the terminal reads
    config.stash[USED] = []


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest does not come last; and what is loaded by now stays, as in a service."""
    longest_first(items)
    settle()  # a fifth of the time went into looking through what had been imported


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> SideBySide:
    """Where several processes run tests side by side, they share them out like this."""
    return SideBySide(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With REQUIRE_REAL, a test that needs the real thing and is skipped has failed."""
    report = yield
    needs_real = any(item.get_closest_marker(name) for name in NEVER_SKIPPED)
    if report.skipped and needs_real and real_required() and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, which REQUIRE_REAL forbids: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """With REQUIRE_REAL, no file may take itself out of the run."""
    report = yield
    if report.skipped and real_required():
        report.outcome = "failed"
        report.longrepr = f"{collector.nodeid} was skipped, which REQUIRE_REAL forbids: {report.longrepr}"
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Of several processes, each tells the one with the summary what it has used."""
    if isinstance(told := getattr(session.config, "workeroutput", None), dict):
        told["used"] = session.config.stash[USED]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """One of several processes has ended."""
    used = getattr(node, "workeroutput", {}).get("used", [])
    node.config.stash[USED] += [f"{node.gateway.id}: {line}" for line in used]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Which backends the run has used."""
    for line in config.stash[USED]:
        terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def kafka(pytestconfig: pytest.Config) -> Iterator[Kafka]:
    """The run's Kafka, with the product's topics (the built-in one creates them on first use)."""
    with tempfile.TemporaryDirectory() as directory:
        chosen = choose_kafka(Path(directory))
        chosen.seconds = timed(chosen.start)
        pytestconfig.stash[USED].append(f"Kafka: {chosen.kind}, started in {chosen.seconds:.1f} s")
        if chosen.real:
            create_our_topics(chosen.bootstrap_servers)
        yield chosen
        chosen.server.stop()


@pytest.fixture(scope="session")
def mongodb(pytestconfig: pytest.Config) -> Iterator[Mongo]:
    """The run's MongoDB, a replica set."""
    with tempfile.TemporaryDirectory() as directory:
        chosen = choose_mongo(Path(directory))
        chosen.seconds = timed(chosen.start)
        pytestconfig.stash[USED].append(f"MongoDB: {chosen.kind}, started in {chosen.seconds:.1f} s")
        yield chosen
        chosen.server.stop()


@pytest.fixture
def database_name(request: pytest.FixtureRequest, mongodb: Mongo) -> Iterator[str]:
    """A name nobody else uses; every database that starts with it is dropped afterwards.

    Where ``emptied`` is marked, all tests of the module have the same one, and it is emptied after each of them: its
    collections and indexes, which take longer to create than most tests, stay.
    """
    if request.node.get_closest_marker("emptied"):
        name = request.getfixturevalue("database_of_module")
        yield name
        mongodb.empty(name)
    else:
        name = f"test_{uuid.uuid4().hex[:12]}"
        yield name
        mongodb.drop(name)


@pytest.fixture(scope="module")
def database_of_module(mongodb: Mongo) -> Iterator[str]:
    name = f"test_{uuid.uuid4().hex[:12]}"
    yield name
    mongodb.drop(name)


@pytest.fixture
def fresh_kafka(kafka: Kafka) -> Iterator[Kafka]:
    """A Kafka with empty topics: the real one emptied, or another built-in one."""
    if kafka.real:
        kafka.empty()
        yield kafka
        return
    with BuiltInKafka() as server:
        yield Kafka(kafka.kind, False, server)


@pytest.fixture(autouse=True)
def real_backends(request: pytest.FixtureRequest) -> None:
    """A test marked ``real`` is skipped on the built-in Kafka."""
    if request.node.get_closest_marker("real") and not request.getfixturevalue("kafka").real:
        pytest.skip("needs a real Kafka: install Java 17 and Maven, or run a Docker engine")
