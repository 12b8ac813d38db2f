"""All four services with a small programme on a real database, and whoever asks them."""

import math
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest
from fastapi import FastAPI

from shared.domain.aggregate import Aggregate
from shared.domain.clock import SystemClock
from shared.language.envelope import Origin, Record
from shared.language.streams import Event, Stream
from shared.store.rows import row_of
from shared.store.unit import Unit
from tests.support.apps import client_of, new_issuer, signed_in
from tests.support.backends import Mongo
from tests.support.lists import pages
from tests.support.lists import told as all_lines
from tests.support.seeds import MENTEE, MENTOR, seeded

Asking = Callable[..., Awaitable[Any]]
Telling = Callable[..., Awaitable[None]]

ISSUER = new_issuer()
WHO: Mapping[str, Mapping[str, str]] = {
    "manager": signed_in(ISSUER, "manager", employee_id="e-m", countries=["FR", "GB"]),
    "french manager": signed_in(ISSUER, "manager", employee_id="e-m", countries=["FR"]),
    "everybody's manager": signed_in(ISSUER, "manager", employee_id="e-m", countries=["*"]),
    "british manager": signed_in(ISSUER, "manager", employee_id="e-m", countries=["GB"]),
    "italian manager": signed_in(ISSUER, "manager", employee_id="e-m", countries=["IT"]),
    "operator": signed_in(ISSUER, "operator"),
    "mentor": signed_in(ISSUER, "participant", employee_id=f"e-{MENTOR}"),
    "mentee": signed_in(ISSUER, "participant", employee_id=f"e-{MENTEE}"),
    "mentee, a manager elsewhere": signed_in(
        ISSUER, "participant", "manager", employee_id=f"e-{MENTEE}", countries=["IT"]
    ),
}
FIRST = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@dataclass(frozen=True)
class At:
    """A clock that stands still."""

    moment: datetime
    steady_for: ClassVar[float] = math.inf

    def now(self) -> datetime:
        return self.moment


@pytest.fixture
async def apps(mongodb: Mongo, database_name: str) -> AsyncIterator[dict[str, FastAPI]]:
    async with seeded(ISSUER, mongodb, database_name) as apps:
        yield apps


@pytest.fixture
def ask(apps: dict[str, FastAPI]) -> Asking:
    """Service, path, who → what is shown; a list is the same page by page and line by line."""

    async def asked(service: str, path: str, who: str = "manager", method: str = "GET", body: Any = None) -> Any:
        async with client_of(apps[service]) as client:
            answer = await client.request(method, path, headers=dict(WHO[who]), json=body)
            assert answer.is_success, answer.text
            found = answer.json() if "json" in answer.headers["content-type"] else answer.text
            if isinstance(found, list) and "limit=" not in path:
                assert [each for page in await pages(client, path, WHO[who], 2) for each in page] == found
                assert await all_lines(client, path, WHO[who]) == found
        return found

    return asked


async def keep(app: FastAPI, *aggregates: Aggregate) -> None:
    """Store them as they are."""

    async def work(unit: Unit) -> None:
        for aggregate in aggregates:
            await unit.find(type(aggregate), aggregate.id)
            unit.save(aggregate)

    app.state.store.projections, before = frozenset(), app.state.store.projections
    await app.state.store.run(work)
    app.state.store.projections = before


def record(event: Event, version: int, at: datetime) -> Record:
    """As Kafka brings what happened then: the subject's change of that number."""
    row = row_of(event, version=version, origin=Origin("elsewhere", "test"), now=at)
    return Record(row.topic, 0, version, 1, row.key, row.value, row.headers)


@pytest.fixture
def tell(apps: dict[str, FastAPI]) -> Telling:
    """Service, events → it has heard them; ``at`` is when they happened, of each the subject's next version."""
    versions: dict[tuple[str, Stream, str], int] = {}

    async def told(service: str, *events: Event, at: datetime | None = None) -> None:
        records = []
        for event in events:
            which = service, event.stream, event.subject
            versions[which] = version = versions.get(which, 0) + 1
            records.append(record(event, version, at or SystemClock().now()))
        await apps[service].state.running.inbox.take(records)

    return told
