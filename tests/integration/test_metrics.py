"""What a service counts of its own stands beside what all of them count, and counts only what is true."""

from pathlib import Path

import pytest
from fastapi import APIRouter
from prometheus_client import CollectorRegistry, Counter, Gauge

from deploy.local.issuer import Issuer
from shared.errors import Conflict
from shared.events import SessionHeld
from shared.service import Service
from shared.store import Store, Unit
from shared.streams import Event
from tests.support import ledger
from tests.support.apps import client_of, settings_for
from tests.support.backends import Mongo
from tests.support.ledger import Entry, event


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
