"""Somebody of a running programme is erased while a service is down: four processes, Apache Kafka and MongoDB."""

import asyncio
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient
from pymongo import MongoClient

from deploy.local.scenario.checking.evidence import read_topics
from deploy.local.scenario.playing.gateway import participant
from deploy.local.scenario.playing.opening import opening, participants
from deploy.local.scenario.playing.settle import settle
from deploy.local.scenario.playing.stage import Stage
from shared.language.streams import Stream
from tests.support.backends import Kafka, Mongo
from tests.support.playing import broken, stage_for
from tests.support.processes import NAMES, Processes

DOWN, TOPIC = "sessions", Stream.PARTICIPANTS.value
ERASED_WITHIN = 120.0


@pytest.mark.real
@pytest.mark.timeout(600)
async def test_it_completes_when_the_service_is_back_and_leaves_no_trace(
    fresh_kafka: Kafka, mongodb: Mongo, database_name: str, tmp_path: Path
) -> None:
    with Processes(tmp_path, fresh_kafka, mongodb, database_name) as processes:
        async with stage_for("bnp-uk", processes) as stage:
            await opening(stage)
            whom, traces = await somebody_paired(stage)
            assert await asyncio.to_thread(found, mongodb, database_name, traces) == set(traces)

            processes.stop(DOWN)
            asked = await erased(stage, whom)
            assert await until(stage, asked, [DOWN]) == "waiting"
            processes.start(DOWN)
            processes.wait_until_ready([DOWN])
            assert await until(stage, asked, []) == "complete"
            await settle(stage.gateway, stage.operator)
            assert await asyncio.to_thread(found, mongodb, database_name, traces) == set()
            assert await broken(processes) == []

            everybody = subjects(fresh_kafka)
            assert on_the_topic(fresh_kafka, traces)
            await purge(stage, fresh_kafka)
        assert not on_the_topic(fresh_kafka, traces)
        assert subjects(fresh_kafka) == everybody
        assert await broken(processes) == []


async def purge(stage: Stage, kafka: Kafka) -> None:
    """As docs/privacy-erasure.md has it: say the stream again, scrubbed, and delete what was said before."""
    before = [TopicPartition(TOPIC, number, offset) for number, offset in ends(kafka)]
    again = {"stream": TOPIC, "dry_run": False}
    await stage.gateway.ask(stage.operator, "POST", "registration", "/operations/replay", json=again)
    await settle(stage.gateway, stage.operator)
    with AdminClient({"bootstrap.servers": kafka.bootstrap_servers}) as admin:
        for answer in admin.delete_records(before).values():
            answer.result(ERASED_WITHIN)


def ends(kafka: Kafka) -> list[tuple[int, int]]:
    """Partition and offset of what comes next."""
    with closing(Consumer({"bootstrap.servers": kafka.bootstrap_servers, "group.id": "looks"})) as consumer:
        partitions = consumer.list_topics(TOPIC, timeout=30).topics[TOPIC].partitions
        return [
            (number, consumer.get_watermark_offsets(TopicPartition(TOPIC, number), timeout=30)[1])
            for number in partitions
        ]


def on_the_topic(kafka: Kafka, traces: list[str]) -> list[str]:
    """Those that somebody can read there."""
    values = [said.value or b"" for said in read_topics(kafka.bootstrap_servers) if said.topic == TOPIC]
    return [trace for trace in traces if any(trace.encode() in value for value in values)]


def subjects(kafka: Kafka) -> set[str]:
    """Whom the topic tells of."""
    return {said.header("ce_subject") for said in read_topics(kafka.bootstrap_servers) if said.topic == TOPIC}


async def somebody_paired(stage: Stage) -> tuple[str, list[str]]:
    """An employee number, and what stands nowhere but with that person."""
    pairs = await stage.gateway.all(stage.manager, "matching", f"{stage.programme}/pairs")
    people = await participants(stage)
    person, row = people[pairs[0]["mentor_id"]]
    sessions = f"/pairs/{pairs[0]['pair_id']}/sessions"
    assert (await stage.gateway.get(participant(person.employee_id, "FR"), DOWN, sessions))["sessions"]
    return person.employee_id, [person.employee_id, person.name, person.email, row["person_id"]]


async def erased(stage: Stage, employee_id: str) -> str:
    asked = await stage.gateway.ask(
        stage.operator, "POST", "registration", "/people/erase", json={"employee_id": employee_id}
    )
    return str(asked.body["erasure_id"])


async def until(stage: Stage, erasure_id: str, waiting_for: list[str]) -> str:
    """Its state once these alone are waited for."""
    async with asyncio.timeout(ERASED_WITHIN):
        while True:
            seen = await stage.gateway.get(stage.operator, "registration", f"/erasures/{erasure_id}")
            if seen["waiting_for"] == waiting_for:
                return str(seen["state"])
            await asyncio.sleep(0.2)


def found(mongodb: Mongo, prefix: str, traces: list[str]) -> set[str]:
    """Those that stand anywhere in any database."""
    with MongoClient[dict[str, Any]](mongodb.url) as client:
        databases = [client[f"{prefix}_{name}"] for name in NAMES]
        everything = [
            str(document)
            for database in databases
            for collection in database.list_collection_names()
            for document in database[collection].find()
        ]
    return {trace for trace in traces if any(trace in document for document in everything)}
