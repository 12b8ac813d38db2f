"""Every fact asks for its letters once, and takes back those that are no longer true."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.registration import handlers
from services.registration.board.card import PairCard
from services.registration.notices.asking import SETTLES
from services.registration.notices.kinds import Kind
from services.registration.notices.letter import Fate, Letter
from services.registration.people.participant import Participant
from shared.domain.handlers import heard
from shared.language.envelope import Origin
from shared.language.feedback import FeedbackSubmitted, PairAtRisk, Risk
from shared.language.matching import PairCompleted, PairDissolved, PairFormed, Parting
from shared.language.registration import (
    ParticipantErased,
    ParticipantRegistered,
    ParticipantTrained,
    ParticipantWithdrawn,
    Withdrawal,
)
from shared.language.sessions import (
    Cancellation,
    SessionCancelled,
    SessionHeld,
    SessionMissed,
    SessionRescheduled,
    SessionScheduled,
)
from shared.language.streams import Event
from shared.language.terms import Role
from tests.support.letters import MONDAY, PAIR, session
from tests.support.memory import MemoryStore, hear
from tests.unit.registration.samples import PROFILE

JUNIOR = {"programme_id": "spring", "participant_id": "junior"}
REGISTERED = ParticipantRegistered(**JUNIOR, person_id="person-junior", profile=PROFILE)
FORMED = PairFormed(**PAIR, round_id=None, score=7, criteria=())
FRIDAY = MONDAY + timedelta(days=4)
Told = tuple[Kind, str, Fate]


async def letters(store: MemoryStore) -> list[Told]:
    found = await store.all(Letter, {})
    return sorted((each.kind, each.participant_id, each.fate) for each in found)


def both(kind: Kind, fate: Fate = Fate.WAITING) -> list[Told]:
    return [(kind, "junior", fate), (kind, "senior", fate)]


def all_of(*told: Iterable[Told]) -> list[Told]:
    return sorted(each for some in told for each in some)


def held(starts_at: datetime) -> Event:
    return session(SessionHeld, starts_at, confirmed_by=Role.MENTOR)


def cancelled(starts_at: datetime, because: Cancellation = Cancellation.ILL) -> Event:
    return session(SessionCancelled, starts_at, by=Role.MENTOR, because=because)


async def test_whoever_takes_part_is_told_and_reminded_of_the_training_until_it_is_done() -> None:
    store = MemoryStore(now=MONDAY)
    await hear(store, handlers, REGISTERED)
    assert await letters(store) == [
        (Kind.RECEIVED, "junior", Fate.WAITING),
        (Kind.TRAINING, "junior", Fate.WAITING),
    ]
    await hear(store, handlers, ParticipantTrained(**JUNIOR))
    assert (Kind.TRAINING, "junior", Fate.WITHDRAWN) in await letters(store)
    await hear(store, handlers, ParticipantWithdrawn(**JUNIOR, because=Withdrawal.OWN_WISH))
    assert {fate for _, _, fate in await letters(store)} == {Fate.WITHDRAWN}


@pytest.mark.parametrize("entered", [True, False])
async def test_whoever_was_brought_in_is_told_that_they_were(entered: bool) -> None:
    taken_in = Participant.registered("spring", "person-junior", PROFILE, entered=entered)
    [registered] = taken_in.raised
    store = MemoryStore(taken_in, now=MONDAY)
    await hear(store, handlers, registered)
    [received] = await store.all(Letter, {"kind": Kind.RECEIVED.value})
    assert received.facts == {"entered": entered}


async def test_a_planned_session_is_told_with_its_series_and_reminded_of() -> None:
    store = MemoryStore(now=MONDAY)
    later = session(SessionScheduled, FRIDAY + timedelta(days=28), number=2)
    await hear(store, handlers, session(SessionScheduled, FRIDAY), later)
    expected = [*both(Kind.PLANNED), *2 * both(Kind.TOMORROW), *2 * both(Kind.PLACE)]
    assert await letters(store) == sorted(expected)


async def test_a_session_of_the_same_day_is_not_reminded_of() -> None:
    store = MemoryStore(now=MONDAY)
    await hear(store, handlers, session(SessionScheduled, MONDAY + timedelta(hours=5)))
    assert await letters(store) == all_of(both(Kind.PLANNED), both(Kind.PLACE))


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        (cancelled(FRIDAY), Kind.CANCELLED),
        (held(FRIDAY), Kind.PULSE),
        (session(SessionMissed, FRIDAY), None),
        (cancelled(FRIDAY, Cancellation.PAIR_ENDED), None),
    ],
)
async def test_what_is_over_is_not_reminded_of(event: Event, kind: Kind | None) -> None:
    store = MemoryStore(now=MONDAY)
    await hear(store, handlers, session(SessionScheduled, FRIDAY), event)
    over = (both(Kind.TOMORROW, Fate.WITHDRAWN), both(Kind.PLACE, Fate.WITHDRAWN))
    assert await letters(store) == all_of(both(Kind.PLANNED), *over, both(kind) if kind else [])


async def test_a_letter_that_asks_how_it_was_knows_when_it_was() -> None:
    store = MemoryStore(now=MONDAY)
    await hear(store, handlers, held(FRIDAY))
    asked = await store.all(Letter, {"kind": Kind.PULSE.value})
    assert [each.facts["starts_at"] for each in asked] == [FRIDAY.isoformat()] * 2


async def test_a_session_moved_twice_is_told_once_and_reminded_of_when_it_is() -> None:
    store = MemoryStore(now=MONDAY)
    once, then = FRIDAY + timedelta(hours=1), FRIDAY + timedelta(hours=2)
    await hear(
        store,
        handlers,
        session(SessionScheduled, FRIDAY),
        session(SessionRescheduled, once, moved_from=FRIDAY),
        session(SessionRescheduled, then, moved_from=once),
    )
    waiting = [each for each in await store.all(Letter, {}) if each.waits and each.kind is not Kind.PLANNED]
    assert {each.kind for each in waiting} == {Kind.MOVED, Kind.TOMORROW, Kind.PLACE}
    assert {each.facts["starts_at"] for each in waiting} == {then.isoformat()}


async def test_whoever_has_said_how_it_was_is_not_asked() -> None:
    store = MemoryStore(now=MONDAY)
    answered = FeedbackSubmitted(
        programme_id="spring", pulse_id="p", pair_id="pair", session_id="session-1", role=Role.MENTEE
    )
    await hear(store, handlers, held(FRIDAY), answered)
    assert await letters(store) == [
        (Kind.PULSE, "junior", Fate.WAITING),
        (Kind.PULSE, "senior", Fate.WITHDRAWN),
    ]


async def test_the_beginning_and_the_end_of_a_pair_are_told_to_both() -> None:
    store = MemoryStore(now=MONDAY)
    await hear(store, handlers, FORMED)
    assert await letters(store) == both(Kind.PAIRED)
    await hear(store, handlers, PairDissolved(**PAIR, because=Parting.DECLINED))
    assert await letters(store) == all_of(both(Kind.PAIRED, Fate.WITHDRAWN), both(Kind.LEFT))


async def test_the_end_of_the_programme_is_told_to_both() -> None:
    store = MemoryStore(now=MONDAY)
    await hear(store, handlers, PairCompleted(**PAIR))
    assert await letters(store) == both(Kind.ENDED)


async def test_an_alarm_is_told_gently_to_both() -> None:
    store = MemoryStore(PairCard(id="pair", programme_id="spring", mentor_id="junior", mentee_id="senior"), now=MONDAY)
    await hear(
        store, handlers, PairAtRisk(programme_id="spring", pair_id="pair", because=Risk.SESSIONS_LOST, sessions_lost=2)
    )
    assert await letters(store) == both(Kind.MOMENTUM)


async def test_what_is_heard_again_is_told_once() -> None:
    store = MemoryStore(now=MONDAY)
    everything = (REGISTERED, FORMED, session(SessionScheduled, FRIDAY), held(FRIDAY))
    await hear(store, handlers, *everything)
    before = await store.all(Letter, {})
    await hear(store, handlers, *everything)
    assert await store.all(Letter, {}) == before


async def test_of_whoever_is_erased_no_letter_is_kept() -> None:
    store = MemoryStore(now=MONDAY)
    await hear(store, handlers, REGISTERED, FORMED)
    await hear(store, handlers, ParticipantErased(**JUNIOR, erasure_id="erasure"))
    assert {each.participant_id for each in await store.all(Letter, {})} == {"senior"}


async def test_what_is_overtaken_at_once_is_told_to_nobody() -> None:
    store = MemoryStore(now=MONDAY)
    await hear(store, handlers, FORMED)
    [earliest] = {each.due_at for each in await store.all(Letter, {})}
    assert earliest == MONDAY + SETTLES


@pytest.mark.parametrize(
    "event",
    [
        REGISTERED,
        ParticipantTrained(**JUNIOR),
        FORMED,
        PairCompleted(**PAIR),
        session(SessionScheduled, FRIDAY),
        session(SessionRescheduled, FRIDAY, moved_from=MONDAY),
        session(SessionCancelled, FRIDAY, by=Role.MENTOR, because=Cancellation.ILL),
        held(FRIDAY),
    ],
)
async def test_what_is_looked_for_is_fetched_for_a_whole_batch_at_once(
    event: Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = MemoryStore(now=MONDAY)
    store.origin = Origin("registration", "test")
    unit = store.unit()
    hearing = [each for each in heard(handlers) if type(event) in each.events and each.foresees(event)]
    await unit.fetch(wanted for each in hearing for wanted in each.wants(event))
    late, read = list[str](), unit._read

    def spy(kind: Any, identity: str) -> Any:
        late.append(identity)
        return read(kind, identity)

    monkeypatch.setattr(unit, "_read", spy)
    for each in hearing:
        await each.handle(event, unit)
    assert hearing
    assert {identity.partition(":")[0] for identity in late} <= {Kind.PLANNED}, "which says on which day it was"
