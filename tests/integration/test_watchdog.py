"""A consumer whose client waits for an answer that never comes is noticed and started anew."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from fastapi import APIRouter

from deploy.local.issuer import Issuer
from shared.kafka import progress, watchdog
from shared.language.sessions import SessionScheduled
from shared.running.running import Running
from shared.service import Service
from tests.support import ledger
from tests.support.backends import Kafka, Mongo
from tests.support.reading import write
from tests.support.serving import serving, until

LEDGER = Service("ledger", (), ledger, APIRouter(), (ledger.Entry, ledger.Receipt))


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes half a minute takes three seconds: a busy machine may need one for a batch."""
    monkeypatch.setattr(progress, "OFFSET_TOLD_WITHIN", 0.5)
    monkeypatch.setattr(watchdog, "LOOK", 0.2)
    monkeypatch.setattr(watchdog, "STILL", 3.0)


async def hears(running: Running, kafka: Kafka) -> None:
    """Wait until it has heard what is said now."""
    rows = [ledger.row(ledger.event(SessionScheduled, f"s{n}"), 1) for n in range(20)]
    records = [(row.topic, row.key, row.value, [(n, v or b"") for n, v in row.headers]) for row in rows]
    await asyncio.to_thread(write, kafka.bootstrap_servers, records)

    async def all_there() -> bool:
        return await running.store.count(ledger.Entry, {}) == len(rows)

    await until(all_there)


@pytest.mark.parametrize("farewell", ["in good order", "interrupted"])
@pytest.mark.parametrize("question", ["getmany", "committed"])
async def test_a_consumer_that_stands_still_is_started_anew(
    question: str,
    farewell: str,
    fresh_kafka: Kafka,
    mongodb: Mongo,
    database_name: str,
    tmp_path: Path,
) -> None:
    async with serving(LEDGER, Issuer(tmp_path), fresh_kafka, mongodb, database_name) as (app, _):
        running: Running = app.state.running
        client = running.bus._consumer
        stuck = asyncio.Event()

        async def never(*_: Any, **__: Any) -> None:
            stuck.set()
            await asyncio.Event().wait()

        async def interrupted() -> None:
            """As far as aiokafka comes when it is stopped in the middle of a fetch."""
            await client._coordinator.close()
            raise asyncio.CancelledError

        setattr(client, question, never)
        if farewell == "interrupted":
            client.stop = interrupted
        running.bus._progress.forget(client.assignment())
        if question == "getmany":
            await stuck.wait()
        await hears(running, fresh_kafka)

        assert running.bus._consumer is not client
        assert running.telemetry.restarts._value.get() >= 1


@pytest.mark.real
async def test_a_consumer_given_up_while_the_broker_was_away_comes_back(
    fresh_kafka: Kafka, mongodb: Mongo, database_name: str, tmp_path: Path
) -> None:
    async with serving(LEDGER, Issuer(tmp_path), fresh_kafka, mongodb, database_name) as (app, client):
        running: Running = app.state.running

        async def given_up_again() -> bool:
            assert (await client.get("/health/live")).status_code == 200
            return bool(running.telemetry.restarts._value.get() >= 2)

        fresh_kafka.stop()
        try:
            await until(given_up_again)
            assert (await client.get("/health/ready")).json()["obstacles"]["kafka"]
        finally:
            await asyncio.to_thread(fresh_kafka.start)
        await hears(running, fresh_kafka)
