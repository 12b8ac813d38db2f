"""Parts of a service on the run's real database."""

from collections.abc import AsyncIterator

import pytest

from shared.delivery.inbox import Inbox
from shared.domain.clock import SystemClock
from shared.language.envelope import Origin
from shared.store.store import Store
from shared.telemetry.metrics import Telemetry
from tests.support.backends import Mongo
from tests.support.ledger import HANDLERS, Entry, Receipt


@pytest.fixture
async def store(mongodb: Mongo, database_name: str) -> AsyncIterator[Store]:
    """An empty database."""
    store = Store(mongodb.url, database_name, Origin("ledger", "test"), SystemClock())
    await store.prepare([Entry, Receipt])
    yield store
    await store.close()


@pytest.fixture
def telemetry() -> Telemetry:
    """Metrics that begin at zero."""
    return Telemetry("ledger", "test")


@pytest.fixture
async def inbox(store: Store, telemetry: Telemetry) -> Inbox:
    """An inbox in front of the ledger's handlers."""
    inbox = Inbox(store, HANDLERS, telemetry)
    await inbox.prepare()
    return inbox
