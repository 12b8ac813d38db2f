"""Two regions side by side: the group's office sees both, and nobody of the one can be found in the other."""

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from deploy.local.scenario.playing.opening import opening
from deploy.local.scenario.playing.settle import settle
from deploy.local.scenario.playing.stage import Stage
from tests.support.backends import Kafka, Mongo
from tests.support.playing import stage_for
from tests.support.processes import Processes
from tests.support.regions import (
    another_kafka_and_mongodb,
    found_in_databases,
    found_in_logs,
    found_in_topics,
    group_of,
    met_once,
    mirrored,
    moved,
)

A_WHILE = timedelta(hours=2)
MIRRORED_WITHIN = 90.0


async def hours_go_by(stage: Stage) -> None:
    await moved(stage, stage.clock.now() + A_WHILE)
    await settle(stage.gateway, stage.operator)


async def group_once(stage: Stage, so: Callable[[Any], bool]) -> dict[str, Any]:
    """Region → the programme there, as the group's office sees it once that is so."""
    until = time.monotonic() + MIRRORED_WITHIN
    while True:
        seen = {one["region"]: one for one in (await group_of(stage))["programmes"]}
        if so(seen):
            return seen
        assert time.monotonic() < until, seen
        await asyncio.sleep(0.2)


async def opened(stage: Stage) -> None:
    """The same programme, without anybody in it."""
    body = {"id": stage.scenario.programme_id, "terms": stage.scenario.terms.model_dump(mode="json")}
    await stage.gateway.ask(stage.manager, "POST", "registration", "/programmes", json=body)
    await stage.gateway.ask(stage.manager, "POST", "registration", f"{stage.programme}/open")
    await settle(stage.gateway, stage.operator)


@pytest.mark.real
@pytest.mark.timeout(600)
async def test_the_group_sees_both_regions_and_nobody_in_them(
    fresh_kafka: Kafka, mongodb: Mongo, database_name: str, tmp_path: Path
) -> None:
    with (
        another_kafka_and_mongodb(tmp_path / "other") as (kafka, other_mongodb),
        mirrored(tmp_path / "mirror", fresh_kafka, kafka),
        Processes(tmp_path / "eu", fresh_kafka, mongodb, database_name, region="eu") as eu,
        Processes(tmp_path / "us", kafka, other_mongodb, "telemachus", region="us") as us,
    ):
        async with stage_for("bnp-uk", eu) as in_eu, stage_for("bnp-uk", us) as in_us:
            await opened(in_us)
            await opening(in_eu)
            traces = await met_once(in_eu)
            await hours_go_by(in_eu)
            await hours_go_by(in_us)
            told = (await group_once(in_eu, lambda seen: "eu" in seen and seen["eu"]["answered"] == 2))["eu"]
            seen = await group_once(in_us, lambda seen: seen.keys() == {"eu", "us"} and seen["eu"]["answered"] == 2)
            assert (await group_once(in_eu, lambda _: True)).keys() == {"eu"}
        everywhere = found_in_databases(mongodb, traces, database_name) | found_in_topics(fresh_kafka, traces)
        kept_as_hash_alone = {person.employee_id for person in in_eu.scenario.applicants}
        assert set(traces) - set(everywhere) == kept_as_hash_alone, "the search does not find what is there"
        assert found_in_databases(other_mongodb, traces) == {}
        assert found_in_topics(kafka, traces) == {}
        assert found_in_logs(tmp_path / "us", traces) == {}
    assert seen["eu"] == told
    assert (told["sessions"]["held"], told["feeling"]) == (1, None)
    assert told["pairs"]["active"] > 0
    assert seen["us"]["pairs"] == {"active": 0, "dissolved": 0, "completed": 0}
