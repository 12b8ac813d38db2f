"""The database of one service is put back to an earlier moment; it catches up with the topics and goes on."""

import asyncio
import subprocess
from pathlib import Path
from typing import Any

import pytest

from deploy.local.scenario.checking.report import collect
from deploy.local.scenario.playing.opening import opening
from deploy.local.scenario.playing.player import Player
from deploy.local.scenario.playing.stage import Stage
from tests.support.backends import Kafka, Mongo
from tests.support.backup import Backup, back_up, restore
from tests.support.playing import broken, is_sane, share, stage_for
from tests.support.processes import Processes

RESTORED = "feedback"
"""Nearly all it knows it was told by events, so nearly all of it comes back."""


def put_back(processes: Processes, mongodb: Mongo, prefix: str, backup: Backup) -> "subprocess.CompletedProcess[str]":
    """Stop it, restore its database, let it catch up, start it; what catching up has said."""
    processes.stop(RESTORED)
    restore(mongodb.url, f"{prefix}_{RESTORED}", backup)
    done = processes.run(RESTORED, "recover")
    processes.start(RESTORED)
    processes.wait_until_ready([RESTORED])
    return done


@pytest.mark.real
@pytest.mark.timeout(600)
async def test_a_service_put_back_to_an_earlier_moment_catches_up(
    fresh_kafka: Kafka, mongodb: Mongo, database_name: str, tmp_path: Path
) -> None:
    with Processes(tmp_path, fresh_kafka, mongodb, database_name) as processes:
        async with stage_for("bnp-uk", processes) as stage:
            await opening(stage)
            player = Player(stage)
            await player.play_on(until=share(stage, 0.3))
            backup = await asyncio.to_thread(back_up, mongodb.url, f"{database_name}_{RESTORED}")
            await player.play_on(until=share(stage, 0.6))
            before = await alarms(stage)
            done = await asyncio.to_thread(put_back, processes, mongodb, database_name, backup)
            assert done.returncode == 0, done.stderr
            assert await alarms(stage) == before
            await player.play_on()
            await player.end()
            report = await collect(stage)
        assert await broken(processes) == []
    assert is_sane(report), report
    assert "× telemachus.feedback-submitted.v1" in done.stdout, "pulses since the backup are lost, and said to be"


async def alarms(stage: Stage) -> Any:
    """Which pairs are at risk, as the manager sees it."""
    return await stage.gateway.all(stage.manager, "feedback", f"{stage.programme}/alarms")
