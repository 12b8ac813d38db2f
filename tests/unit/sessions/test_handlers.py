"""What sessions does when it hears something."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from services.sessions.app import service
from services.sessions.handlers import nobody_confirmed
from services.sessions.people.participant import Participant
from services.sessions.people.programme import Programme
from services.sessions.series.diary import Diary
from services.sessions.series.series import Series
from services.sessions.series.session import Session
from shared.domain.errors import NotYet
from shared.language.matching import PairCompleted, PairDissolved, Parting
from shared.language.profile import WorkingHours
from shared.language.registration import (
    ParticipantChanged,
    ParticipantWithdrawn,
    ProgrammeChanged,
    ProgrammeClosed,
    Withdrawal,
)
from shared.language.sessions import Outcome, SessionCancelled, SessionScheduled
from shared.language.terms import Role
from tests.support.memory import MemoryStore
from tests.unit.sessions.support import NOW, PEOPLE, empty, formed, hear, opened, registered, terms


async def sessions(store: MemoryStore, pair: str = "pair") -> list[Session]:
    return await store.all(Session, {"pair_id": pair}, sort=(("number", 1),))


async def series(store: MemoryStore) -> Series:
    return await store.unit().get(Series, "pair")


async def booked(store: MemoryStore, person: str) -> list[str]:
    found = await store.unit().get(Diary, person)
    return [one.session_id for one in found.booked]


def dissolved() -> PairDissolved:
    return PairDissolved(
        programme_id="programme", pair_id="pair", mentor_id="mentor", mentee_id="mentee", because=Parting.MANAGER
    )


async def test_a_pair_gets_its_series_in_both_diaries() -> None:
    store = empty()
    await hear(store, opened(), *PEOPLE, formed())
    planned = await sessions(store)
    assert [one.number for one in planned] == [1, 2, 3, 4, 5, 6]
    ids = [one.id for one in planned]
    assert await booked(store, "person-mentor") == await booked(store, "person-mentee") == ids
    assert (await series(store)).session_ids == tuple(ids)
    assert [event.subject for event in store.said if isinstance(event, SessionScheduled)] == ids


@pytest.mark.parametrize("missing", [0, 1, 2])
async def test_a_pair_waits_for_what_it_builds_on(missing: int) -> None:
    store, known = empty(), [opened(), *PEOPLE]
    await hear(store, *(event for nth, event in enumerate(known) if nth != missing))
    with pytest.raises(NotYet):
        await hear(store, formed())
    await hear(store, known[missing], formed())
    assert len(await sessions(store)) == 6


async def test_one_persons_pairs_never_overlap() -> None:
    store = empty()
    others = [registered(f"mentee-{nth}", Role.MENTEE) for nth in range(5)]
    await hear(store, opened(), PEOPLE[0], *others)
    await hear(store, *(formed(f"pair-{nth}", mentee=f"mentee-{nth}") for nth in range(5)))
    diary = await store.unit().get(Diary, "person-mentor")
    assert len(diary.booked) == 30
    assert all(earlier.ends_at <= later.starts_at for earlier, later in pairwise(diary.booked))


async def test_a_pair_without_a_common_hour_gets_a_series_that_says_so() -> None:
    store = empty()
    night = registered("mentee", Role.MENTEE, hours=WorkingHours(start="20:00", end="23:00"))
    await hear(store, opened(), PEOPLE[0], night, formed())
    found = await series(store)
    assert found.session_ids == ()
    assert found.shortfall
    assert "never have 30 minutes in common" in service.spoken.explain(found.shortfall)


@pytest.mark.parametrize("ending", [dissolved(), PairCompleted(**dissolved().model_dump(exclude={"because"}))])
async def test_when_a_pair_ends_what_is_ahead_is_cancelled(ending: PairDissolved | PairCompleted) -> None:
    store = empty()
    await hear(store, opened(), *PEOPLE, formed())
    store.stopped.moment = NOW + timedelta(days=2)
    await hear(store, ending)
    states = [one.state for one in await sessions(store)]
    assert states == [Outcome.SCHEDULED, *[Outcome.CANCELLED] * 5]  # the first may still be confirmed
    cancelled = [event for event in store.said if isinstance(event, SessionCancelled)]
    assert {(event.by, event.because.value) for event in cancelled} == {(None, "pair-ended")}
    first = (await sessions(store))[0].id
    assert await booked(store, "person-mentor") == await booked(store, "person-mentee") == [first]
    assert (await series(store)).ended


async def test_the_end_of_a_pair_waits_for_its_beginning() -> None:
    store = empty()
    await hear(store, opened(), *PEOPLE)
    with pytest.raises(NotYet):
        await hear(store, dissolved())


async def test_a_session_that_nobody_confirmed_is_missed() -> None:
    store = empty()
    await hear(store, opened(), *PEOPLE, formed())
    unit = store.unit()
    session = await unit.get(Session, (await sessions(store))[0].id)
    assert session.due_at
    await nobody_confirmed.call(session, session.due_at, unit)
    await unit.commit()
    assert (await sessions(store))[0].state is Outcome.MISSED


async def test_programmes_and_participants_follow_what_is_published() -> None:
    store = empty()
    await hear(store, opened(), *PEOPLE)
    longer = terms(ends_on=date(2027, 6, 30))
    profile = PEOPLE[1].profile.model_copy(update={"time_zone": "Asia/Tokyo", "country": "JP"})
    await hear(
        store,
        ProgrammeChanged(programme_id="programme", terms=longer),
        ProgrammeClosed(programme_id="programme"),
        ParticipantChanged(programme_id="programme", participant_id="mentee", profile=profile),
        ParticipantWithdrawn(programme_id="programme", participant_id="mentor", because=Withdrawal.OWN_WISH),
    )
    programme = await store.unit().get(Programme, "programme")
    assert (programme.terms, programme.over) == (longer, True)
    mentee = await store.unit().get(Participant, "mentee")
    assert (mentee.time_zone, mentee.country, mentee.person_id) == ("Asia/Tokyo", "JP", "person-mentee")
    assert (await store.unit().get(Participant, "mentor")).withdrawn
