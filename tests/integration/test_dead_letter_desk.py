"""What operators can do with dead letters, each promise broken on purpose: retry in place, drop, keep until then."""

import asyncio
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from shared.delivery.dead_letters import Letter, dead_letter
from shared.delivery.desk import Desk
from shared.delivery.inbox import Inbox
from shared.delivery.poison import TOO_MANY
from shared.delivery.sweeping import Sweeper
from shared.domain.errors import Absent, Refused, StreamPoisoned
from shared.domain.handlers import Hears, hears
from shared.domain.work import Key
from shared.language.envelope import Envelope, Record, open_envelope
from shared.language.sessions import SessionHeld, SessionMissed, SessionScheduled
from shared.language.topics import LARGEST_RECORD
from shared.store.store import Store
from shared.store.transactions import Transaction
from shared.telemetry.metrics import Telemetry
from shared.web.sentences import Sentences
from tests.support.ledger import ELSEWHERE, HANDLERS, Entry, missed, said
from tests.support.sentences import refusing

DEFECTIVE = 14
"""The number of a missed session that the ledger's handler falls over."""


@hears(SessionMissed, changes=Entry, found_by="session_id")
def mended(entry: Entry, _: SessionMissed) -> Entry:
    """The next version of the handler."""
    return replace(entry, heard=(*entry.heard, "missed"))


MENDED: list[Hears] = [mended if handler is missed else handler for handler in HANDLERS]


@pytest.fixture
def desk(store: Store, inbox: Inbox) -> Desk:
    return Desk(store, inbox)


@pytest.fixture
def after_mending(store: Store, telemetry: Telemetry) -> Desk:
    """The same desk after the handler was mended: another process."""
    return Desk(store, Inbox(store, MENDED, telemetry))


async def heard(store: Store, session: str = "s1") -> tuple[str, ...]:
    entry = await store.unit().find(Entry, session)
    return entry.heard if entry else ()


async def opened(desk: Desk) -> list[Letter]:
    letters, then = await desk.letters(settled=False, after=(), limit=100)
    assert (await desk.how_many(settled=False), then) == (len(letters), ())
    return letters


async def parked(store: Store) -> int:
    return await store.db["parked"].count_documents({})


async def poisoned(inbox: Inbox, *later: Record) -> None:
    """The second event of s1 dies, and what comes later waits for it."""
    await inbox.take([said(SessionScheduled, "s1", 1), said(SessionMissed, "s1", 2, DEFECTIVE), *later])


async def test_a_letter_tells_what_it_is(desk: Desk, inbox: Inbox) -> None:
    poison = said(SessionMissed, "s1", 2, DEFECTIVE)
    await inbox.take([said(SessionScheduled, "s1", 1), poison])

    [letter] = await opened(desk)
    assert letter.record == replace(poison, headers=list(poison.headers))
    assert (letter.subject, letter.version, letter.left_out, letter.settled) == ("s1", 2, False, None)
    assert letter.reason == "handler-failed error=ZeroDivisionError"
    assert await desk.letter(letter.id) == letter
    with pytest.raises(Absent):
        await desk.letter("dead-unknown")


async def walked(desk: Desk, limit: int, settled: bool = False) -> list[list[Letter]]:
    pages, after = list[list[Letter]](), cast("Key", ())
    while True:
        letters, after = await desk.letters(settled=settled, after=after, limit=limit)
        pages.append(letters)
        if not after:
            return pages


async def test_letters_are_told_page_by_page_the_oldest_first(desk: Desk, inbox: Inbox) -> None:
    for n in range(5):
        await inbox.take([replace(said(SessionScheduled, f"s{n}", 1), value=b"?")])
    letters = await opened(desk)
    assert [letter.at for letter in letters] == sorted(letter.at for letter in letters)
    assert await walked(desk, 2) == [letters[:2], letters[2:4], letters[4:]]
    assert await walked(desk, 5) == [letters]
    await desk.drop(letters[1].id)
    assert await walked(desk, 2) == [[letters[0], letters[2]], letters[3:]]
    assert [[letter.id for letter in page] for page in await walked(desk, 2, settled=True)] == [[letters[1].id]]


