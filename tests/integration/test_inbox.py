"""What the inbox promises, each broken on purpose: effects once, order per subject, nothing lost, nothing stuck."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from pymongo.errors import AutoReconnect

from shared.delivery.desk import Desk
from shared.delivery.inbox import Inbox
from shared.delivery.poison import TOO_MANY
from shared.domain.errors import StreamPoisoned
from shared.domain.handlers import hears
from shared.language.envelope import LARGEST_EVENT, Record
from shared.language.registration import ParticipantRegistered
from shared.language.sessions import SessionHeld, SessionMissed, SessionScheduled
from shared.language.streams import Event
from shared.store.store import Store
from shared.store.unit import Unit
from shared.telemetry.metrics import Telemetry
from tests.support.ledger import HANDLERS, Entry, Receipt, event, record, row, said


async def _heard(store: Store, session: str) -> tuple[str, ...]:
    entry = await store.unit().find(Entry, session)
    return entry.heard if entry else ()


def _counted(telemetry: Telemetry, outcome: str) -> float:
    [events] = telemetry.events.collect()
    return sum(s.value for s in events.samples if s.name.endswith("_total") and s.labels["outcome"] == outcome)


async def _dead(store: Store) -> list[dict[str, Any]]:
    return [row async for row in store.db["outbox"].find({"dead_letter": True})]


def _reason(letter: dict[str, Any]) -> str:
    reason: bytes = dict(letter["headers"])["dead-letter-reason"]
    return reason.decode()


async def test_the_same_event_twice_has_one_effect(inbox: Inbox, store: Store, telemetry: Telemetry) -> None:
    once = said(SessionScheduled, "s1", 1)
    await inbox.take([once, once])
    await inbox.take([once])

    assert await _heard(store, "s1") == ("scheduled 1",)
    assert _counted(telemetry, "duplicate") == 2


async def test_an_older_version_after_a_newer_one_is_ignored(inbox: Inbox, store: Store, telemetry: Telemetry) -> None:
    first = said(SessionScheduled, "s1", 1)
    await inbox.take([first, said(SessionMissed, "s1", 2)])
    await inbox.take([first])

    assert await _heard(store, "s1") == ("scheduled 1", "missed")
    assert _counted(telemetry, "stale") == 1


async def test_an_event_before_its_turn_waits_for_it(inbox: Inbox, store: Store) -> None:
    await inbox.take([said(SessionHeld, "s1", 3)])
    await inbox.take([said(SessionMissed, "s1", 2)])
    assert await _heard(store, "s1") == ()

    await inbox.take([said(SessionScheduled, "s1", 1)])

    assert await _heard(store, "s1") == ("scheduled 1", "missed", "held")
    assert await store.db["parked"].count_documents({}) == 0


async def test_any_order_and_any_repetition_give_the_same(inbox: Inbox, store: Store) -> None:
    dice = random.Random(7)
    kinds: list[type[Event]] = [SessionScheduled, SessionMissed, SessionMissed, SessionHeld]
    records = [said(kind, f"s{s}", v) for s in range(20) for v, kind in enumerate(kinds, start=1)] * 2
    dice.shuffle(records)
    while records:
        size = dice.randint(1, 25)
        await inbox.take(records[:size])
        records = records[size:]

    for s in range(20):
        assert await _heard(store, f"s{s}") == ("scheduled 1", "missed", "missed", "held")
    assert await store.db["parked"].count_documents({}) == 0
    versions = [r["version"] async for r in store.db["outbox"].find({"dead_letter": False})]
    assert versions == [1] * 20


async def test_what_another_stream_has_not_brought_yet_is_waited_for(inbox: Inbox, store: Store) -> None:
    registered = ParticipantRegistered.model_validate(
        {
            "programme_id": "test",
            "participant_id": "p1",
            "person_id": "s1",
            "profile": {
                "role": "mentor",
                "country": "GB",
                "time_zone": "Europe/London",
                "languages": ["en"],
                "unit": "u",
                "grade": 1,
            },
        }
    )
    await inbox.take([record(row(registered, 1))])
    assert await store.db["parked"].count_documents({}) == 1

    await inbox.take([said(SessionScheduled, "s1", 1)])
    await store.db["parked"].update_many({}, [{"$set": {"due_at": "$$NOW"}}])
    assert await inbox.take_up_parked() == 1

    assert await _heard(store, "s1") == ("scheduled 1", "p1")
    assert await store.db["parked"].count_documents({}) == 0


@pytest.mark.parametrize("number", [13, 14])
async def test_one_event_that_cannot_be_handled_holds_up_only_its_own_subject(
    inbox: Inbox, store: Store, telemetry: Telemetry, number: int
) -> None:
    poison = said(SessionMissed, "s1", 2, number)
    await inbox.take(
        [
            said(SessionScheduled, "s1", 1),
            poison,
            said(SessionScheduled, "s2", 1),
            said(SessionHeld, "s1", 3),
        ]
    )

    assert await _heard(store, "s1") == ("scheduled 1",)
    assert await _heard(store, "s2") == ("scheduled 1",)
    [letter] = await _dead(store)
    assert (letter["topic"], letter["key"], letter["value"]) == (
        "telemachus.sessions.dead-letters",
        poison.key,
        poison.value,
    )
    assert [tuple(header) for header in letter["headers"]][: len(poison.headers)] == list(poison.headers)
    assert _counted(telemetry, "dead-letter") == 1
    assert await store.db["parked"].count_documents({}) == 1


BROKEN: dict[str, Callable[[Record], Record]] = {
    "not JSON": lambda r: replace(r, value=b"\x00not json"),
    "wrong schema": lambda r: replace(r, value=b'{"session_id": "s1"}'),
    "no body": lambda r: replace(r, value=b""),
    "undecodable header": lambda r: _with_header(r, "ce_id", b"\xff\xfe"),
    "missing header": lambda r: replace(r, headers=[h for h in r.headers if h[0] != "ce_subject"]),
    "null header": lambda r: _with_header(r, "ce_subject", None),
    "version is no number": lambda r: _with_header(r, "ce_version", b"first"),
    "time without zone": lambda r: _with_header(r, "ce_time", b"2026-01-01T00:00:00"),
    "somebody else's subject": lambda r: _with_header(r, "ce_subject", b"s2"),
    "too large": lambda r: replace(r, value=b'{"x": "' + b"x" * LARGEST_EVENT + b'"}'),
    "two megabytes": lambda r: replace(r, value=b"x" * 2_000_000),
}


def _with_header(r: Record, name: str, value: bytes | None) -> Record:
    return replace(r, headers=[(n, value if n == name else v) for n, v in r.headers])


@pytest.mark.parametrize("what", BROKEN)
async def test_what_is_no_event_lands_byte_for_byte_in_the_dead_letters(inbox: Inbox, store: Store, what: str) -> None:
    broken = BROKEN[what](said(SessionScheduled, "s1", 1))
    await inbox.take([said(SessionScheduled, "s0", 1), broken, said(SessionScheduled, "s9", 1)])
    await inbox.take([broken])  # it comes again after a crash, and is kept once

    assert await _heard(store, "s0") == await _heard(store, "s9") == ("scheduled 1",)
    [letter] = await _dead(store)
    assert (letter["key"], letter["value"]) == (broken.key, broken.value)
    assert [tuple(h) for h in letter["headers"]][: len(broken.headers)] == list(broken.headers)
    origin = {name: value.decode() for name, value in letter["headers"][len(broken.headers) :]}
    assert origin["dead-letter-topic"] == broken.topic
    assert origin["dead-letter-offset"] == str(broken.offset)
    assert origin["dead-letter-reason"]


async def test_an_unknown_type_is_passed_over_and_its_subject_goes_on(
    inbox: Inbox, store: Store, telemetry: Telemetry
) -> None:
    unknown = _with_header(said(SessionScheduled, "s1", 2), "ce_type", b"telemachus.session-praised.v7")
    await inbox.take([said(SessionScheduled, "s1", 1), unknown, said(SessionHeld, "s1", 3)])

    assert await _heard(store, "s1") == ("scheduled 1", "held")
    assert _counted(telemetry, "unknown-type") == 1
    assert await _dead(store) == []


async def test_a_null_value_is_ignored_and_counted(inbox: Inbox, store: Store, telemetry: Telemetry) -> None:
    await inbox.take([replace(said(SessionScheduled, "s1", 1), value=None)])

    assert _counted(telemetry, "tombstone") == 1
    assert await _dead(store) == []


async def test_a_poisoned_stream_stops_the_consumer_instead_of_being_drained(inbox: Inbox, store: Store) -> None:
    poison = [replace(said(SessionScheduled, f"s{n}", 1), value=b"?") for n in range(TOO_MANY)]

    with pytest.raises(StreamPoisoned):
        await inbox.take(poison)

    assert await _dead(store) == []


async def test_one_callers_poison_stops_nobody_and_goes_to_the_dead_letters(
    inbox: Inbox, store: Store, telemetry: Telemetry
) -> None:
    """Two hundred events of as many subjects that no handler can deal with, while others' go on."""
    await inbox.take([said(SessionScheduled, f"theirs{n}", 1) for n in range(200)])
    await inbox.take([said(SessionScheduled, "s0", 1), said(SessionMissed, "s0", 2)])
    await inbox.take([said(SessionMissed, f"theirs{n}", 2, 13 + n % 2) for n in range(200)])
    await inbox.take([said(SessionScheduled, "s1", 1), said(SessionMissed, "s1", 2)])

    assert await _heard(store, "s1") == ("scheduled 1", "missed")
    assert len(await _dead(store)) == 200
    assert telemetry.died.labels("telemachus.sessions", "sessions")._value.get() == 200


