"""What operators ask of a running service over HTTP, against a real broker and a real database."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI

from deploy.local.issuer import Issuer
from shared.language.everybody import ReplayRequested
from shared.language.feedback import FeedbackSubmitted
from shared.language.sessions import SessionHeld, SessionMissed, SessionScheduled
from shared.language.streams import Event, Stream
from shared.service import Service
from shared.store.store import Store
from tests.support import ledger
from tests.support.apps import new_issuer, signed_in
from tests.support.backends import Kafka, Mongo
from tests.support.ledger import Entry, Receipt, event, row
from tests.support.reading import write
from tests.support.serving import quiet, serving, until

Said = tuple[type[Event], str, int, int]
"""Kind, session, version, number."""
LEDGER = Service("ledger", (FeedbackSubmitted,), ledger, APIRouter(), (Entry, Receipt))


class Desk:
    """The service at work, and an operator in front of it."""

    def __init__(self, app: FastAPI, client: httpx.AsyncClient, issuer: Issuer, kafka: Kafka) -> None:
        self.app, self._client, self._issuer, self._kafka = app, client, issuer, kafka
        self.store: Store = app.state.store
        self._operator: Mapping[str, str] = signed_in(issuer, "operator")

    async def get(self, path: str) -> Any:
        answer = await self._client.get(f"/operations/{path}", headers=self._operator)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def post(self, path: str, body: Any = None, status: int = 200) -> Any:
        answer = await self._client.post(f"/operations/{path}", json=body, headers=self._operator)
        assert answer.status_code == status, answer.text
        return answer.json()

    async def say(self, *events: Said) -> None:
        rows = [row(event(kind, session, number), version) for kind, session, version, number in events]
        raw = [(r.topic, r.key, r.value, r.headers) for r in rows]
        await asyncio.to_thread(write, self._kafka.bootstrap_servers, raw)

    async def is_quiet(self) -> bool:
        return await quiet(self._client, self._issuer)

    async def counted(self, action: str) -> float:
        lines = (await self._client.get("/metrics")).text.splitlines()
        [line] = [each for each in lines if each.startswith(f'telemachus_operator_actions_total{{action="{action}"')]
        return float(line.rpartition(" ")[2])


@pytest.fixture
async def desk(fresh_kafka: Kafka, mongodb: Mongo, database_name: str) -> AsyncIterator[Desk]:
    issuer = new_issuer()
    async with serving(LEDGER, issuer, fresh_kafka, mongodb, database_name) as (app, client):
        yield Desk(app, client, issuer, fresh_kafka)


async def test_an_operators_morning(desk: Desk) -> None:
    """One dead letter, and what follows from it; the broker and the group stay as they are meanwhile."""
    heard: list[Said] = [(SessionScheduled, "s1", 1, 1), (SessionMissed, "s1", 2, 14), (SessionHeld, "s1", 3, 1)]
    await desk.say(*heard, (SessionScheduled, "s2", 1, 1), (SessionHeld, "s2", 2, 1))
    await until(lambda: _has(desk, letters=1, receipts=1))
    await until(desk.is_quiet)

    await _lag_of_the_group(desk)
    await _dead_letters(desk)
    await until(desk.is_quiet)
    await _outbox_and_replay(desk)


async def _has(desk: Desk, letters: int, receipts: int) -> bool:
    found = await desk.get("dead-letters")
    return bool(found["total"] == letters and await desk.store.count(Receipt, {}) == receipts)


async def _lag_of_the_group(desk: Desk) -> None:
    lag = await desk.get("lag")
    assert (lag["service"], lag["region"], lag["group"], lag["assigned"]) == (
        "ledger",
        "local",
        "telemachus-ledger",
        True,
    )
    assert {each["stream"] for each in lag["streams"]} == {s.value for s in LEDGER.streams}
    assert all((each["messages"], each["seconds"]) == (0, 0.0) and each["partitions"] for each in lag["streams"])

    bus = desk.app.state.running.bus
    await bus._subscriber.stop()
    written_at = datetime.now(UTC)
    await desk.say(*((SessionScheduled, f"t{n}", 1, 1) for n in range(7)))
    by_stream = {each["stream"]: each for each in (await desk.get("lag"))["streams"]}
    behind = by_stream.pop(Stream.SESSIONS.value)
    assert behind["messages"] == 7
    assert 0 <= behind["seconds"] <= (datetime.now(UTC) - written_at).total_seconds() + 1
    assert all(each["messages"] == 0 for each in by_stream.values())
    await bus.start_anew()
    await until(desk.is_quiet)


async def _dead_letters(desk: Desk) -> None:
    listed = await desk.get("dead-letters?limit=5")
    [letter] = listed["dead_letters"]
    assert (letter["stream"], letter["type"], letter["subject"], letter["version"], letter["settled"]) == (
        "telemachus.sessions",
        SessionMissed.type,
        "s1",
        2,
        None,
    )
    shown = await desk.get(f"dead-letters/{letter['id']}")
    assert {name: shown[name] for name in letter} == letter
    assert len(shown["body"]) == letter["size"]
    assert shown["body_base64"] is None
    assert ["ce_subject", "s1"] in shown["headers"]
    assert not [name for name, _ in shown["headers"] if name.startswith("dead-letter")]

    again = await desk.post(f"dead-letters/{letter['id']}/retry")
    assert again == {"outcome": "dead-letter", "reason": "handler failed: ZeroDivisionError"}
    assert await desk.post(f"dead-letters/{letter['id']}/drop") == {"outcome": "dropped", "freed": 1}
    assert (await desk.store.unit().get(Entry, "s1")).heard == ("scheduled 1", "held")
    problem = await desk.post(f"dead-letters/{letter['id']}/retry", status=409)
    assert "already" in problem["detail"]
    await desk.post("dead-letters/dead-unknown/drop", status=404)

    assert (await desk.get("dead-letters"))["total"] == 0
    [settled] = (await desk.get("dead-letters?settled=true"))["dead_letters"]
    assert (settled["id"], settled["settled"]) == (letter["id"], "dropped")
    assert [await desk.counted(action) for action in ("retry", "drop")] == [1, 1]


async def _outbox_and_replay(desk: Desk) -> None:
    box = await desk.get("outbox")
    assert (box["pending"], box["oldest_pending_at"], box["relay_here"]) == (0, None, True)
    assert box["published"] == 3, "two receipts and the dead letter"
    oldest = datetime.fromisoformat(box["oldest_kept_at"])
    tomorrow, stream = (oldest + timedelta(days=1)).isoformat(), Stream.FEEDBACK.value

    tried = await desk.post("replay", {"stream": stream, "dry_run": True})
    assert tried == {"streams": [stream], "events": 2, "at_least": False}
    assert await _said_again(desk, {"since": tomorrow}) == 0
    assert await _said_again(desk, {"until": oldest.isoformat()}) == 0
    assert await _said_again(desk, {"since": oldest.isoformat(), "until": tomorrow}) == 2
    await until(desk.is_quiet)
    assert await desk.counted("replay") == 3

    refused = await desk.post("replay", {"stream": "telemachus.pairs"}, 409)
    assert refused["detail"].endswith("It says: telemachus.feedback.")
    refused = await desk.post("replay", {"since": tomorrow, "until": oldest.isoformat()}, 409)
    assert "not before" in refused["detail"]
    for wrong in ({"since": "2026-01-01T00:00:00"}, {"since": "yesterday"}, {"strem": stream}):
        await desk.post("replay", wrong, 422)


async def _said_again(desk: Desk, wish: Mapping[str, str]) -> int:
    """How many events this says again, once it is done."""
    asked = await desk.post("replay", {"stream": Stream.FEEDBACK.value, **wish})
    assert asked == {"streams": [Stream.FEEDBACK.value], "events": None, "at_least": False}

    async def done() -> bool:
        return [each["state"] for each in (await desk.get("replays"))["replays"]] == ["done"]

    await until(done)
    [replay] = (await desk.get("replays"))["replays"]
    assert (replay["stream"], replay["because"]) == (Stream.FEEDBACK.value, ["asked"])
    events: int = replay["events"]
    return events


async def test_what_a_consumer_misses_is_said_again_in_the_background(desk: Desk) -> None:
    await desk.say((SessionScheduled, "s1", 1, 1), (SessionHeld, "s1", 2, 1))
    await until(lambda: _has(desk, letters=0, receipts=1))
    await until(desk.is_quiet)
    wish = ReplayRequested(request_id="r1", wanted=Stream.FEEDBACK, since=datetime(2000, 1, 1, tzinfo=UTC))
    asked = row(wish, 1)
    raw = [(asked.topic, asked.key, asked.value, asked.headers)] * 2
    await asyncio.to_thread(write, desk._kafka.bootstrap_servers, raw)

    async def done() -> bool:
        return [each["state"] for each in (await desk.get("replays"))["replays"]] == ["done"]

    await until(done)
    [replay] = (await desk.get("replays"))["replays"]
    assert (replay["because"], replay["events"]) == (["missed"], 1)


async def test_a_consumer_that_stopped_at_a_poisoned_stream_goes_on_when_told(desk: Desk) -> None:
    poison = [(SessionScheduled, f"s{n}", 1, 1) for n in range(120)]
    broken = [(r.topic, r.key, b"?", r.headers) for r in (row(event(k, s, n), v) for k, s, v, n in poison)]
    await asyncio.to_thread(write, desk._kafka.bootstrap_servers, broken)
    telemetry = desk.app.state.running.telemetry

    async def halted() -> bool:
        return bool(telemetry.halted._value.get())

    await until(halted)
    assert (await desk.get("dead-letters"))["total"] < 120
    await desk.post("consumer/resume")

    async def all_letters() -> bool:
        return bool((await desk.get("dead-letters"))["total"] == 120 and not await halted())

    await until(all_letters)
