"""Whom an event is told to, and what of it: once for each endpoint, and never more than ids and times."""

import json
from datetime import timedelta
from typing import Any

import pytest
from pydantic import AwareDatetime

from services.registration import handlers
from services.registration.webhooks.asking import DATA, KINDS, NEWS, PEOPLE, hearing, payload_of, unknown_kinds
from services.registration.webhooks.delivery import Delivery, Fate
from shared.domain.endpoints import Endpoint
from shared.domain.work import Unit
from shared.language.feedback import FeedbackSubmitted
from shared.language.registration import ParticipantErased, ParticipantRegistered, ParticipantTrained
from shared.language.sessions import Cancellation, SessionCancelled, SessionRescheduled
from shared.language.streams import Event
from shared.language.terms import Role
from tests.support.hooks import KINDS as SOME
from tests.support.hooks import endpoint
from tests.support.letters import MONDAY, session
from tests.support.memory import MemoryStore, hear
from tests.unit.registration.samples import PROFILE

NOW = MONDAY + timedelta(hours=1)
TRAINED = ParticipantTrained(programme_id="spring", participant_id="junior")
CANCELLED = session(SessionCancelled, MONDAY + timedelta(days=3), by=Role.MENTOR, because=Cancellation.ILL)


async def told(
    store: MemoryStore, event: Any, *endpoints: Endpoint, event_id: str = "event-1", ago: Any = None
) -> None:
    unit = store.unit()
    unit.event_id, unit.happened_at = event_id, NOW - (ago or timedelta())
    for handler in hearing(endpoints or (endpoint(),)):
        if type(event) in handler.events:
            await handler.handle(event, unit)
    await unit.commit()


async def ids(store: MemoryStore) -> list[str]:
    return sorted(await store.ids(Delivery, {}))


async def test_an_endpoint_is_told_once_however_often_it_is_heard() -> None:
    store = MemoryStore(now=NOW)
    await told(store, TRAINED)

    async def send(unit: Unit) -> None:
        unit.save((await unit.get(Delivery, "event-1_chat")).sent(NOW, "204"))

    await store.run(send)
    await told(store, TRAINED)
    assert [each.fate for each in await store.all(Delivery, {})] == [Fate.SENT]
    await told(store, TRAINED, event_id="event-2")
    assert await ids(store) == ["event-1_chat", "event-2_chat"]


async def test_of_whom_was_erased_before_it_is_heard_no_id_is_told() -> None:
    store = MemoryStore(now=NOW)
    await hear(store, handlers, ParticipantErased(programme_id="spring", participant_id="junior"))
    await told(store, TRAINED)
    await told(store, CANCELLED, event_id="event-2")
    [found] = await store.all(Delivery, {})
    assert payload_of(found)["data"] == {
        "programme_id": "spring",
        "mentee_id": "senior",
        "pair_id": "pair",
        "session_id": "session-1",
        "starts_at": CANCELLED.starts_at.isoformat(),
        "ends_at": CANCELLED.ends_at.isoformat(),
    }


async def test_each_endpoint_is_told_of_what_it_wants_alone() -> None:
    store = MemoryStore(now=NOW)
    endpoints = (
        endpoint(name="all"),
        endpoint(name="sessions", kinds=[SessionCancelled.type]),
        endpoint(name="here", programmes=["spring"]),
        endpoint(name="elsewhere", programmes=["autumn"]),
    )
    await told(store, TRAINED, *endpoints)
    assert await ids(store) == ["event-1_all", "event-1_here"]


async def test_what_is_no_news_any_more_is_told_to_nobody() -> None:
    store = MemoryStore(now=NOW)
    await told(store, TRAINED, ago=NEWS + timedelta(seconds=1))
    assert await ids(store) == []
    await told(store, TRAINED, ago=NEWS)
    assert await ids(store) == ["event-1_chat"]


async def test_it_tells_ids_and_times_and_nothing_else() -> None:
    store = MemoryStore(now=NOW)
    await told(store, CANCELLED)
    [found] = await store.all(Delivery, {})
    assert payload_of(found) == {
        "type": "telemachus.session-cancelled.v1",
        "timestamp": NOW.isoformat(),
        "data": {
            "programme_id": "spring",
            "mentor_id": "junior",
            "mentee_id": "senior",
            "pair_id": "pair",
            "session_id": "session-1",
            "starts_at": CANCELLED.starts_at.isoformat(),
            "ends_at": CANCELLED.ends_at.isoformat(),
        },
    }


async def test_of_a_profile_nothing_goes_out() -> None:
    store = MemoryStore(now=NOW)
    event = ParticipantRegistered(programme_id="spring", participant_id="junior", person_id="person-1", profile=PROFILE)
    await told(store, event, endpoint(kinds=[event.type]))
    [found] = await store.all(Delivery, {})
    assert payload_of(found)["data"] == {"programme_id": "spring", "participant_id": "junior"}
    assert "person-1" not in json.dumps(store.documents(Delivery), default=str)


def test_every_field_that_is_told_is_an_id_or_a_time() -> None:
    fields = {name: field.annotation for kind in KINDS.values() for name, field in kind.model_fields.items()}
    assert {*PEOPLE, *DATA} <= set(fields)
    assert all(name.endswith("_id") or fields[name] is AwareDatetime for name in (*PEOPLE, *DATA))
    assert not {"person_id", "known_as", "erasure_id"} & {*PEOPLE, *DATA}


def test_who_has_answered_is_told_to_nobody() -> None:
    assert FeedbackSubmitted.type not in KINDS
    wanted = endpoint(kinds=[FeedbackSubmitted.type, "telemachus.made-up.v1", TRAINED.type])
    assert unknown_kinds([wanted]) == [FeedbackSubmitted.type, "telemachus.made-up.v1"]
    [handler] = hearing([wanted])
    assert handler.events == (ParticipantTrained,)
    assert hearing([]) == [] == hearing([endpoint(kinds=[FeedbackSubmitted.type])])


def test_what_may_be_told_is_heard_by_registration_anyway() -> None:
    assert set(KINDS.values()) <= set(handlers.HAPPENINGS)
    assert set(SOME) <= set(KINDS)


@pytest.mark.parametrize("event", [TRAINED, CANCELLED, session(SessionRescheduled, NOW, moved_from=NOW)])
async def test_who_is_erased_takes_what_was_told_of_them_along(event: Event) -> None:
    store = MemoryStore(now=NOW)
    await told(store, event)
    await hear(store, handlers, ParticipantErased(programme_id="spring", participant_id="junior"))
    assert await ids(store) == []


async def test_that_somebody_was_erased_can_be_told_all_the_same() -> None:
    store, erased = MemoryStore(now=NOW), ParticipantErased(programme_id="spring", participant_id="junior")
    await told(store, erased, endpoint(kinds=[erased.type]))
    await hear(store, handlers, erased)
    [found] = await store.all(Delivery, {})
    assert payload_of(found)["data"] == {"programme_id": "spring", "participant_id": "junior"}
