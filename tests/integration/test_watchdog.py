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


@pytest.mark.parametrize("farewell", ["in good order", "interrupted"])
@pytest.mark.parametrize("question", ["getmany", "committed"])
async def test_a_consumer_that_stands_still_is_started_anew(
    question: str,
    farewell: str,
    fresh_kafka: Kafka,
    mongodb: Mongo,
    database_name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(progress, "OFFSET_TOLD_WITHIN", 0.5)
    monkeypatch.setattr(watchdog, "LOOK", 0.2)
    monkeypatch.setattr(watchdog, "STILL", 1.0)
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
        rows = [ledger.row(ledger.event(SessionScheduled, f"s{n}"), 1) for n in range(20)]
        records = [(row.topic, row.key, row.value, [(n, v or b"") for n, v in row.headers]) for row in rows]
        await asyncio.to_thread(write, fresh_kafka.bootstrap_servers, records)

        async def all_there() -> bool:
            return await running.store.count(ledger.Entry, {}) == len(rows)

        await until(all_there)

        assert running.bus._consumer is not client
        assert running.telemetry.restarts._value.get() >= 1