async def test_a_page_of_large_letters_is_shorter(desk: Desk, inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.delivery.desk.BYTES", 250)
    for n in range(5):
        await inbox.take([replace(said(SessionScheduled, f"s{n}", 1), value=b"?" * 100)])
    assert [len(page) for page in await walked(desk, 100)] == [3, 2]


async def test_retrying_after_mending_has_the_effect_once_and_what_waited_goes_on(
    desk: Desk, after_mending: Desk, inbox: Inbox, store: Store
) -> None:
    await poisoned(inbox, said(SessionHeld, "s1", 3), said(SessionMissed, "s1", 4))
    assert await parked(store) == 2
    [letter] = await opened(desk)

    assert (await after_mending.retry(letter.id)).outcome == "handled"

    assert await heard(store) == ("scheduled 1", "missed", "held", "missed")
    assert await parked(store) == 0
    assert await opened(desk) == []
    [settled], _ = await desk.letters(settled=True, after=(), limit=10)
    assert (settled.id, settled.settled, await desk.how_many(settled=True)) == (letter.id, "retried", 1)
    assert settled.settled_at is not None
    with refusing(Sentences(), "retried already"):
        await after_mending.retry(letter.id)
    assert await heard(store) == ("scheduled 1", "missed", "held", "missed")


async def test_what_dies_again_stays_one_open_letter_with_the_new_reason(
    desk: Desk, inbox: Inbox, store: Store, telemetry: Telemetry
) -> None:
    @hears(SessionMissed, changes=Entry, found_by="session_id")
    def otherwise(_: Entry, __: SessionMissed) -> Entry:
        raise Refused("somebodys-birthday", whose="of s1")

    await poisoned(inbox, said(SessionHeld, "s1", 3))
    [letter] = await opened(desk)
    assert await desk.retry(letter.id) == ("dead-letter", "handler-failed error=ZeroDivisionError")
    worse = Desk(store, Inbox(store, [HANDLERS[0], otherwise], telemetry))
    assert await worse.retry(letter.id) == ("dead-letter", 'refused: somebodys-birthday whose="of s1"')

    [still] = await opened(desk)
    assert still == replace(letter, reason='refused: somebodys-birthday whose="of s1"')
    assert await store.db["outbox"].count_documents({"dead_letter": True}) == 1
    assert await parked(store) == 1


async def test_retrying_what_has_come_again_meanwhile_only_settles_it(
    desk: Desk, after_mending: Desk, inbox: Inbox, store: Store, telemetry: Telemetry
) -> None:
    poison = said(SessionMissed, "s1", 2, DEFECTIVE)
    await inbox.take([said(SessionScheduled, "s1", 1), poison])
    await Inbox(store, MENDED, telemetry).take([replace(poison, offset=poison.offset + 1000)])
    [letter] = await opened(desk)

    assert (await after_mending.retry(letter.id)).outcome == "duplicate"
    assert await heard(store) == ("scheduled 1", "missed")
    assert await opened(desk) == []


async def test_retrying_at_two_replicas_has_one_effect(
    inbox: Inbox, desk: Desk, store: Store, telemetry: Telemetry
) -> None:
    await poisoned(inbox)
    [letter] = await opened(desk)
    replicas = [Desk(store, Inbox(store, MENDED, telemetry)) for _ in range(4)]

    dealt = await asyncio.gather(*(replica.retry(letter.id) for replica in replicas), return_exceptions=True)

    assert sum(not isinstance(each, BaseException) and each.outcome == "handled" for each in dealt) == 1
    assert all(isinstance(each, Refused) or each.outcome in ("handled", "duplicate") for each in dealt)  # type: ignore[union-attr]
    assert await heard(store) == ("scheduled 1", "missed")


async def test_what_was_retried_and_has_to_wait_is_open_again_if_it_dies_later(
    inbox: Inbox, desk: Desk, store: Store, telemetry: Telemetry
) -> None:
    """Not because of its turn, but because it needs what no stream has brought yet."""
    fails = iter([True, False, True])

    @hears(SessionMissed)
    async def moody(event: SessionMissed, unit: Any) -> None:
        if next(fails):
            raise ZeroDivisionError
        await unit.need(Entry, "elsewhere")

    moods = Inbox(store, [HANDLERS[0], moody], telemetry)
    await moods.take([said(SessionScheduled, "s1", 1), said(SessionMissed, "s1", 2)])
    [letter] = await opened(desk)

    assert await Desk(store, moods).retry(letter.id) == ("parked", 'waits-for missing="Entry elsewhere"')
    assert await opened(desk) == []
    await store.db["parked"].update_many({}, [{"$set": {"due_at": "$$NOW"}}])
    await moods.take_up_parked()

    assert [again.id for again in await opened(desk)] == [letter.id]


async def test_a_crash_in_the_middle_of_a_retry_leaves_all_or_nothing(
    inbox: Inbox, desk: Desk, store: Store, telemetry: Telemetry
) -> None:
    await poisoned(inbox, said(SessionHeld, "s1", 3))
    [letter] = await opened(desk)
    replica = Inbox(store, MENDED, telemetry)

    async def crash(_: Transaction) -> None:
        raise ConnectionResetError("pulled the plug")

    with pytest.raises(ConnectionResetError):
        await replica.retry(letter.record, crash)

    assert await heard(store) == ("scheduled 1",)
    assert await opened(desk) == [letter]
    assert (await Desk(store, replica).retry(letter.id)).outcome == "handled"
    assert await heard(store) == ("scheduled 1", "missed", "held")


async def test_dropping_moves_on_past_it_and_frees_what_waited(desk: Desk, inbox: Inbox, store: Store) -> None:
    await poisoned(inbox, said(SessionHeld, "s1", 3), said(SessionMissed, "s1", 4), said(SessionScheduled, "s2", 2))
    [letter] = await opened(desk)

    assert await desk.drop(letter.id) == 2

    assert await heard(store) == ("scheduled 1", "held", "missed")
    assert await opened(desk) == []
    await inbox.take([letter.record, said(SessionMissed, "s1", 5)])
    assert await heard(store) == ("scheduled 1", "held", "missed", "missed")
    assert await opened(desk) == []
    assert await parked(store) == 1


async def test_what_waited_may_die_in_its_turn(desk: Desk, inbox: Inbox, store: Store) -> None:
    await poisoned(inbox, said(SessionMissed, "s1", 3, DEFECTIVE), said(SessionHeld, "s1", 4))
    [letter] = await opened(desk)

    assert await desk.drop(letter.id) == 0
    [other] = await opened(desk)
    assert (other.version, await heard(store), await parked(store)) == (3, ("scheduled 1",), 1)
    assert await desk.drop(other.id) == 1
    assert await heard(store) == ("scheduled 1", "held")


@pytest.mark.parametrize(("known", "version"), [(0, 2), (0, 3), (1, 3), (1, 4)])
async def test_nothing_is_dropped_before_its_turn(
    desk: Desk, inbox: Inbox, store: Store, known: int, version: int
) -> None:
    await inbox.take([said(SessionScheduled, "s1", 1)][:known])
    early = said(SessionMissed, "s1", version)
    letter = dead_letter(early, open_envelope(early), "commit failed", store.origin, datetime.now(UTC))
    await store.db["outbox"].bulk_write([letter.write()])

    with refusing(Sentences(), f"Version {known + 1} of this subject is missing"):
        await desk.drop(letter.id)
    assert [each.id for each in await opened(desk)] == [letter.id]


async def test_dropping_while_the_consumer_is_at_work_loses_nothing(
    desk: Desk, inbox: Inbox, store: Store, telemetry: Telemetry
) -> None:
    for session in (names := [f"s{n}" for n in range(12)]):
        await inbox.take([said(SessionScheduled, session, 1), said(SessionMissed, session, 2, DEFECTIVE)])
    letters = await opened(desk)
    consumer = Inbox(store, HANDLERS, telemetry)
    coming = [consumer.take([said(SessionHeld, session, 3)]) for session in names]
    await asyncio.gather(*coming, *(desk.drop(letter.id) for letter in letters))
    await store.db["parked"].update_many({}, [{"$set": {"due_at": "$$NOW"}}])
    await consumer.take_up_parked()

    assert [await heard(store, session) for session in names] == [("scheduled 1", "held")] * 12
    assert await parked(store) == 0


async def test_what_is_no_event_can_only_be_dropped_for_good(desk: Desk, inbox: Inbox, store: Store) -> None:
    garbage = replace(said(SessionScheduled, "s1", 1), headers=[], value=b"\xff\xfe")
    await inbox.take([garbage])
    [letter] = await opened(desk)
    assert (letter.envelope, letter.subject, letter.version) == (None, "", 0)

    assert (await desk.retry(letter.id)).outcome == "dead-letter"
    assert await desk.drop(letter.id) == 0
    await inbox.take([garbage])

    assert await opened(desk) == []
    assert await store.db["inbox"].count_documents({}) == 0


async def test_one_that_was_too_large_to_be_kept_says_so_and_can_be_dropped(
    desk: Desk, inbox: Inbox, store: Store
) -> None:
    huge = replace(said(SessionMissed, "s1", 2), value=b"x" * LARGEST_RECORD)
    await inbox.take([said(SessionScheduled, "s1", 1), huge, said(SessionHeld, "s1", 3)])
    [letter] = await opened(desk)
    assert (letter.left_out, letter.subject, letter.version) == (True, "s1", 2)

    with refusing(Sentences(), "too large"):
        await desk.retry(letter.id)
    assert await desk.drop(letter.id) == 1
    assert await heard(store) == ("scheduled 1", "held")


def letter_of(r: Record, envelope: Envelope | None = None) -> Letter:
    kept = dead_letter(r, envelope, "why", ELSEWHERE, datetime.now(UTC))
    return Letter.of_row({"_id": kept.id, **asdict(kept)})


@pytest.mark.parametrize("name", ["dead-letter-at", "dead-letter-reason", "dead-letter-left-out", "x"])
def test_headers_that_look_like_ours_stay_the_records_own(name: str) -> None:
    before = said(SessionMissed, "s1", 2)
    before = replace(before, headers=[*before.headers, (name, b"theirs"), (name, None)])

    assert letter_of(before).record == before
    assert letter_of(before).reason == "why"


async def test_an_open_letter_outlives_its_days_and_a_settled_one_does_not(
    desk: Desk, inbox: Inbox, store: Store
) -> None:
    await poisoned(inbox)
    [letter] = await opened(desk)
    long_ago = datetime.now(UTC) - timedelta(days=401)
    await store.db["outbox"].update_many({}, {"$set": {"published_at": long_ago}})

    async def swept() -> None:
        await Sweeper(store, timedelta(days=400)).sweep()

    await swept()
    assert await opened(desk) == [letter]
    await desk.drop(letter.id)
    await swept()
    assert await store.db["outbox"].count_documents({}) == 0


async def test_a_poisoned_stream_goes_on_once_its_handler_is_mended(
    inbox: Inbox, store: Store, telemetry: Telemetry
) -> None:
    first = [said(SessionScheduled, f"s{n}", 1) for n in range(TOO_MANY)]
    poison = [said(SessionMissed, f"s{n}", 2, DEFECTIVE) for n in range(TOO_MANY)]
    await inbox.take(first)
    with pytest.raises(StreamPoisoned):
        await inbox.take(poison)

    await Inbox(store, MENDED, telemetry).take(poison)

    assert await heard(store, "s7") == ("scheduled 1", "missed")


async def test_a_poisoned_stream_goes_on_when_an_operator_lets_the_poison_through(
    desk: Desk, inbox: Inbox, store: Store, telemetry: Telemetry
) -> None:
    poison = [replace(said(SessionScheduled, f"s{n}", 1), value=b"?") for n in range(TOO_MANY)]
    with pytest.raises(StreamPoisoned):
        await inbox.take(poison)
    other_replica = Inbox(store, HANDLERS, telemetry)
    until = await other_replica.poison.accept()
    assert until > datetime.now(UTC)

    await inbox.take(poison)
    await inbox.take([said(SessionScheduled, "good", 1)])
    assert await heard(store, "good") == ("scheduled 1",)
    assert await desk.how_many(settled=False) == TOO_MANY

    await store.db["leases"].update_one({"_id": "poison"}, {"$set": {"until": datetime(2000, 1, 1, tzinfo=UTC)}})
    with pytest.raises(StreamPoisoned):
        await inbox.take([replace(said(SessionScheduled, f"t{n}", 1), value=b"?") for n in range(TOO_MANY)])


async def test_retrying_many_does_not_halt_the_consumer(inbox: Inbox, desk: Desk) -> None:
    await poisoned(inbox)
    [letter] = await opened(desk)
    for _ in range(TOO_MANY + 5):
        assert (await desk.retry(letter.id)).outcome == "dead-letter"

    await inbox.take([said(SessionScheduled, "s2", 1)])


async def test_what_another_replica_parked_is_found(
    store: Store, telemetry: Telemetry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its partition has moved; here nothing was ever parked."""
    one, other = Inbox(store, HANDLERS, telemetry), Inbox(store, HANDLERS, telemetry)
    await other.take([said(SessionScheduled, "s0", 1)])
    await one.take([said(SessionHeld, "s1", 2)])
    monkeypatch.setattr("shared.delivery.parking.LOOK_AGAIN", 0.0)

    await other.take([said(SessionScheduled, "s1", 1)])

    assert await heard(store) == ("scheduled 1", "held")
    assert await parked(store) == 0


async def test_hundreds_that_waited_go_on_in_one_go(inbox: Inbox, store: Store) -> None:
    await inbox.take([said(SessionMissed, "s1", version) for version in range(2, 600)])
    await inbox.take([said(SessionScheduled, "s1", 1)])

    assert len(await heard(store)) == 599
    assert await parked(store) == 0
