"""Every stream can be read without our code: by confluent-kafka and the CloudEvents SDK."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial

import pytest
from cloudevents.core.base import BaseCloudEvent
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary_event

from shared.delivery.outbox import Outbox
from shared.delivery.replays.confirmed import Confirmed
from shared.domain.work import Unit
from shared.kafka.connection import start_producer
from shared.language.streams import Event, Stream
from shared.loops import Pulse
from shared.store.store import Store
from shared.telemetry.metrics import Telemetry
from tests.support.apps import new_issuer, settings_for
from tests.support.backends import Kafka
from tests.support.ledger import Entry
from tests.support.reading import Written, read
from tests.unit.shared.samples import examples

SAID = {event.type: event for event in examples()}
PROMISED_KEY = {
    Stream.PROGRAMMES: "programme_id",
    Stream.PARTICIPANTS: "participant_id",
    Stream.PAIRS: "pair_id",
    Stream.SESSIONS: "pair_id",
    Stream.FEEDBACK: "pair_id",
    Stream.MATCHING_REQUESTS: "programme_id",
    Stream.REPLAY_REQUESTS: "wanted",
    Stream.ERASURES: "participant_id",
    Stream.STATISTICS: "count_id",
}
"""What keeps its order, as the README tells; what is about no pair keeps the programme's."""


@pytest.fixture(scope="module")
def heard() -> dict[str, tuple[Written, BaseCloudEvent]]:
    """Type → the record and what the SDK makes of it; filled by the first test."""
    return {}


@pytest.fixture
async def outbox(store: Store, kafka: Kafka, telemetry: Telemetry) -> AsyncIterator[Outbox]:
    settings = settings_for(new_issuer(), kafka_bootstrap_servers=kafka.bootstrap_servers)
    confirmed = Confirmed(store, [Stream.SESSIONS.value], telemetry)
    outbox = Outbox(store, partial(start_producer, settings, "ledger"), telemetry, Pulse(), confirmed)
    yield outbox
    await outbox.stop()


async def _say(store: Store, event: Event) -> None:
    async def work(unit: Unit) -> None:
        unit.save(Entry(id=f"{event.type}/{event.subject}").raising(event))

    await store.run(work)


async def test_every_event_is_published_and_read(
    outbox: Outbox, store: Store, kafka: Kafka, heard: dict[str, tuple[Written, BaseCloudEvent]]
) -> None:
    for event in SAID.values():
        await _say(store, event)
    await outbox.publish()
    ours = {row["_id"] async for row in store.db["outbox"].find()}

    topics = [stream.value for stream in Stream]
    for record in await asyncio.to_thread(read, kafka.bootstrap_servers, topics):
        if record.header("ce_id") in ours:
            headers = {name: value or b"" for name, value in record.headers}
            parsed = from_binary_event(KafkaMessage(headers, record.key, record.value or b""))
            heard[parsed.get_type()] = record, parsed
    assert heard.keys() == SAID.keys()


@pytest.mark.parametrize("kind", SAID)
def test_it_says_what_was_said(heard: dict[str, tuple[Written, BaseCloudEvent]], kind: str) -> None:
    record, read_by_sdk = heard[kind]
    said = SAID[kind]

    assert read_by_sdk.get_specversion() == "1.0"
    assert read_by_sdk.get_source() == "/telemachus/test/ledger"
    assert read_by_sdk.get_subject() == said.subject
    assert read_by_sdk.get_datacontenttype() == "application/json"
    assert read_by_sdk.get_data() == said.model_dump(mode="json")
    assert json.loads(record.value or b"") == said.model_dump(mode="json")
    moment = read_by_sdk.get_time()
    assert moment is not None
    assert moment.utcoffset() == timedelta()
    assert (read_by_sdk.get_extension("version"), read_by_sdk.get_extension("region")) == ("1", "test")


@pytest.mark.parametrize("kind", SAID)
def test_it_stands_where_it_was_promised(heard: dict[str, tuple[Written, BaseCloudEvent]], kind: str) -> None:
    record, read_by_sdk = heard[kind]
    body = read_by_sdk.get_data()
    assert isinstance(body, dict)
    stream = Stream(record.topic)
    promised = PROMISED_KEY[stream] if PROMISED_KEY[stream] in body else "programme_id"

    assert stream == SAID[kind].stream
    assert read_by_sdk.get_extension("partitionkey") == body[promised]
