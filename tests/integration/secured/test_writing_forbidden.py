"""A topic that a service may not write to any more holds up its own events, and nobody else's.

After test_working.py by its name: what is said here tells of pairs nobody knows, so it parks at services for good.
"""

import asyncio
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer
from confluent_kafka.admin import AdminClient
from confluent_kafka.admin._acl import AclBinding, AclBindingFilter, AclOperation, AclPermissionType
from confluent_kafka.admin._resource import ResourcePatternType, ResourceType

from shared.delivery.outbox import Outbox
from shared.delivery.replays.confirmed import Confirmed
from shared.domain.work import Unit
from shared.kafka.connection import reached, start_producer
from shared.language.everybody import ReplayRequested
from shared.language.sessions import SessionHeld, SessionMissed, SessionScheduled
from shared.language.streams import Event, Stream
from shared.loops import Pulse
from shared.store.store import Store
from shared.telemetry.metrics import Telemetry
from tests.integration.secured.conftest import ALLOWED_OR_REFUSED_WITHIN, BY_NAME, Secure
from tests.support.ledger import Entry, event
from tests.support.secure import ADMIN

SESSIONS = Stream.SESSIONS.value


async def decide(store: Store, *events: Event) -> None:
    async def work(unit: Unit) -> None:
        for said in events:
            entry = await unit.find(Entry, said.subject) or Entry(id=said.subject)
            unit.save(entry.raising(said))

    await store.run(work)


def another(nth: int) -> ReplayRequested:
    """Said to a topic of its own."""
    return ReplayRequested(request_id=f"r{nth}", wanted=Stream.PAIRS, since=datetime(2026, 1, 1, tzinfo=UTC))


async def publish_all(outbox: Outbox, but: int = 0) -> None:
    """Until no more than so many wait; raises TimeoutError after a long while."""
    async with asyncio.timeout(ALLOWED_OR_REFUSED_WITHIN):
        while await outbox.pending() > but:
            await outbox.publish()
            await asyncio.sleep(0.02)


def forbid(operations: list[AclOperation], admin: AdminClient) -> list[AclBindingFilter]:
    """That the service does this with its topic; returns what takes it back."""
    pattern = (ResourceType.TOPIC, SESSIONS, ResourcePatternType.LITERAL)
    who = f"User:{BY_NAME['sessions'].user}", "*"
    bindings = [AclBinding(*pattern, *who, operation, AclPermissionType.DENY) for operation in operations]
    for answer in admin.create_acls(bindings).values():
        answer.result(ALLOWED_OR_REFUSED_WITHIN)
    return [AclBindingFilter(*pattern, *who, operation, AclPermissionType.DENY) for operation in operations]


def allow(filters: list[AclBindingFilter], admin: AdminClient) -> None:
    for answer in admin.delete_acls(filters).values():
        answer.result(ALLOWED_OR_REFUSED_WITHIN)


async def refused(outbox: Outbox, store: Store, pulse: Pulse) -> None:
    """The controller answers before the broker follows: say things until one is refused."""
    async with asyncio.timeout(ALLOWED_OR_REFUSED_WITHIN):
        while not pulse.delays:
            await decide(store, event(SessionScheduled, "probe"))
            await outbox.publish()


@pytest.mark.parametrize(
    "denied", [[AclOperation.WRITE], [AclOperation.WRITE, AclOperation.DESCRIBE]], ids=["write", "all"]
)
async def test_a_forbidden_topic_holds_up_no_other_and_is_made_good_in_order(
    secure: Secure, store: Store, telemetry: Telemetry, monkeypatch: pytest.MonkeyPatch, denied: list[Any]
) -> None:
    monkeypatch.setattr("shared.delivery.relaying.waiting.LONGEST", 0.3)
    subject = f"s-{uuid4()}"
    admin, pulse = AdminClient(secure.kafka.client(ADMIN)), Pulse()
    confirmed = Confirmed(store, [SESSIONS], telemetry)
    producer = partial(start_producer, secure.settings("sessions"), "sessions")
    outbox = Outbox(store, producer, telemetry, pulse, confirmed)
    forbidden = await asyncio.to_thread(forbid, denied, admin)
    try:
        await refused(outbox, store, pulse)
        before = await outbox.pending()
        await decide(store, event(SessionScheduled, subject), another(1), event(SessionMissed, subject), another(2))
        await decide(store, event(SessionHeld, subject), another(3))
        await publish_all(outbox, but=before + 3)
        assert pulse.delays == {f"outbox {SESSIONS}": "may not be written to by this service"}
        waiting = [row async for row in store.db["outbox"].find({"published_at": None})]
        assert {row["topic"] for row in waiting} == {SESSIONS}
    finally:
        await asyncio.to_thread(allow, forbidden, admin)
    await publish_all(outbox)
    assert pulse.delays == {}
    assert await versions(secure, subject) == ["1", "2", "3"]
    await outbox.stop()


async def versions(secure: Secure, subject: str) -> list[str]:
    """In the order of the topic."""
    consumer = AIOKafkaConsumer(SESSIONS, auto_offset_reset="earliest", **reached(secure.settings("feedback")))
    found: list[str] = []
    async with asyncio.timeout(ALLOWED_OR_REFUSED_WITHIN), consumer:
        ends = await consumer.end_offsets(consumer.assignment())
        while any([await consumer.position(where) < end for where, end in ends.items()]):
            for records in (await consumer.getmany(timeout_ms=100)).values():
                headers = [dict(record.headers) for record in records]
                found += [told["ce_version"].decode() for told in headers if told["ce_subject"] == subject.encode()]
    return found
