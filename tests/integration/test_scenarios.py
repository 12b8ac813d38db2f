"""Whole programmes with the four services as separate processes on Apache Kafka and MongoDB."""

from pathlib import Path

import pytest

from deploy.local.scenario.generator import SCENARIOS
from tests.support.backends import Kafka, Mongo
from tests.support.playing import broken, is_sane, play, stage_for
from tests.support.processes import Processes


@pytest.mark.real
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", sorted(set(SCENARIOS) - {"bnp-uk"}))  # that is played in watched/
async def test_a_programme_is_played_to_its_end(
    name: str, fresh_kafka: Kafka, mongodb: Mongo, database_name: str, tmp_path: Path
) -> None:
    with Processes(tmp_path, fresh_kafka, mongodb, database_name) as processes:
        async with stage_for(name, processes) as stage:
            report = await play(stage)
        assert await broken(processes) == []
    assert is_sane(report), report