async def test_a_broken_handler_stops_the_consumer_however_well_the_others_do(
    store: Store, telemetry: Telemetry
) -> None:
    @hears(SessionMissed, changes=Entry, found_by="session_id")
    def broken(_: Entry, __: SessionMissed) -> Entry:
        raise AttributeError

    inbox = Inbox(store, [HANDLERS[0], broken], telemetry)
    await inbox.prepare()
    for begins in range(0, TOO_MANY - 20, 20):
        names = [f"s{n}" for n in range(begins, begins + 20)]
        await inbox.take([said(SessionScheduled, name, 1) for name in names])
        await inbox.take([said(SessionMissed, name, 2) for name in names])
    rest = [f"s{n}" for n in range(TOO_MANY, TOO_MANY + 100)]
    await inbox.take([said(SessionScheduled, name, 1) for name in rest])
    with pytest.raises(
        StreamPoisoned, match=r"session-missed.* of 180 subjects of telemachus\.sessions, said by sessions"
    ):
        await inbox.take([said(SessionMissed, name, 2) for name in rest])

    assert len(await _dead(store)) == TOO_MANY - 20


async def test_a_database_that_is_away_fails_the_batch_and_not_an_event(store: Store, telemetry: Telemetry) -> None:
    answers = iter([AutoReconnect("away"), None])

    @hears(SessionScheduled)
    async def unlucky(_: SessionScheduled, __: object) -> None:
        if (error := next(answers)) is not None:
            raise error

    inbox = Inbox(store, [*HANDLERS, unlucky], telemetry)
    batch = [said(SessionScheduled, "s1", 1)]
    with pytest.raises(AutoReconnect):
        await inbox.take(batch)
    assert await _heard(store, "s1") == ()

    await inbox.take(batch)

    assert await _heard(store, "s1") == ("scheduled 1",)
    assert await _dead(store) == []


