"""The waiting list: whoever becomes free is served at once, by whichever replica, and nobody beyond their capacity."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.matching import handlers
from services.matching.members.member import Member
from services.matching.members.programme import Programme
from services.matching.members.waiting_list import WaitingList
from services.matching.pairs.pair import Pair, PairState
from services.matching.waiting import serving as waiting
from shared.language.registration import (
    ParticipantChanged,
    ParticipantRegistered,
    ParticipantTrained,
    ParticipantWithdrawn,
    ProgrammeClosed,
    Withdrawal,
)
from shared.language.skills import Skill
from shared.language.terms import Role, Training
from tests.support.backends import Mongo
from tests.support.rounds import BY_HAND, BY_ITSELF, PROGRAMME, somebody
from tests.support.seeds import hear
from tests.support.waiting import Desk, desk
from tests.unit.matching.people import profile, terms

pytestmark = pytest.mark.emptied

MENTOR, MENTEE = Role.MENTOR, Role.MENTEE
BETTER = (Skill(topic="social-media", level=5),)


@pytest.fixture
async def here(mongodb: Mongo, database_name: str) -> AsyncIterator[Desk]:
    async with desk(mongodb, database_name) as one:
        yield one


async def test_whoever_arrives_gets_the_best_who_waits(here: Desk) -> None:
    await here.open(BY_ITSELF, somebody("good", MENTOR), somebody("better", MENTOR, offers=BETTER))
    await here.settle()
    await here.arrive("senior", MENTEE)
    await here.settle()

    assert await here.together() == {("better", "senior")}
    assert (await here.world.said())["pair-formed"] == 1
    [pair] = await here.world.store.all(Pair, {})
    assert pair.round_id is None and pair.criteria and pair.score == sum(each.points for each in pair.criteria)
    better, good = await here.world.member("better"), await here.world.member("good")
    assert (better.pairs, better.waiting_because, better.due_at) == ((pair.id,), (), None)
    assert good.waits


async def test_whoever_returns_comes_first(here: Desk) -> None:
    returning = replace(somebody("good", MENTOR), returning=True)
    await here.open(BY_ITSELF, returning, somebody("better", MENTOR, offers=BETTER))
    await here.arrive("senior", MENTEE)
    await here.settle()

    assert await here.together() == {("good", "senior")}
    assert not (await here.world.member("good")).returning


async def test_of_equals_whoever_waits_longest_comes_first(here: Desk) -> None:
    await here.open(BY_ITSELF, *(somebody(f"m{n}", MENTOR) for n in range(3)))
    longest = await here.world.member("m1")
    assert longest.waiting_since
    await here.world.keep(replace(longest, waiting_since=longest.waiting_since - timedelta(hours=1)))
    await here.arrive("senior", MENTEE)
    await here.settle()

    assert await here.together() == {("m1", "senior")}


@pytest.mark.parametrize(
    ("there", "reason"),
    [([], "nobody-there"), ([("m", {"languages": ("de",)})], "language"), ([("m", {"grade": 12})], "grade-gap")],
)
async def test_whoever_finds_nobody_waits_with_the_reason_and_is_found_later(
    here: Desk, there: list[tuple[str, dict[str, Any]]], reason: str
) -> None:
    await here.open(BY_ITSELF, *(somebody(name, MENTOR, **facts) for name, facts in there))
    await here.arrive("senior", MENTEE)
    await here.settle()

    senior = await here.world.member("senior")
    assert (senior.waiting_because, senior.due_at, senior.unserved_since) == ((reason,), None, None)
    assert senior.waiting_since
    await here.arrive("late", MENTOR)
    await here.settle()
    assert await here.together() == {("late", "senior")}


async def test_where_everybody_is_paired_it_is_not_said_that_nobody_is_there(here: Desk) -> None:
    await here.open(BY_ITSELF, somebody("junior", MENTOR))
    for name in ("n0", "n1"):
        await here.arrive(name, MENTEE)
    await here.settle()
    [(_, paired)] = await here.together()
    left = await here.world.member("n1" if paired == "n0" else "n0")
    assert left.waiting_because == ("all-taken",)


async def test_whoever_is_not_trained_yet_is_told_so(here: Desk) -> None:
    await here.open(BY_ITSELF, somebody("junior", MENTOR))
    who = {"programme_id": PROGRAMME, "participant_id": "senior"}
    registered = ParticipantRegistered(**who, person_id="person-senior", profile=profile(MENTEE))
    await hear(here.world.app, registered)
    await here.settle()
    senior = await here.world.member("senior")
    assert (senior.waiting_because, senior.due_at) == (("untrained",), None)

    await here.world.keep(Programme(id=PROGRAMME, terms=terms(training=Training.MENTOR)))
    await here.arrive("untrained", MENTEE)
    await here.world.keep(replace(await here.world.member("untrained"), trained=False))
    await here.settle()
    assert await here.together() == {("junior", "untrained")}


async def test_a_minimum_score_is_kept(here: Desk) -> None:
    await here.open(terms(minimum_score=100_000), somebody("m", MENTOR))
    await here.arrive("senior", MENTEE)
    await here.settle()

    assert await here.together() == set()
    assert (await here.world.member("senior")).waiting_because == ("all-taken",)


async def test_those_kept_apart_by_a_manager_are_not_paired(here: Desk) -> None:
    await here.open(BY_ITSELF, somebody("m", MENTOR))
    list_ = await here.world.store.unit().get(WaitingList, PROGRAMME)
    await here.world.keep(replace(list_, forbidden=(("m", "senior"),)))
    await here.arrive("senior", MENTEE)
    await here.arrive("other", MENTEE)
    await here.settle()

    assert await here.together() == {("m", "other")}


async def test_a_mentor_for_two_is_given_two_who_are_alone(here: Desk) -> None:
    await here.open(BY_ITSELF, *(somebody(f"n{n}", MENTEE) for n in range(3)))
    await here.arrive("junior", MENTOR, capacity=2)
    await here.settle()

    assert len(await here.together()) == 2
    assert len((await here.world.member("junior")).pairs) == 2


async def test_everybody_is_heard_through_the_bus(here: Desk) -> None:
    await here.open(BY_ITSELF, somebody("junior", MENTOR, languages=("de",)))
    who = {"programme_id": PROGRAMME, "participant_id": "senior"}
    await hear(
        here.world.app,
        ParticipantRegistered(**who, person_id="person-senior", profile=profile(MENTEE)),
        ParticipantTrained(**who),
    )
    await here.settle()
    assert await here.together() == set()

    learned = profile(MENTOR, languages=("de", "fr"))
    await hear(here.world.app, ParticipantChanged(programme_id=PROGRAMME, participant_id="junior", profile=learned))
    await here.settle()
    assert await here.together() == {("junior", "senior")}


async def test_without_a_round_nobody_is_called(here: Desk) -> None:
    await here.world.keep(Programme(id=PROGRAMME, terms=BY_ITSELF), somebody("junior", MENTOR))
    who = {"programme_id": PROGRAMME, "participant_id": "senior"}
    registered = ParticipantRegistered(**who, person_id="person-senior", profile=profile(MENTEE))
    await hear(here.world.app, registered, ParticipantTrained(**who))

    assert await here.rows.overdue() == 0
    assert (await here.world.member("senior")).unserved_since


async def test_whoever_arrives_during_a_round_is_served_after_it(here: Desk) -> None:
    await here.open(BY_ITSELF, somebody("junior", MENTOR))
    programme = await here.world.store.unit().get(Programme, PROGRAMME)
    await here.world.keep(programme.busy("round"))
    await here.arrive("senior", MENTEE)
    await here.settle()
    assert await here.together() == set()
    assert (await here.world.member("senior")).due_at is None

    list_ = await here.world.store.unit().get(WaitingList, PROGRAMME)
    now = here.world.store.clock.now()
    await here.world.keep(programme.free_of("round"), list_.after_round(list_.since, ()).calls(now))
    await here.settle()
    assert await here.together() == {("junior", "senior")}


async def test_only_whoever_came_after_the_round_looked_is_called_when_it_is_over(here: Desk) -> None:
    now = here.world.store.clock.now()
    old = replace(somebody("old", MENTEE), unserved_since=now - timedelta(days=1))
    new = replace(somebody("new", MENTEE), unserved_since=now)
    await here.world.keep(Programme(id=PROGRAMME, terms=BY_ITSELF), WaitingList(id=PROGRAMME, since=now, due_at=now))
    await here.world.keep(old, new)
    await here.rows.do(handlers.waiting_list_due)

    assert (await here.world.member("new")).due_at and not (await here.world.member("old")).due_at


async def test_those_freed_by_a_withdrawal_a_dissolution_and_a_refusal_are_served(here: Desk) -> None:
    await here.open(BY_ITSELF, somebody("m0", MENTOR), somebody("m1", MENTOR))
    for name in ("n0", "n1"):
        await here.arrive(name, MENTEE)
    await here.settle()
    before = dict(await here.together())
    assert set(before) == {"m0", "m1"}

    gone = ParticipantWithdrawn(programme_id=PROGRAMME, participant_id=before["m0"], because=Withdrawal.OWN_WISH)
    await hear(here.world.app, gone)
    await here.settle()
    left = await here.world.member("m0")
    assert left.returning and left.waits and await here.together() == {("m1", before["m1"])}

    [pair] = await here.world.store.all(Pair, {"state": PairState.FORMED.value})
    await here.world.post(f"/pairs/{pair.id}/dissolve", {"because": "manager"})
    await here.settle()
    assert await here.together() == {("m0", before["m1"])}, "the two who parted do not meet again"


async def test_whoever_withdraws_meanwhile_is_not_paired(here: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    await here.open(BY_ITSELF, somebody("better", MENTOR, offers=BETTER), somebody("good", MENTOR))
    gone = ParticipantWithdrawn(programme_id=PROGRAMME, participant_id="better", because=Withdrawal.OWN_WISH)
    await _between_look_and_pair(monkeypatch, lambda: hear(here.world.app, gone))
    await here.arrive("senior", MENTEE)
    await here.settle()

    assert await here.together() == {("good", "senior")}


async def test_a_newcomer_who_withdraws_meanwhile_is_not_paired(here: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    await here.open(BY_ITSELF, somebody("junior", MENTOR))
    gone = ParticipantWithdrawn(programme_id=PROGRAMME, participant_id="senior", because=Withdrawal.OWN_WISH)
    await here.arrive("senior", MENTEE)
    await _between_look_and_pair(monkeypatch, lambda: hear(here.world.app, gone))
    await here.settle()

    assert await here.together() == set()
    assert not (await here.world.member("junior")).pairs


async def _between_look_and_pair(monkeypatch: pytest.MonkeyPatch, happens: Any) -> None:
    """Something happens once, after the choice was made and before it is written."""
    serve = waiting._serve
    todo = [happens]

    async def later(*args: Any, **kwargs: Any) -> Any:
        if todo:
            await todo.pop()()
        return await serve(*args, **kwargs)

    monkeypatch.setattr(waiting, "_serve", later)


async def test_replicas_that_serve_at_once_pair_nobody_beyond_their_capacity(
    mongodb: Mongo, database_name: str
) -> None:
    async with AsyncExitStack() as stack:
        desks = [await stack.enter_async_context(desk(mongodb, database_name)) for _ in range(3)]
        one = desks[0]
        mentors = [somebody(f"m{n}", MENTOR, capacity=1 + n % 2) for n in range(4)]
        await one.open(BY_ITSELF, *mentors)
        for n in range(8):
            await one.arrive(f"n{n}", MENTEE)
        while await one.rows.overdue():
            await asyncio.gather(*(each.step() for each in desks))

        pairs = await one.together()
        assert Counter(mentor for mentor, _ in pairs) == {"m0": 1, "m1": 2, "m2": 1, "m3": 2}
        assert max(Counter(mentee for _, mentee in pairs).values()) == 1
        assert (await one.world.said())["pair-formed"] == 6
        members = await one.world.store.all(Member, {})
        assert sum(len(member.pairs) for member in members) == 12


async def test_of_two_replicas_that_want_the_same_partner_one_takes_the_next(
    mongodb: Mongo, database_name: str
) -> None:
    async with desk(mongodb, database_name) as one, desk(mongodb, database_name) as other:
        await one.open(BY_ITSELF, somebody("better", MENTOR, offers=BETTER), somebody("good", MENTOR))
        await one.arrive("n0", MENTEE)
        await one.arrive("n1", MENTEE)
        served = await asyncio.gather(_alone(one, "n0"), _alone(other, "n1"))

        assert {pair.mentor_id for pair in served if pair} == {"better", "good"}
        assert {mentee for _, mentee in await one.together()} == {"n0", "n1"}


async def _alone(here: Desk, participant_id: str) -> Pair | None:
    unit = here.world.store.unit()
    return await waiting.serve(await unit.get(Member, participant_id), unit)


async def test_what_another_replica_did_is_known_at_the_next_look(mongodb: Mongo, database_name: str) -> None:
    async with desk(mongodb, database_name) as one, desk(mongodb, database_name) as other:
        await one.open(BY_ITSELF, somebody("m0", MENTOR))
        await one.arrive("n0", MENTEE)
        await one.settle()
        await other.arrive("m1", MENTOR)
        await other.settle()
        await one.arrive("n1", MENTEE)
        await one.settle()

        assert await one.together() == {("m0", "n0"), ("m1", "n1")}


async def test_where_a_manager_approves_the_waiting_list_proposes(here: Desk) -> None:
    await here.open(BY_HAND, somebody("better", MENTOR, offers=BETTER), somebody("good", MENTOR))
    await here.arrive("n0", MENTEE)
    await here.arrive("n1", MENTEE)
    await here.settle()

    assert await here.together() == set()
    proposed = await here.world.store.all(Pair, {"state": PairState.PROPOSED.value})
    assert len({pair.mentor_id for pair in proposed}) == len({pair.mentee_id for pair in proposed}) == 2
    assert all(pair.round_id is None for pair in proposed)
    assert (await here.world.said())["pair-proposed"] == 2

    first, second = proposed
    await here.world.post(f"/pairs/{first.id}/approve")
    assert await here.together() == {(first.mentor_id, first.mentee_id)}
    await here.world.post(f"/pairs/{second.id}/refuse")
    await here.settle()
    assert await here.world.couples(PairState.PROPOSED) == set(), "what a manager refused is not proposed again"


async def test_replicas_propose_nobody_twice(mongodb: Mongo, database_name: str) -> None:
    async with desk(mongodb, database_name) as one, desk(mongodb, database_name) as other:
        await one.open(BY_HAND, somebody("m", MENTOR))
        for n in range(4):
            await one.arrive(f"n{n}", MENTEE)
        while await one.rows.overdue():
            await asyncio.gather(one.step(), other.step())

        assert len(await one.world.couples(PairState.PROPOSED)) == 1


async def test_a_proposal_of_somebody_who_withdraws_is_dropped_and_the_other_looked_after(here: Desk) -> None:
    await here.open(BY_HAND, somebody("better", MENTOR, offers=BETTER), somebody("good", MENTOR))
    await here.arrive("senior", MENTEE)
    await here.settle()
    assert await here.world.couples(PairState.PROPOSED) == {("better", "senior")}

    gone = ParticipantWithdrawn(programme_id=PROGRAMME, participant_id="better", because=Withdrawal.OWN_WISH)
    await hear(here.world.app, gone)
    await here.settle()
    assert await here.world.couples(PairState.PROPOSED) == {("good", "senior")}


async def test_a_record_that_cannot_be_read_stops_nobody(here: Desk) -> None:
    await here.open(BY_ITSELF, somebody("good", MENTOR), somebody("spoilt", MENTOR, offers=BETTER))
    await here.world.store.collection(Member).update_one({"_id": "spoilt"}, {"$set": {"profile.grade": "senior"}})
    await here.arrive("senior", MENTEE)
    await here.settle()

    assert await here.together() == {("good", "senior")}


async def test_a_record_that_was_spoilt_since_stops_nobody(here: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    await here.open(BY_ITSELF, somebody("good", MENTOR), somebody("spoilt", MENTOR, offers=BETTER))
    members = here.world.store.collection(Member)
    await _between_look_and_pair(
        monkeypatch, lambda: members.update_one({"_id": "spoilt"}, {"$set": {"profile.grade": "senior"}})
    )
    await here.arrive("senior", MENTEE)
    await here.settle()

    assert await here.together() == {("good", "senior")}


async def test_a_programme_completes_its_pairs_part_by_part(here: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.matching.pairs.completing.TOGETHER", 2)
    await here.open(BY_ITSELF, *(somebody(f"m{n}", MENTOR) for n in range(5)))
    for n in range(5):
        await here.arrive(f"n{n}", MENTEE)
    await here.settle()
    await hear(here.world.app, ProgrammeClosed(programme_id=PROGRAMME))
    await here.rows.do(handlers.programme_due)
    assert len(await here.together()) == 3
    await here.settle()

    assert (await here.world.said())["pair-completed"] == 5
    assert (await here.world.store.unit().get(Programme, PROGRAMME)).due_at is None


async def test_other_rules_count_from_the_next_arrival(here: Desk) -> None:
    await here.open(terms(grade_gap=9), somebody("junior", MENTOR))
    await here.arrive("n0", MENTEE)
    await here.settle()
    assert await here.together() == set()

    await here.world.keep(Programme(id=PROGRAMME, terms=BY_ITSELF))
    await here.arrive("n1", MENTEE)
    await here.settle()
    assert await here.together() == {("junior", "n1")}


async def test_the_end_of_the_programme_ends_it(here: Desk) -> None:
    await here.open(BY_ITSELF, somebody("m0", MENTOR))
    await here.arrive("n0", MENTEE)
    await here.settle()
    await here.arrive("n1", MENTEE)
    await hear(here.world.app, ProgrammeClosed(programme_id=PROGRAMME))
    await here.settle()
    list_ = await here.world.store.unit().get(WaitingList, PROGRAMME)
    await here.world.keep(list_.calls(here.world.store.clock.now()))
    await here.settle()

    assert await here.world.couples(PairState.COMPLETED) == {("m0", "n0")}
    assert (await here.world.said())["pair-completed"] == 1
    assert (await here.world.store.unit().get(WaitingList, PROGRAMME)).due_at is None
