"""What a service says of itself while Kafka, its database or its consumer is not as it should be: never a failure."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pymongo
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaConnectionError
from fastapi import APIRouter, FastAPI

from deploy.local.issuer import Issuer
from shared.language.streams import Stream
from shared.service import Service
from tests.support import ledger
from tests.support.apps import NOWHERE, client_of, new_issuer, settings_for, signed_in
from tests.support.backends import Mongo

ISSUER: Issuer = new_issuer()
LEDGER = Service("ledger", (), ledger, APIRouter(), (ledger.Entry, ledger.Receipt))
KAFKA_AWAY = {"kafka": "does not answer", "consumer": "has no partitions"}


@pytest.fixture
async def app(mongodb: Mongo, database_name: str) -> AsyncIterator[FastAPI]:
    """With a database, and no Kafka."""
    app = LEDGER.app(settings_for(ISSUER, mongodb_url=mongodb.url, mongodb_database_prefix=database_name))
    yield app
    await app.state.store.close()


async def asked(app: FastAPI, path: str = "/health/ready") -> httpx.Response:
    async with client_of(app) as client:
        return await client.get(path, headers=signed_in(ISSUER, "operator"))


async def shown(app: FastAPI, sample: str) -> float:
    lines = (await asked(app, "/metrics")).text.splitlines()
    (value,) = [line.rpartition(" ")[2] for line in lines if line.startswith(f"{sample} ")]
    return float(value)


async def test_without_kafka_people_are_served_and_told_what_is_in_the_way_of_events(app: FastAPI) -> None:
    await app.state.running.bus.on_partitions_assigned(set())
    answer = await asked(app)
    assert (answer.status_code, answer.json()["because"], answer.json()["obstacles"]) == (200, {}, KAFKA_AWAY)
    assert await shown(app, 'telemachus_ready{region="local"}') == 1
    assert await shown(app, 'telemachus_obstacle{obstacle="kafka",region="local"}') == 1
    assert await shown(app, 'telemachus_obstacle{obstacle="mongodb",region="local"}') == 0


async def test_who_has_never_been_in_its_group_takes_nobodys_place(app: FastAPI) -> None:
    answer = await asked(app)
    assert answer.status_code == 503
    assert answer.json()["because"] == {"consumer": "has not joined its group yet"}
    assert await shown(app, 'telemachus_ready{region="local"}') == 0


async def test_without_its_database_nobody_is_served() -> None:
    app = LEDGER.app(settings_for(ISSUER))
    await app.state.running.bus.on_partitions_assigned(set())
    with pymongo.timeout(0.2):
        answer = await asked(app)
    assert (answer.status_code, answer.json()["because"]) == (503, {"mongodb": "does not answer"})
    assert answer.json()["obstacles"] == KAFKA_AWAY | {"mongodb": "does not answer"}


async def test_a_part_that_fails_is_told_and_hinders_nobody(app: FastAPI) -> None:
    running = app.state.running
    await running.bus.on_partitions_assigned(set())
    running.pulse.trouble("inbox", "StreamPoisoned: all of it")
    answer = await asked(app)
    assert (answer.status_code, answer.json()["obstacles"]["inbox"]) == (200, "StreamPoisoned: all of it")
    assert await shown(app, 'telemachus_obstacle{obstacle="inbox",region="local"}') == 1


class Lost:
    """A client that lost its broker after it was given partitions."""

    def assignment(self) -> set[TopicPartition]:
        return {TopicPartition(Stream.SESSIONS.value, 0)}

    async def committed(self, _: TopicPartition) -> int:
        raise KafkaConnectionError


def never_started() -> AIOKafkaConsumer:
    """It has no fetcher yet, and fails with AttributeError."""
    consumer = AIOKafkaConsumer(bootstrap_servers=NOWHERE, group_id="telemachus-ledger")
    consumer.subscribe([Stream.SESSIONS.value])
    return consumer


def half_started() -> Any:
    """The same, as if it had its partitions already."""
    consumer = never_started()
    consumer.assignment = Lost().assignment
    return consumer


@pytest.mark.parametrize(
    "path", ["/health/ready", "/health/live", "/metrics", "/operations/backlog", "/operations/lag"]
)
@pytest.mark.parametrize("consumer", [lambda: None, never_started, half_started, Lost])
async def test_a_consumer_in_any_state_is_an_obstacle_and_no_failure(consumer: Any, path: str, app: FastAPI) -> None:
    subscriber = app.state.running.bus._subscriber
    subscriber.consumer, subscriber.running = consumer(), True
    answer = await asked(app, path)
    expected = {"/health/ready": 503, "/operations/lag": 503}.get(path, 200)
    assert answer.status_code == expected, answer.text
    if path == "/operations/backlog":
        assert answer.json()["lag"] == -1
    if path == "/health/ready":
        assert answer.json()["obstacles"]["kafka"] == "does not answer"