async def test_the_same_batch_at_two_replicas_has_one_effect(store: Store, telemetry: Telemetry) -> None:
    records = [said(SessionScheduled, f"s{n}", 1) for n in range(30)] + [
        said(SessionHeld, f"s{n}", 2) for n in range(30)
    ]
    replicas = [Inbox(store, HANDLERS, telemetry) for _ in range(4)]

    await asyncio.gather(*(replica.take(records) for replica in replicas))

    for n in range(30):
        assert await _heard(store, f"s{n}") == ("scheduled 1", "held")
    assert await store.db["outbox"].count_documents({}) == 30


async def test_a_failure_after_a_partial_save_leaves_nothing_of_its_event(store: Store, telemetry: Telemetry) -> None:
    """Two handlers of one event: what the first saved and said goes when the second fails; the others' stays."""

    @hears(SessionHeld)
    async def fails(event: SessionHeld, unit: Unit) -> None:
        unit.rows.append(row(event, 7))
        if event.session_id == "s1":
            raise ZeroDivisionError

    inbox = Inbox(store, [*HANDLERS, fails], telemetry)
    await inbox.prepare()
    await inbox.take([said(SessionScheduled, f"s{n}", 1) for n in range(3)])
    await inbox.take([said(SessionHeld, f"s{n}", 2) for n in range(3)])

    assert [await _heard(store, f"s{n}") for n in range(3)] == [
        ("scheduled 1", "held"),
        ("scheduled 1",),
        ("scheduled 1", "held"),
    ]
    receipts = {receipt.id for receipt in await store.all(Receipt, {})}
    assert receipts == {"s0.mentor", "s2.mentor"}
    told = {row["subject"] async for row in store.db["outbox"].find({"dead_letter": False})}
    assert told == {"s0", "s0.mentor", "s2", "s2.mentor"}
    assert _reason((await _dead(store))[0]).startswith("handler-failed error=ZeroDivisionError")


