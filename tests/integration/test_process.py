"""A service as a process of its own: it serves until it is told to stop, and ends in good order."""

import signal
from pathlib import Path

import pytest

from tests.support.backends import Kafka, Mongo
from tests.support.processes import NAMES, Processes


@pytest.fixture
def processes(fresh_kafka: Kafka, mongodb: Mongo, database_name: str, tmp_path: Path) -> Processes:
    return Processes(tmp_path, fresh_kafka, mongodb, database_name)


def test_it_serves_until_it_is_told_to_stop(processes: Processes) -> None:
    name = NAMES[0]
    try:
        processes.start(name)
        processes.wait_until_ready([name])
        assert processes.alive(name) == 200
    finally:
        processes.stop(name)
    assert processes.exit_code(name) == -signal.SIGTERM  # uvicorn hands on what told it
    assert '"event": "stopped"' in processes.last_words()
