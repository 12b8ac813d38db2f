"""What a service counts of its own stands beside what all of them count, and counts only what is true."""

import asyncio
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pymongo
import pytest
from fastapi import APIRouter
from prometheus_client import CollectorRegistry, Counter, Gauge, Metric
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_metrics_families
from prometheus_client.parser import text_string_to_metric_families

from deploy.local.issuer import Issuer
from shared.domain.errors import Conflict
from shared.domain.work import Unit
from shared.language.sessions import SessionHeld, SessionScheduled
from shared.language.streams import Event, Stream
from shared.running.running import Running
from shared.service import Service
from shared.store.store import Store
from tests.support import ledger
from tests.support.apps import client_of, settings_for
from tests.support.backends import Kafka, Mongo
from tests.support.ledger import Entry, Receipt, event
from tests.support.reading import write
from tests.support.serving import serving, until

OPEN_METRICS = {"accept": "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"}
LEDGER = Service("ledger", (), ledger, APIRouter(), (Entry, Receipt))


class Own:
    """Counts what the ledger says, and its entries."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.sayings = Counter("ledger_sayings", "Events said.", ["type"], registry=self.registry)
        self.entries = Gauge("ledger_entries", "Entries kept.", registry=self.registry)

    def said(self, event: Event) -> None:
        self.sayings.labels(event.type).inc()

    async def measure(self, store: Store) -> None:
        self.entries.set(await store.count(Entry, {}))

    def counted(self) -> float | None:
        return self.registry.get_sample_value("ledger_sayings_total", {"type": SessionHeld.type})


def stored(families: Iterable[Metric]) -> dict[tuple[Any, ...], float]:
    """As Prometheus has it: name and labels → value."""
    return {(s.name, *sorted(s.labels.items())): s.value for family in families for s in family.samples}


async def _say(unit: Unit) -> None:
    entry = await unit.find(Entry, "s1") or Entry(id="s1")
    unit.save(entry.raising(event(SessionHeld, "s1"), event(SessionHeld, "s1")))


async def test_both_are_shown(mongodb: Mongo, database_name: str, tmp_path: Path) -> None:
    own = Own()
    service = Service("ledger", (), ledger, APIRouter(), (Entry,), metrics=own)
    told = {"mongodb_url": mongodb.url, "mongodb_database_prefix": database_name}
    app = service.app(settings_for(Issuer(tmp_path), **told))
    store: Store = app.state.store
    await store.run(_say)
    async with client_of(app) as client:
        shown = (await client.get("/metrics")).text.splitlines()
    await store.close()

    assert f'ledger_sayings_total{{region="local",type="{SessionHeld.type}"}} 2.0' in shown
    assert 'ledger_entries{region="local"} 1.0' in shown
    assert 'telemachus_build_info{region="local",service="ledger"} 1.0' in shown
    assert any(line.startswith('process_resident_memory_bytes{region="local"}') for line in shown)


async def test_prometheus_gets_the_format_it_asks_for(tmp_path: Path) -> None:
    app = LEDGER.app(settings_for(Issuer(tmp_path), region="eu"))
    async with client_of(app) as client:
        with pymongo.timeout(0.2):
            plain = await client.get("/metrics")
            open_metrics = await client.get("/metrics", headers=OPEN_METRICS)

    assert plain.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert open_metrics.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
    assert open_metrics.text.endswith("# EOF\n")
    as_open_metrics = open_metrics_families(open_metrics.text)  # type: ignore[no-untyped-call]
    assert set(stored(as_open_metrics)) == set(stored(text_string_to_metric_families(plain.text)))
    assert all(("region", "eu") in sample for sample in stored(text_string_to_metric_families(plain.text)))


async def test_metrics_are_shown_while_broker_and_database_are_away(tmp_path: Path) -> None:
    app = LEDGER.app(settings_for(Issuer(tmp_path)))
    running: Running = app.state.running
    running.telemetry.outbox_pending.set(7)
    running.telemetry.lag.labels(Stream.SESSIONS).set(8)
    running.telemetry.ready.set(1)
    async with client_of(app) as client:
        with pymongo.timeout(0.2):
            answer = await client.get("/metrics")

    assert answer.status_code == 200
    shown = answer.text.splitlines()
    assert 'telemachus_outbox_pending_messages{region="local"} 7.0' in shown
    assert 'telemachus_consumer_lag_messages{region="local",stream="telemachus.sessions"} 8.0' in shown
    assert 'telemachus_ready{region="local"} 0.0' in shown


async def test_what_waits_is_shown_with_the_time_since_when(
    fresh_kafka: Kafka, mongodb: Mongo, database_name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving(LEDGER, Issuer(tmp_path), fresh_kafka, mongodb, database_name) as (app, client):
        inbox = app.state.running.inbox
        take, stream = inbox.take, Stream.SESSIONS.value

        async def shown(name: str, **labels: str) -> float:
            found = stored(text_string_to_metric_families((await client.get("/metrics")).text))
            return found[f"telemachus_{name}", *sorted({**labels, "region": "local"}.items())]

        async def lag_is(events: int) -> bool:
            return await shown("consumer_lag_messages", stream=stream) == events

        async def tried_again() -> bool:
            return await shown("retries_total", part="inbox") >= 1

        async def away(_: object) -> None:
            raise ConnectionResetError

        assert await lag_is(0)
        caught_up = await shown("consumer_caught_up_timestamp_seconds", stream=stream)
        monkeypatch.setattr(inbox, "take", away)
        row = ledger.row(event(SessionScheduled, "s1"), 1)
        await asyncio.to_thread(write, fresh_kafka.bootstrap_servers, [(row.topic, row.key, row.value, row.headers)])
        written_by = time.time()
        await until(lambda: lag_is(1))
        await until(tried_again)
        assert caught_up <= await shown("consumer_caught_up_timestamp_seconds", stream=stream) <= written_by
        assert (await shown("ready"), await shown("obstacle", obstacle="inbox")) == (1, 1)

        monkeypatch.setattr(inbox, "take", take)
        await until(lambda: lag_is(0))
        assert await shown("consumer_caught_up_timestamp_seconds", stream=stream) > written_by
        assert await shown("handler_duration_seconds_count", type=SessionScheduled.type) == 1
        assert await shown("mongodb_connections", state="open") >= 1
        assert await shown("mongodb_checkout_seconds_count") >= 1


async def test_only_what_was_committed_counts(store: Store) -> None:
    own = Own()
    store.made_true = own.said
    first, second = store.unit(), store.unit()
    await _say(first)
    await _say(second)
    assert own.counted() is None

    await first.commit()
    with pytest.raises(Conflict):
        await second.commit()
    assert own.counted() == 2


async def test_what_was_undone_does_not_count(store: Store) -> None:
    own = Own()
    store.made_true = own.said
    unit = store.unit()
    await _say(unit)
    unit.undo()
    await unit.commit()

    assert own.counted() is None
