"""One trace from a request to the events it causes, and on to those that they cause elsewhere."""

import asyncio
import uuid

import pytest

from deploy.local.issuer import Issuer
from services.feedback.app import service as feedback
from services.feedback.momentum.momentum import Momentum
from services.sessions.app import service as sessions
from services.sessions.series.session import Session
from shared.language.streams import Stream
from shared.store.store import Store
from tests.support.apps import new_issuer, signed_in
from tests.support.backends import Kafka, Mongo
from tests.support.beginning import beginning
from tests.support.reading import read, write
from tests.support.serving import quiet_together, serving, until
from tests.unit.shared.samples import row

TRACE = uuid.uuid4().hex
CALLED_WITH = f"00-{TRACE}-00f067aa0ba902b7-01"


@pytest.fixture(scope="module")
def issuer() -> Issuer:
    return new_issuer()


async def test_a_trace_goes_from_the_request_through_the_bus_to_the_last_event(
    fresh_kafka: Kafka, mongodb: Mongo, database_name: str, issuer: Issuer
) -> None:
    kafka = fresh_kafka
    async with (
        serving(sessions, issuer, kafka, mongodb, database_name) as (planning, asked),
        serving(feedback, issuer, kafka, mongodb, database_name) as (remembering, told),
    ):
        rows = [row(event) for event in beginning()]
        await asyncio.to_thread(
            write, kafka.bootstrap_servers, [(each.topic, each.key, each.value, each.headers) for each in rows]
        )
        store: Store = planning.state.store

        async def planned() -> bool:
            return await store.count(Session, {}) > 0 and await quiet_together((asked, told), issuer)

        await until(planned)
        [session, *_] = await store.all(Session, {}, sort=(("number", 1),))
        answer = await asked.post(
            f"/sessions/{session.id}/cancel",
            json={"because": "no-time"},
            headers={**signed_in(issuer, "participant", employee_id="mentor"), "traceparent": CALLED_WITH},
        )
        assert answer.status_code == 200

        async def alarmed() -> bool:
            momentum: Store = remembering.state.store
            at_risk = await momentum.count(Momentum, {"at_risk": True})
            return at_risk == 1 and await quiet_together((asked, told), issuer)

        await until(alarmed)
        published = await asyncio.to_thread(
            read, kafka.bootstrap_servers, [Stream.SESSIONS.value, Stream.FEEDBACK.value]
        )

    traces = {record.header("ce_type"): record.header("traceparent") for record in published}
    for kind in ("telemachus.session-cancelled.v1", "telemachus.pair-at-risk.v1"):
        version, trace, step, _ = traces[kind].split("-")
        assert (version, trace) == ("00", TRACE)
        assert step != CALLED_WITH.split("-")[2]
    assert TRACE not in traces["telemachus.session-scheduled.v1"]
    formed = dict(rows[-1].headers)["traceparent"]
    assert formed is not None
    assert formed.decode().split("-")[1] in traces["telemachus.session-scheduled.v1"]