async def test_two_replicas_that_do_not_begin_at_zero_say_each_thing_once(store: Store, telemetry: Telemetry) -> None:
    """A handler that only says something changes no document whose revision would tell that another was faster."""

    @hears(SessionMissed)
    async def says(event: SessionMissed, unit: Unit) -> None:
        unit.rows.append(row(event, 1))

    replicas = [Inbox(store, [says], telemetry) for _ in range(4)]
    await replicas[0].take([said(SessionMissed, f"s{n}", 1) for n in range(20)])
    again = [said(SessionMissed, f"s{n}", v) for n in range(20) for v in (1, 2, 3)]

    await asyncio.gather(*(replica.take(again) for replica in replicas))

    assert await store.db["outbox"].count_documents({}) == 60
    positions = [stored["version"] async for stored in store.db["inbox"].find()]
    assert positions == [3] * 20


async def test_an_effect_too_large_for_the_database_is_one_dead_letter(store: Store, telemetry: Telemetry) -> None:
    @hears(SessionMissed, changes=Entry, found_by="session_id")
    def bloated(entry: Entry, _: SessionMissed) -> Entry:
        return replace(entry, heard=("x" * 17_000_000,))

    scheduled = HANDLERS[0]
    inbox = Inbox(store, [scheduled, bloated], telemetry)
    await inbox.prepare()
    await inbox.take([said(SessionScheduled, f"s{n}", 1) for n in range(3)])
    await inbox.take([said(SessionMissed, "s1", 2), record(row(event(SessionScheduled, "s2", 2), 2))])

    [letter] = await _dead(store)
    assert _reason(letter).startswith("commit-failed error=")
    assert await _heard(store, "s2") == ("scheduled 1", "scheduled 2")


@pytest.mark.parametrize("spoilt", [{"$unset": {"_revision": ""}}, {"$set": {"heard": "something"}}])
async def test_a_document_nobody_can_read_holds_up_only_its_own_subject(
    inbox: Inbox, store: Store, spoilt: dict[str, Any]
) -> None:
    await inbox.take([said(SessionScheduled, f"s{n}", 1) for n in range(3)])
    as_it_was = await store.db["entries"].find_one({"_id": "s1"})
    assert as_it_was
    await store.db["entries"].update_one({"_id": "s1"}, spoilt)
    await inbox.take([said(SessionMissed, f"s{n}", 2) for n in range(3)])

    [letter] = await _dead(store)
    assert _reason(letter).startswith("not-readable document=Entry faults=")
    assert await _heard(store, "s0") == await _heard(store, "s2") == ("scheduled 1", "missed")

    await store.db["entries"].replace_one({"_id": "s1"}, as_it_was)
    assert (await Desk(store, inbox).retry(letter["_id"])).outcome == "handled"
    assert await _heard(store, "s1") == ("scheduled 1", "missed")
