"""Bad input on the bus, in the middle of good: the stream goes on, and nothing is lost without a trace."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest

from deploy.local.issuer import Issuer
from services.feedback.app import service
from services.feedback.people.participant import Participant
from shared.delivery.inbox import Inbox
from shared.language.envelope import Origin
from shared.language.registration import ParticipantRegistered, ParticipantTrained
from shared.language.sessions import SessionScheduled
from shared.language.streams import Stream
from shared.store.rows import Row, row_of
from shared.store.store import Store
from tests.support import ledger
from tests.support.apps import new_issuer
from tests.support.backends import Kafka, Mongo
from tests.support.ledger import NOW
from tests.support.reading import Headers, Written, read, write
from tests.support.serving import quiet, serving, until

TOPIC = Stream.PARTICIPANTS.value
Raw = tuple[str, bytes | None, bytes | None, Headers]
PROFILE = {
    "role": "mentor",
    "country": "GB",
    "time_zone": "Europe/London",
    "languages": ["en"],
    "unit": "finance",
    "grade": 3,
}


def registered(who: str, person: str = "person-1") -> ParticipantRegistered:
    said = {"programme_id": "p", "participant_id": who, "person_id": person, "profile": PROFILE}
    return ParticipantRegistered.model_validate(said)


def raw(row: Row, **headers: bytes | None) -> Raw:
    """As another client writes it, with some headers changed."""
    return row.topic, row.key, row.value, [(name, headers.get(name, value)) for name, value in row.headers]


def said(who: str, version: int = 1, person: str = "person-1") -> Row:
    return row_of(registered(who, person), version=version, origin=Origin("registration", "test"), now=NOW)


def body(who: str, value: bytes | None) -> Raw:
    """Of that participant, with this body."""
    topic, key, _, headers = raw(said(who))
    return topic, key, value, headers


TRAINED = row_of(
    ParticipantTrained(programme_id="p", participant_id="unheard"),
    version=2,
    origin=Origin("registration", "test"),
    now=NOW,
)
LARGE = json.dumps({**registered("large").model_dump(mode="json"), "padding": "x" * 2_000_000}).encode()
LETTERS: dict[str, Raw] = {
    "not JSON": body("not-json", b"\x00\xff\xfe not json"),
    "half of it": body("half", (said("half").value or b"")[:-9]),
    "wrong schema": body("wrong-schema", b'{"participant_id": "wrong-schema", "profile": 7}'),
    "empty": body("empty", b""),
    "somebody else's body": body("somebody", said("else").value),
    "two megabytes": body("large", LARGE),
    "undecodable header": raw(said("header"), ce_subject=b"\xff\xfe\x00"),
    "undecodable id": raw(said("header-2"), ce_id=b"\x80abc"),
    "null header": raw(said("header-3"), ce_type=None),
    "no headers": (TOPIC, b"none", said("none").value, []),
    "no key, no headers": (TOPIC, None, b"hello", []),
    "version is no number": raw(said("version"), ce_version=b"newest"),
    "version of a thousand digits": raw(said("version-2"), ce_version=b"9" * 1000),
    "version no database holds": raw(said("version-3"), ce_version=b"9" * 25),
    "time before all calendars": raw(said("time"), ce_time=b"0001-01-01T00:00:00+14:00"),
    "another specification": raw(said("spec"), ce_specversion=b"0.3"),
}
"""What → a record that has to land in the dead letters."""
IGNORED: dict[str, Raw] = {
    "tombstone": body("tombstone", None),
    "unknown-type": raw(said("type"), ce_type=b"telemachus.participant-praised.v3"),
    "unheard": raw(TRAINED, ce_version=b"2"),
}
"""Outcome → a record that is passed over and counted."""


@dataclass
class Heard:
    """What came of it all."""

    client: httpx.AsyncClient
    store: Store
    letters: list[Written]
    before: str
    metrics: str


@pytest.fixture(scope="module")
def issuer() -> Issuer:
    return new_issuer()


@pytest.fixture
async def heard(fresh_kafka: Kafka, mongodb: Mongo, database_name: str, issuer: Issuer) -> AsyncIterator[Heard]:
    """A real service that has been told the good and the bad by turns."""
    async with serving(service, issuer, fresh_kafka, mongodb, database_name) as (app, client):
        before = (await client.get("/metrics")).text
        first, second = said("repeated"), said("repeated", 2, "person-2")
        sequence = [raw(said("first")), raw(first), raw(first), raw(second), raw(first), raw(said("unheard"))]
        for n, bad in enumerate([*LETTERS.values(), *IGNORED.values()]):
            sequence += [bad, raw(said(f"good-{n}"))]
        await asyncio.to_thread(write, fresh_kafka.bootstrap_servers, [*sequence, raw(said("last"))])
        store: Store = app.state.store

        async def done() -> bool:
            return await quiet(client, issuer) and await store.count(Participant, {"_id": "last"}) == 1

        await until(done)
        letters = await asyncio.to_thread(read, fresh_kafka.bootstrap_servers, [Stream.PARTICIPANTS.dead_letters])
        yield Heard(client, store, letters, before, (await client.get("/metrics")).text)


def counted(metrics: str, outcome: str) -> float:
    lines = [line for line in metrics.splitlines() if line.startswith("telemachus_events_total{")]
    return sum(float(line.rpartition(" ")[2]) for line in lines if f'outcome="{outcome}"' in line)


def series(metrics: str) -> set[str]:
    return {line.rpartition(" ")[0] for line in metrics.splitlines() if not line.startswith("#")}


async def _settling_closes(heard: Heard) -> None:
    """A dead letter somebody settled is not open any more; an index of dead letters alone tells."""
    shown = 'telemachus_dead_letters_open{region="local"}'
    assert f"{shown} {float(len(LETTERS))}" in heard.metrics.splitlines()
    await heard.store.db["outbox"].update_one({"dead_letter": True}, {"$set": {"settled": "dropped"}})
    assert f"{shown} {len(LETTERS) - 1.0}" in (await heard.client.get("/metrics")).text.splitlines()
    plan = await heard.store.db.command("explain", {"count": "outbox", "query": {"dead_letter": True, "settled": None}})
    assert "settled" in str(plan["queryPlanner"]["winningPlan"])
    assert "COLLSCAN" not in str(plan["queryPlanner"]["winningPlan"])


async def test_the_stream_goes_on_and_every_letter_says_why_and_where_from(heard: Heard) -> None:
    good = {f"good-{n}" for n in range(len(LETTERS) + len(IGNORED))} | {"first", "last", "repeated", "unheard"}
    assert {each.id for each in await heard.store.all(Participant, {})} == good

    by_content = {(letter.key, letter.value, letter.headers[: -len(ADDED)]): letter for letter in heard.letters}
    for what, (_, key, value, headers) in LETTERS.items():
        assert (key, value, tuple(headers)) in by_content, what
        _tells(by_content[key, value, tuple(headers)], value)
    assert len(heard.letters) == len(LETTERS)

    assert (await heard.client.get("/health/ready")).status_code == 200
    assert await heard.store.db["parked"].count_documents({}) == 0
    assert counted(heard.metrics, "dead-letter") == len(LETTERS)
    for outcome in IGNORED:
        assert counted(heard.metrics, outcome) == 1, outcome
    assert (counted(heard.metrics, "duplicate"), counted(heard.metrics, "stale")) == (1, 1)
    repeated = await heard.store.unit().get(Participant, "repeated")
    assert repeated.person_id == "person-2"
    assert series(heard.metrics) == series(heard.before), "increase() would not see the first of what is new"
    await _settling_closes(heard)


ADDED = (
    "dead-letter-reason",
    "dead-letter-service",
    "dead-letter-topic",
    "dead-letter-partition",
    "dead-letter-offset",
    "dead-letter-timestamp",
    "dead-letter-at",
)


def _tells(letter: Written, value: Any) -> None:
    assert tuple(name for name, _ in letter.headers[-len(ADDED) :]) == ADDED
    assert letter.header("dead-letter-reason")
    assert letter.header("dead-letter-service") == "feedback"
    assert letter.header("dead-letter-topic") == TOPIC
    assert letter.header("dead-letter-partition").isdigit()
    assert letter.header("dead-letter-offset").isdigit()
    assert not value or value[:12].decode(errors="replace") not in letter.header("dead-letter-reason")


@pytest.mark.parametrize("version", [1, 5])
async def test_what_not_even_the_database_can_hold_is_pointed_at(inbox: Inbox, store: Store, version: int) -> None:
    huge = replace(ledger.said(SessionScheduled, "s1", version), value=b"x" * 17_000_000)
    await inbox.take([ledger.said(SessionScheduled, "s0", 1), huge, ledger.said(SessionScheduled, "s9", 1)])

    assert [each.id for each in await store.all(ledger.Entry, {})] == ["s0", "s9"]
    [letter] = [row async for row in store.db["outbox"].find({"dead_letter": True})]
    told = dict(letter["headers"])
    assert letter["value"] is None
    assert told["dead-letter-offset"] == str(huge.offset).encode()
    assert told["dead-letter-left-out"]
    assert await store.db["parked"].count_documents({}) == 0
