"""Spans: every event follows from what it was decided by and not from what happened beside it; only what counts."""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from typing import Any

import pytest

from shared.delivery.due import DueRows
from shared.delivery.inbox import Inbox
from shared.domain import work
from shared.domain.errors import Conflict
from shared.domain.handlers import when_due
from shared.language.feedback import FeedbackSubmitted
from shared.language.sessions import SessionHeld, SessionMissed, SessionScheduled
from shared.store.store import Store
from shared.store.unit import Unit
from shared.telemetry.metrics import Telemetry
from shared.telemetry.otlp import tracing_of
from shared.telemetry.spans import Spans
from shared.telemetry.tracing import Tracing
from tests.support.collector import Collector, collector
from tests.support.ledger import NOW, Entry, Receipt, said

SDK_STOPS_WITHIN = 25
"""Seconds; the SDK by itself would wait for 30."""
CREATE, PROCESS = f"create {FeedbackSubmitted.type}", f"process {SessionHeld.type}"


@pytest.fixture
def collected(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    with collector() as seen:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", seen.address)
        yield seen


@pytest.fixture
async def spans(store: Store, collected: Collector) -> AsyncIterator[Tracing]:
    """The store's tracing, on; ``stop`` sends what there is."""
    store.tracing = tracing_of("ledger", "eu-test")
    assert isinstance(store.tracing, Spans)
    yield store.tracing
    await store.tracing.stop()


def _step(record: Any) -> tuple[str, str]:
    """Trace and span the record was decided in."""
    _, trace, span, _ = dict(record.headers)["traceparent"].decode().split("-")
    return trace, span


async def test_every_event_of_a_batch_follows_from_its_own(inbox: Inbox, spans: Tracing, collected: Collector) -> None:
    sessions = [f"secret-{number}" for number in range(3)]
    records = [said(SessionScheduled, each, 1) for each in sessions] + [said(SessionHeld, each, 2) for each in sessions]
    await inbox.take(records)
    await spans.stop()

    handled = collected.of(kind="CONSUMER")
    assert {(span.trace, span.parent) for span in handled} == {_step(record) for record in records}
    held = collected.of(kind="CONSUMER", name=PROCESS)
    assert [[child.name for child in collected.children(span)] for span in held] == [[CREATE]] * 3
    assert len(collected.of(kind="PRODUCER")) == 3
    [one] = [span for span in held if (span.trace, span.parent) == _step(records[-1])]
    assert (one.service, one.region, one.failed) == ("telemachus-ledger", "eu-test", False)
    assert one.attributes == {
        "messaging.system": "kafka",
        "messaging.operation.type": "process",
        "messaging.operation.name": "process",
        "messaging.destination.name": "telemachus.sessions",
        "messaging.destination.partition.id": "0",
        "messaging.kafka.offset": records[-1].offset,
        "messaging.consumer.group.name": "telemachus-ledger",
        "messaging.message.id": dict(records[-1].headers)["ce_id"].decode(),  # type: ignore[union-attr]
        "cloudevents.event_type": SessionHeld.type,
    }
    assert not any(b"secret-" in body for body in collected.bodies), "spans name people's things"


async def test_an_attempt_that_was_undone_leaves_no_trace(
    inbox: Inbox, spans: Tracing, collected: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit, conflicts = Unit.commit, [Conflict("somebody was faster")]

    async def contended(unit: Unit, *more: Any) -> None:
        if conflicts:
            raise conflicts.pop()
        await commit(unit, *more)

    monkeypatch.setattr(Unit, "commit", contended)
    await inbox.take([said(SessionScheduled, "s", 1), said(SessionHeld, "s", 2)])
    await spans.stop()

    [held] = collected.of(kind="CONSUMER", name=PROCESS)
    assert [span.parent for span in collected.of(kind="PRODUCER")] == [held.id]


async def test_what_failed_says_so_and_what_waits_does_not(inbox: Inbox, spans: Tracing, collected: Collector) -> None:
    records = [said(SessionScheduled, "s", 1), said(SessionMissed, "s", 2, number=14), said(SessionHeld, "t", 1)]
    await inbox.take(records)
    await spans.stop()

    ended = {span.name: (span.failed, span.attributes) for span in collected.of(kind="CONSUMER")}
    failed, attributes = ended[f"process {SessionMissed.type}"]
    assert (failed, attributes["error.type"]) == (True, "ZeroDivisionError")
    failed, attributes = ended[PROCESS]
    assert (failed, attributes["telemachus.parked"]) == (False, True)


@when_due(Receipt)
async def remind(receipt: Receipt, _: datetime, unit: work.Unit) -> None:
    """Says it when the time has come."""
    told = FeedbackSubmitted.model_validate(
        {"programme_id": "p", "pulse_id": receipt.id, "pair_id": "a", "session_id": "s", "role": "mentor"}
    )
    unit.save(Receipt(id=receipt.id).raising(told))


async def test_what_is_due_begins_traces_of_its_own(
    store: Store, telemetry: Telemetry, spans: Tracing, collected: Collector
) -> None:
    unit = store.unit()
    for identity in ("one", "other"):
        unit.save(Receipt(id=identity, due_at=NOW))
    await unit.commit()
    await DueRows(store, [remind], telemetry).do(remind)
    await spans.stop()

    begun = collected.of(kind="INTERNAL", name="due:remind")
    assert [span.parent for span in begun] == ["", ""]
    assert len({span.trace for span in begun}) == 2
    assert [[child.name for child in collected.children(span)] for span in begun] == [[CREATE]] * 2


ASK = """
import sys
from services.sessions.app import service
from tests.support.apps import new_issuer, settings_for
service.app(settings_for(new_issuer()))
never = ("opentelemetry.sdk", "opentelemetry.exporter", "shared.telemetry.spans")
print(any(name.startswith(never) for name in sys.modules))
"""


def test_opentelemetry_is_not_imported_unless_it_is_switched_on() -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}
    asked = subprocess.run(
        [sys.executable, "-c", ASK], env=environment, capture_output=True, text=True, timeout=120, check=True
    )
    assert asked.stdout.strip() == "False"


async def test_a_collector_that_never_answers_holds_up_nothing(
    store: Store, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{deaf.getsockname()[1]}")
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "3600")
        monkeypatch.setenv("OTEL_BSP_MAX_QUEUE_SIZE", "600")
        store.tracing = tracing_of("ledger", "eu-test")
        for batch in range(3):
            await inbox.take([said(SessionScheduled, f"{batch}-{number}", 1) for number in range(400)])
        await asyncio.wait_for(store.tracing.stop(), SDK_STOPS_WITHIN)

    assert await store.count(Entry, {}) == 1200
