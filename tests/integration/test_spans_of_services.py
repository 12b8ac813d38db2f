"""The spans of real services on a real bus hang together as one thing was decided by another."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from deploy.local.issuer import Issuer
from services.feedback.app import service as feedback
from services.feedback.momentum.momentum import Momentum
from services.registration.app import service as registration
from services.sessions.app import service as sessions
from services.sessions.series.session import Session
from shared.store.rows import Row
from shared.store.store import Store
from tests.support.apps import new_issuer, signed_in
from tests.support.backends import Kafka, Mongo
from tests.support.beginning import beginning
from tests.support.collector import Collector, Seen, collector
from tests.support.reading import write
from tests.support.serving import quiet_together, serving, until
from tests.unit.shared.samples import row

CALLER = "00f067aa0ba902b7"
OPENING, CANCELLING = uuid.uuid4().hex, uuid.uuid4().hex
EVERYBODY = ("registration", "sessions", "feedback")
TERMS = beginning()[0].model_dump(mode="json")["terms"]
Edge = tuple[str, str]


@pytest.fixture(scope="module")
def issuer() -> Issuer:
    return new_issuer()


@pytest.fixture
def collected(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    with collector() as seen:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", seen.address)
        yield seen


def _manager(issuer: Issuer, trace: str) -> dict[str, str]:
    caller = {"traceparent": f"00-{trace}-{CALLER}-01"}
    return {**signed_in(issuer, "manager", "participant", employee_id="mentor", countries=["*"]), **caller}


async def _open(registering: httpx.AsyncClient, issuer: Issuer) -> None:
    answer = await registering.post("/programmes", json={"id": "p", "terms": TERMS}, headers=_manager(issuer, "0" * 32))
    assert answer.status_code == 201
    answer = await registering.post("/programmes/p/open", headers=_manager(issuer, OPENING))
    assert answer.status_code == 200


async def _pair(kafka: Kafka) -> Row:
    """Two people register and become a pair; returns what said so."""
    rows = [row(event) for event in beginning()[1:]]
    records = [(each.topic, each.key, each.value, each.headers) for each in rows]
    await asyncio.to_thread(write, kafka.bootstrap_servers, records)
    return rows[-1]


async def _lose_a_session(planning: Store, asked: httpx.AsyncClient, issuer: Issuer) -> None:
    [session, *_] = await planning.all(Session, {}, sort=(("number", 1),))
    path = f"/sessions/{session.id}/cancel"
    answer = await asked.post(path, json={"because": "no-time"}, headers=_manager(issuer, CANCELLING))
    assert answer.status_code == 200


@pytest.fixture
async def formed(
    fresh_kafka: Kafka, mongodb: Mongo, database_name: str, issuer: Issuer, collected: Collector
) -> AsyncIterator[Row]:
    """A programme is opened, a pair is formed and loses a session; afterwards everything is collected."""
    at = issuer, fresh_kafka, mongodb, database_name
    async with (
        serving(registration, *at) as (_, registering),
        serving(sessions, *at) as (planning, asked),
        serving(feedback, *at) as (remembering, told),
    ):

        async def all_quiet() -> bool:
            return await quiet_together((registering, asked, told), issuer)

        async def planned() -> bool:
            return await planning.state.store.count(Session, {}) > 0 and await all_quiet()

        async def alarmed() -> bool:
            return await remembering.state.store.count(Momentum, {"at_risk": True}) == 1 and await all_quiet()

        await _open(registering, issuer)
        formed = await _pair(fresh_kafka)
        await until(planned)
        await _lose_a_session(planning.state.store, asked, issuer)
        await until(alarmed)
    yield formed


def _edges(collected: Collector, above: Seen) -> list[Edge]:
    """Parent and child all the way down, as «service: name»."""
    below = collected.children(above)
    return [(above.label, span.label) for span in below] + [e for span in below for e in _edges(collected, span)]


def _told(because: str, service: str, event: str, topic: str, listeners: tuple[str, ...]) -> list[Edge]:
    """The edges of one event: decided because of that, published, and handled by everybody who listens."""
    created = f"telemachus-{service}: create telemachus.{event}.v1"
    handled = [(created, f"telemachus-{each}: process telemachus.{event}.v1") for each in listeners]
    return [(because, created), (created, f"telemachus-{service}: send telemachus.{topic}"), *handled]


async def test_spans_hang_together_as_one_thing_was_decided_by_another(collected: Collector, formed: Row) -> None:
    [opening] = collected.of(name="POST /programmes/{programme_id}/open")
    assert (opening.kind, opening.trace, opening.parent) == ("SERVER", OPENING, CALLER)
    assert opening.attributes["http.response.status_code"] == 200
    opened = _told(opening.label, "registration", "programme-opened", "programmes", EVERYBODY)
    assert sorted(_edges(collected, opening)) == sorted(opened)

    [cancelling] = collected.of(name="POST /sessions/{session_id}/cancel")
    assert (cancelling.trace, cancelling.parent) == (CANCELLING, CALLER)
    lost = _told(cancelling.label, "sessions", "session-cancelled", "sessions", ("registration", "feedback"))
    because = "telemachus-feedback: process telemachus.session-cancelled.v1"
    at_risk = _told(because, "feedback", "pair-at-risk", "feedback", ("registration",))
    assert sorted(_edges(collected, cancelling)) == sorted(lost + at_risk)

    _, trace, span, _ = dict(formed.headers)["traceparent"].decode().split("-")  # type: ignore[union-attr]
    tried = [each for each in collected.of(trace=trace, kind="CONSUMER") if each.parent == span]
    handled = [each for each in tried if "telemachus.parked" not in each.attributes]
    assert {each.service for each in handled} == {f"telemachus-{each}" for each in EVERYBODY}
    [planning] = [each for each in handled if each.service == "telemachus-sessions"]
    scheduled = collected.children(planning)
    assert len(scheduled) > 1
    for each in scheduled:
        listeners = [child for child in collected.children(each) if child.kind == "CONSUMER"]
        assert {child.service for child in listeners} == {"telemachus-registration", "telemachus-feedback"}
        assert [child.kind for child in collected.children(each)].count("CLIENT") == 1

    assert not {span for span in collected.of(kind="SERVER") if "/health" in span.name or span.name == "HTTP"}
    exported = b"".join(collected.bodies)
    assert not [what for what in (b"mentor", b"mentee", b"pair-", b"/sessions/pair") if _named(exported, what)]


def _named(exported: bytes, what: bytes) -> bool:
    return what in exported.replace(b"telemachus.pair-", b"")
