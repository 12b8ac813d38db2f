"""Rounds as managers work, on the real database: what is formed, what is said, and what survives."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.matching.markets.outcome import Outcome
from services.matching.members.programme import Programme
from services.matching.pairs.pair import PairState
from services.matching.rounds import choices, computing, proposing, requesting
from services.matching.rounds.ending import call_old_trials
from services.matching.rounds.round import KEPT_TRIAL, LEASE, OTHER_ROUND_EVERY, RoundState
from services.matching.rules.candidate import Snapshot
from services.matching.solver.worker import WorkerLost
from shared.domain.clock import MovedClock, SystemClock
from shared.language.registration import ParticipantWithdrawn, ProgrammeClosed, Withdrawal
from shared.language.terms import Role
from shared.store.unit import Unit
from tests.support.backends import Mongo
from tests.support.lists import pages
from tests.support.rounds import (
    BY_HAND,
    BY_ITSELF,
    MANAGER,
    PROGRAMME,
    OnProgress,
    World,
    solve_here,
    solve_simply,
    somebody,
    world,
)
from tests.support.seeds import hear

pytestmark = pytest.mark.emptied

SQUARE = {("mentor-0", "mentee-0"), ("mentor-1", "mentee-1"), ("mentor-2", "mentee-2")}


def couple(mentor: int, mentee: int) -> dict[str, str]:
    return {"mentor_id": f"mentor-{mentor}", "mentee_id": f"mentee-{mentee}"}


@pytest.fixture(autouse=True)
def simple(monkeypatch: pytest.MonkeyPatch) -> None:
    """A solver in this process, chunks of two, no pauses, and no renewals between the commits that tests count."""
    monkeypatch.setattr(computing, "solve_aside", solve_here)
    monkeypatch.setattr(proposing, "CHUNK", 2)
    monkeypatch.setattr(computing, "RENEWAL", 60)


@pytest.fixture
async def here(mongodb: Mongo, database_name: str) -> AsyncIterator[World]:
    async with world(mongodb, database_name) as replica:
        yield replica


@pytest.fixture
def clock(here: World, tmp_path: Path) -> MovedClock:
    clock = MovedClock(tmp_path / "clock")
    here.store.clock = clock
    return clock


async def test_an_automatic_round_forms_its_pairs_and_says_so(here: World) -> None:
    await here.programme(BY_ITSELF, mentors=3, mentees=4)
    seen = await here.run("r")

    assert seen["state"] == "completed"
    assert (seen["pairs"], seen["formed"]["people"], seen["unmatched"]) == (3, 6, {"all-taken": 1})
    assert await here.couples(PairState.FORMED) == SQUARE
    said = await here.said()
    assert said == {"matching-requested": 1, "pair-formed": 3, "matching-round-completed": 1}
    left = await here.member("mentee-3")
    assert (left.waiting_because, left.waiting_since is not None) == (("all-taken",), True)
    assert (await here.store.unit().get(Programme, PROGRAMME)).busy_with == ""


async def test_a_round_by_hand_waits_and_touches_nobody_until_it_is_approved(here: World) -> None:
    await here.programme(BY_HAND, mentors=3, mentees=4)
    seen = await here.run("r")

    assert (seen["state"], seen["proposed"]["pairs"], seen["pairs"]) == ("proposed", 3, 0)
    assert await here.couples(PairState.PROPOSED) == SQUARE
    assert not (await here.member("mentor-0")).pairs
    assert (await here.member("mentee-3")).waiting_because == ("no-round-yet",)
    assert (await here.store.unit().get(Programme, PROGRAMME)).busy_with == ""
    said = await here.said()
    assert said == {"matching-requested": 1, "pair-proposed": 3, "matching-round-proposed": 1}

    await here.post("/rounds/r/approve", expect=202)
    await here.post("/rounds/r/approve", expect=202)
    await here.settle()

    assert (await here.get("/rounds/r"))["state"] == "completed"
    assert await here.couples(PairState.FORMED) == SQUARE
    assert (await here.member("mentee-3")).waiting_because == ("all-taken",)
    assert (await here.said())["pair-formed"] == 3


async def test_a_trial_says_nothing_until_it_is_approved(here: World) -> None:
    await here.programme(BY_ITSELF, mentees=4)
    seen = await here.run("r", what_if=True)

    assert seen["state"] == "proposed"
    assert await here.said() == {}
    assert (await here.member("mentee-3")).waiting_because == ("no-round-yet",)

    await here.post("/rounds/r/approve", expect=202)
    await here.settle()
    assert await here.said() == {"pair-formed": 3, "matching-round-completed": 1}


async def test_what_a_trial_proposed_is_deleted_long_after_its_end_and_its_figures_stay(
    here: World, clock: MovedClock
) -> None:
    await here.programme(BY_ITSELF, mentees=4)
    await here.run("trial", what_if=True)
    await here.run("other", what_if=True)
    await here.post("/rounds/trial/cancel")
    await here.settle()
    clock.move_to(clock.now() + KEPT_TRIAL - timedelta(hours=1))
    await here.settle()
    await here.get("/rounds/trial/compare/other")

    clock.move_to(clock.now() + timedelta(hours=2))
    await here.settle()

    assert await here.couples(PairState.DROPPED, "trial") == set()
    assert await here.get("/rounds/trial/left-over") == []
    assert (await here.get("/rounds/trial"))["proposed"]["pairs"] == 3
    assert await here.couples(PairState.PROPOSED, "other") == SQUARE
    refused = await here.get("/rounds/other/compare/trial", expect=409)
    assert "90" in refused["detail"]


async def test_a_trial_of_an_earlier_version_is_forgotten_too(here: World, clock: MovedClock) -> None:
    await here.programme(BY_ITSELF)
    await here.run("trial", what_if=True)
    await here.post("/rounds/trial/cancel")
    await here.settle()
    await here.store.db["rounds"].update_one({"_id": "trial"}, {"$unset": {"due_at": "", "forgotten": ""}})
    await call_old_trials(here.store, None)
    clock.move_to(clock.now() + KEPT_TRIAL)
    await here.settle()
    assert await here.couples(PairState.DROPPED, "trial") == set()


async def test_whoever_takes_no_part_cannot_be_kept_apart_from_anybody(here: World) -> None:
    await here.programme(BY_HAND)
    wish = {"forbid": [couple(0, 0), {"mentor_id": "mentor-0", "mentee_id": "nobody"}]}
    refused = await here.post(f"/programmes/{PROGRAMME}/rounds", wish, expect=409)
    assert "“nobody”" in refused["detail"]


@pytest.mark.parametrize("change", ["allow", "unlock"])
async def test_nobody_can_be_let_go_who_takes_no_part_and_stands_in_no_choice(here: World, change: str) -> None:
    await here.programme(BY_HAND)
    wish = {change: [couple(0, 0), {"mentor_id": "mentor-0", "mentee_id": "nobody"}]}
    refused = await here.post(f"/programmes/{PROGRAMME}/rounds", wish, expect=409)
    assert (refused["code"], refused["facts"]) == ("freed-takes-no-part", {"participant_id": "nobody"})


async def test_a_couple_of_somebody_unknown_that_an_earlier_version_took_can_be_allowed(here: World) -> None:
    await here.programme(BY_HAND)
    await here.ask("old")
    await here.store.db["rounds"].update_one({"_id": "old"}, {"$set": {"choices.forbidden": [["mentor-0", "nobody"]]}})
    await here.again("old", "new", allow=[{"mentor_id": "mentor-0", "mentee_id": "nobody"}])
    assert (await here.get("/rounds/new"))["choices"]["forbidden"] == []


async def test_a_round_from_before_the_limit_comes_back_under_it_step_by_step(
    here: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await here.programme(BY_HAND)
    await here.ask("r0", forbid=[couple(0, n) for n in range(3)] + [couple(1, 0)])
    monkeypatch.setattr(choices, "MOST_COUPLES", 2)
    same = await here.post("/rounds/r0/again", {"round_id": "r1"}, expect=409)
    assert same["code"] == "too-many-couples"
    await here.again("r0", "r1", allow=[couple(0, 0)])
    swapped = {"round_id": "r2", "allow": [couple(0, 1)], "forbid": [couple(2, 2)]}
    assert (await here.post("/rounds/r1/again", swapped, expect=409))["code"] == "too-many-couples"
    await here.again("r1", "r2", allow=[couple(0, 1)])
    await here.again("r2", "r3")
    assert len((await here.get("/rounds/r3"))["choices"]["forbidden"]) == 2


async def test_couples_and_rounds_are_so_many_and_no_more(here: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(choices, "MOST_COUPLES", 2)
    monkeypatch.setattr(requesting, "MOST_ROUNDS", 2)
    await here.programme(BY_HAND)
    await here.ask("first", forbid=[couple(0, 0), couple(0, 1)])
    more = {"round_id": "second", "forbid": [couple(0, 2)]}
    assert "at most 2 couples" in (await here.post("/rounds/first/again", more, expect=409))["detail"]
    await here.again("first", "second", forbid=[couple(0, 2)], allow=[couple(0, 0)])
    assert "2 rounds" in (await here.post("/rounds/first/again", {}, expect=409))["detail"]
    assert await here.post("/rounds/first/again", more, expect=202), "the same one may be asked for again"


async def test_a_list_of_rounds_does_not_fetch_their_couples(here: World) -> None:
    await here.programme(BY_HAND)
    await here.ask("r", forbid=[couple(0, 0)])
    await here.store.db["rounds"].update_one({"_id": "r"}, {"$set": {"choices.forbidden": "not to be read"}})
    listed = await here.get(f"/programmes/{PROGRAMME}/rounds")
    assert [each["round_id"] for each in listed] == ["r"]


async def test_a_cancelled_trial_was_never_heard_of(here: World) -> None:
    await here.programme(BY_ITSELF)
    await here.run("r", what_if=True)
    await here.post("/rounds/r/cancel")
    await here.settle()

    assert await here.couples(PairState.DROPPED) == SQUARE
    assert await here.said() == {}


async def test_pairs_are_kept_together_kept_apart_and_paired_by_hand(here: World) -> None:
    await here.programme(BY_HAND)
    await here.run("first")
    await here.again("first", "second", lock=[couple(0, 2)], forbid=[couple(1, 1)])
    await here.settle()

    assert await here.couples(PairState.PROPOSED, "second") == {
        ("mentor-0", "mentee-2"),
        ("mentor-1", "mentee-0"),
        ("mentor-2", "mentee-1"),
    }
    await here.again("second", "third", unlock=[couple(0, 2)], allow=[couple(1, 1)], seed=7)
    await here.settle()
    assert await here.couples(PairState.PROPOSED, "third") == SQUARE
    choices = (await here.get("/rounds/third"))["choices"]
    assert (choices["seed"], choices["locked"], choices["forbidden"]) == (7, [], [])


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        ({"lock": [couple(0, 0), couple(0, 1)]}, "as many partners as they can take"),
        ({"lock": [couple(0, 9)]}, "does not take part"),
        ({"lock": [{"mentor_id": "mentee-0", "mentee_id": "mentee-1"}]}, "is no mentor"),
        ({"lock": [couple(0, 0)], "forbid": [couple(0, 0)]}, "at once"),
        ({"lock": [couple(0, 0)], "pairing": {"grade_gap": 20}}, "not senior enough"),
    ],
)
async def test_two_who_cannot_be_a_pair_cannot_be_put_together(here: World, wish: Any, sentence: str) -> None:
    await here.programme(BY_HAND)
    answer = await here.post(f"/programmes/{PROGRAMME}/rounds", wish, expect=409)
    assert sentence in answer["detail"]


async def test_rules_can_be_others_for_one_round(here: World) -> None:
    await here.programme(BY_HAND)
    await here.run("first", what_if=True)
    await here.again("first", "second", pairing={"grade_gap": 20, "weights": {"topics": 0}})
    await here.settle()

    seen = await here.get("/rounds/second")
    assert (seen["proposed"]["pairs"], seen["what_if"], seen["based_on"]) == (0, True, "first")
    assert (seen["choices"]["pairing"]["grade_gap"], seen["choices"]["pairing"]["weights"]["topics"]) == (20, 0)
    assert seen["choices"]["pairing"]["weights"]["reciprocity"] == BY_HAND.pairing.weights.reciprocity


async def test_two_rounds_side_by_side(here: World) -> None:
    await here.programme(BY_HAND)
    await here.run("first")
    await here.again("first", "second", what_if=True, forbid=[couple(0, 0), couple(0, 1), couple(0, 2)], seed=3)
    await here.settle()

    seen = await here.get("/rounds/first/compare/second")
    assert (seen["before"]["pairs"], seen["after"]["pairs"], seen["difference"]["pairs"]) == (3, 2, -1)
    assert seen["difference"]["people"] == -2
    assert {each["name"] for each in seen["settings"]} == {"seed", "forbidden"}
    turns = {each["participant_id"]: each["turn"] for each in seen["changes"]}
    assert turns == {
        "mentor-0": "loses",
        "mentee-2": "loses",
        "mentor-1": "another",
        "mentor-2": "another",
        "mentee-0": "another",
        "mentee-1": "another",
    }
    walked = await pages(here.client, "/rounds/first/compare/second", MANAGER, limit=4)
    assert [[each["participant_id"] for each in page["changes"]] for page in walked] == [
        ["mentee-0", "mentee-1", "mentee-2", "mentor-0"],
        ["mentor-1", "mentor-2"],
    ]
    assert [page["turns"] for page in walked] == [{"loses": 2, "another": 4}] * 2


async def test_one_proposal_is_approved_another_refused_and_the_rest_with_the_round(here: World) -> None:
    await here.programme(BY_HAND)
    await here.run("r")
    by_mentor = {pair["mentor_id"]: pair["pair_id"] for pair in await here.get("/rounds/r/pairs")}
    for _ in range(2):
        assert (await here.post(f"/pairs/{by_mentor['mentor-0']}/approve"))["state"] == "formed"
        assert (await here.post(f"/pairs/{by_mentor['mentor-1']}/refuse"))["not_made"] == "refused"
    await here.post(f"/pairs/{by_mentor['mentor-1']}/approve", expect=409)
    assert (await here.get("/rounds/r"))["state"] == "proposed"

    await here.post("/rounds/r/approve", expect=202)
    await here.settle()

    seen = await here.get("/rounds/r")
    assert (seen["state"], seen["pairs"], seen["unmatched"]) == ("completed", 2, {"not-chosen": 2})
    assert (await here.said())["pair-formed"] == 2
    assert (await here.member("mentee-1")).waiting_because == ("not-chosen",)


async def test_approving_one_round_supersedes_what_else_was_proposed(here: World) -> None:
    await here.programme(BY_HAND)
    await here.run("first")
    await here.run("trial", what_if=True)
    await here.run("second")
    await here.post("/rounds/second/approve", expect=202)
    await here.settle()

    states = {each["round_id"]: each["state"] for each in await here.get(f"/programmes/{PROGRAMME}/rounds")}
    assert states == {"first": "superseded", "trial": "superseded", "second": "completed"}
    assert await here.couples(PairState.DROPPED, "first") == await here.couples(PairState.DROPPED, "trial") == SQUARE
    assert await here.couples(PairState.PROPOSED) == set()
    assert (await here.said())["matching-round-cancelled"] == 1
    await here.post("/rounds/first/approve", expect=409)


async def test_a_round_can_be_cancelled_until_it_is_approved(here: World) -> None:
    await here.programme(BY_HAND)
    await here.ask("early")
    assert (await here.post("/rounds/early/cancel"))["state"] == "cancelled"
    await here.run("proposed")
    for _ in range(2):
        assert (await here.post("/rounds/proposed/cancel"))["state"] == "cancelled"
    await here.settle()
    assert await here.couples(PairState.DROPPED) == SQUARE
    assert (await here.said())["matching-round-cancelled"] == 2

    await here.run("done")
    await here.post("/rounds/done/approve", expect=202)
    await here.settle()
    await here.post("/rounds/done/cancel", expect=409)


async def test_a_round_cancelled_while_it_is_computed_proposes_nothing(
    here: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def cancelled_meanwhile(snapshot: Snapshot, on_progress: OnProgress) -> Outcome:
        await here.post("/rounds/r/cancel")
        return await solve_here(snapshot, on_progress)

    monkeypatch.setattr(computing, "solve_aside", cancelled_meanwhile)
    await here.programme(BY_ITSELF)

    assert (await here.run("r"))["state"] == "cancelled"
    assert await here.couples(PairState.PROPOSED) == await here.couples(PairState.FORMED) == set()
    assert (await here.store.unit().get(Programme, PROGRAMME)).busy_with == ""


async def test_the_same_request_twice_is_one_round(here: World) -> None:
    await here.programme(BY_ITSELF)
    await here.keep(Programme(id="other", terms=BY_ITSELF))
    path = f"/programmes/{PROGRAMME}/rounds"
    await asyncio.gather(*(here.post(path, {"round_id": "r"}, expect=202) for _ in range(5)))
    await here.delivered("r")
    await here.settle()
    await here.post(path, {"round_id": "r"}, expect=202)
    await here.post("/programmes/other/rounds", {"round_id": "r"}, expect=409)
    await here.settle()

    said = await here.said()
    assert (said["matching-requested"], said["pair-formed"]) == (1, 3)


async def test_whoever_withdraws_during_a_round_is_not_in_its_result(
    here: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def withdrawn_meanwhile(snapshot: Snapshot, _: OnProgress) -> Outcome:
        event = ParticipantWithdrawn(programme_id=PROGRAMME, participant_id="mentor-1", because=Withdrawal.OWN_WISH)
        await hear(here.app, event)
        return solve_simply(snapshot)

    monkeypatch.setattr(computing, "solve_aside", withdrawn_meanwhile)
    await here.programme(BY_HAND)
    seen = await here.run("r")
    assert await here.couples(PairState.PROPOSED) == SQUARE - {("mentor-1", "mentee-1")}
    assert (seen["proposed"]["pairs"], seen["unmatched"]) == (2, {"changed-meanwhile": 1})
    assert [each["participant_id"] for each in await here.get("/rounds/r/left-over")] == ["mentee-1"]


async def test_what_no_longer_holds_when_it_is_approved_is_dropped_with_the_reason(here: World) -> None:
    await here.programme(BY_HAND)
    await here.run("r")
    await here.change("mentor-2", languages=("ja",))
    await here.post("/rounds/r/approve", expect=202)
    await here.settle()

    assert await here.couples(PairState.FORMED) == SQUARE - {("mentor-2", "mentee-2")}
    assert (await here.get("/rounds/r"))["unmatched"] == {"changed-meanwhile": 2}
    assert (await here.member("mentee-2")).waiting_because == ("changed-meanwhile",)


async def test_a_record_that_cannot_be_read_is_left_out_and_named(here: World) -> None:
    await here.programme(BY_HAND, mentors=4)
    members = here.store.db["members"]
    await members.update_one({"_id": "mentor-0"}, {"$set": {"profile.time_zone": "Mars/Base", "profile.grade": 0}})
    seen = await here.run("r")
    assert seen["proposed"]["pairs"] == 3
    assert seen["report"]["left_out"] == {
        "mentor-0": "profile.time_zone: no-time-zone; profile.grade: greater_than_equal"
    }

    await members.update_one({"_id": "mentee-0"}, {"$set": {"profile": "spoilt"}})
    await here.post("/rounds/r/approve", expect=202)
    await here.settle()
    seen = await here.get("/rounds/r")
    assert (seen["state"], seen["pairs"]) == ("completed", 2)


async def test_a_round_whose_worker_died_is_taken_up_at_once_but_not_for_ever(
    here: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    deaths = iter([WorkerLost(), None, *[WorkerLost()] * 3])

    async def mortal(snapshot: Snapshot, on_progress: OnProgress) -> Outcome:
        if death := next(deaths):
            raise death
        return await solve_here(snapshot, on_progress)

    monkeypatch.setattr(computing, "solve_aside", mortal)
    await here.programme(BY_ITSELF)
    assert (await here.run("r"))["state"] == "completed"
    assert (await here.round("r")).attempts == 2
    seen = await here.run("unlucky")
    assert (seen["state"], seen["because"]) == ("failed", "worker-lost")
    assert seen["failure"]
    assert (await here.said())["matching-round-failed"] == 1


async def test_a_defect_ends_the_round_and_frees_the_programme(here: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(_: Snapshot, __: OnProgress) -> Outcome:
        raise ZeroDivisionError

    monkeypatch.setattr(computing, "solve_aside", broken)
    await here.programme(BY_ITSELF)
    assert (await here.run("r"))["because"] == "defect"
    monkeypatch.setattr(computing, "solve_aside", solve_here)
    assert (await here.run("next"))["state"] == "completed"


COMMITS = 12
"""What the round of the next test needs from its claim to its end."""


class Unplugged(BaseException):
    """The process is gone; nothing is tidied up."""


@contextlib.contextmanager
def unplugged_after(commits: int) -> Iterator[None]:
    """The process dies before one more than so many commits; afterwards all is well again."""
    commit, left = Unit.commit, [commits]

    async def mortal(unit: Unit, *more: Any) -> None:
        if left[0] == 0:
            raise Unplugged
        left[0] -= 1
        await commit(unit, *more)

    with pytest.MonkeyPatch.context() as patch, contextlib.suppress(Unplugged):
        patch.setattr(Unit, "commit", mortal)
        yield


@pytest.mark.parametrize("commits", range(COMMITS + 1))
async def test_a_round_broken_off_anywhere_is_resumed(here: World, clock: MovedClock, commits: int) -> None:
    await here.programme(BY_ITSELF, mentors=5, mentees=6)
    await here.ask("r")
    with unplugged_after(commits):
        await here.settle()
    assert ((await here.round("r")).state is RoundState.COMPLETED) == (commits >= COMMITS)

    clock.move_to(SystemClock().now() + LEASE + timedelta(seconds=1))
    await here.settle()

    assert await here.couples(PairState.FORMED) == {(f"mentor-{n}", f"mentee-{n}") for n in range(5)}
    assert await here.couples(PairState.PROPOSED) == set()
    assert (await here.member("mentee-5")).waiting_because == ("all-taken",)
    said = await here.said()
    assert (said["pair-formed"], said["matching-round-completed"]) == (5, 1)
    seen = await here.get("/rounds/r")
    assert (seen["pairs"], seen["formed"]["people"], seen["unmatched"]) == (5, 10, {"all-taken": 1})


async def test_what_an_earlier_attempt_proposed_and_this_one_does_not_is_dropped(
    here: World, clock: MovedClock
) -> None:
    await here.programme(BY_HAND)
    await here.ask("r")
    with unplugged_after(2):  # the claim and the first two pairs are through
        await here.settle()
    assert len(await here.couples(PairState.PROPOSED)) == 2
    await here.change("mentor-0", languages=("ja",))
    clock.move_to(SystemClock().now() + LEASE + timedelta(seconds=1))
    await here.settle()

    assert await here.couples(PairState.PROPOSED) == {("mentor-1", "mentee-0"), ("mentor-2", "mentee-1")}
    left = {each["participant_id"] for each in await here.get("/rounds/r/left-over")}
    assert left == {"mentor-0", "mentee-2"}


async def test_a_worker_that_comes_back_after_its_lease_changes_nothing(
    here: World, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def slow(snapshot: Snapshot, _: OnProgress) -> Outcome:
        monkeypatch.setattr(computing, "solve_aside", solve_here)
        clock.move_to(SystemClock().now() + LEASE + timedelta(seconds=1))
        await here.settle()
        return replace(solve_simply(snapshot), matches=())

    monkeypatch.setattr(computing, "solve_aside", slow)
    await here.programme(BY_ITSELF)
    assert (await here.run("r"))["pairs"] == 3


async def test_two_replicas_pair_nobody_beyond_their_capacity(here: World, mongodb: Mongo, database_name: str) -> None:
    await here.programme(BY_HAND, mentors=4, mentees=4)
    for round_id in ("one", "two"):
        await here.run(round_id)
    other_wish = [couple(n, (n + 1) % 4) for n in range(4)]
    await here.again("two", "three", lock=other_wish)
    await here.settle()
    pairs = [*await here.get("/rounds/one/pairs"), *await here.get("/rounds/three/pairs")]

    async with world(mongodb, database_name) as there:
        singly = [
            replica.client.post(f"/pairs/{pair['pair_id']}/approve", headers=dict(MANAGER))
            for pair, replica in zip(pairs, [here, there] * 4, strict=True)
        ]
        await asyncio.gather(*singly, here.post("/rounds/one/approve", expect=202))
        await asyncio.gather(here.settle(), there.settle(), there.settle())

    formed = await here.couples(PairState.FORMED)
    assert len({mentor for mentor, _ in formed}) == len({mentee for _, mentee in formed}) == len(formed)
    for mentor, mentee in formed:
        assert len((await here.member(mentor)).pairs) == len((await here.member(mentee)).pairs) == 1
    assert (await here.said())["pair-formed"] == len(formed)


async def test_two_replicas_run_one_round_once(here: World, mongodb: Mongo, database_name: str) -> None:
    await here.programme(BY_ITSELF, mentors=8, mentees=8)
    await here.ask("r")
    async with world(mongodb, database_name) as there:
        await asyncio.gather(here.settle(), there.settle(), here.settle())
        await here.settle()
    said = await here.said()
    assert (said["pair-formed"], said["matching-round-completed"]) == (8, 1)
    assert (await here.round("r")).attempts == 1


async def test_a_second_round_waits_for_the_first(
    here: World, clock: MovedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def asked_meanwhile(snapshot: Snapshot, on_progress: OnProgress) -> Outcome:
        monkeypatch.setattr(computing, "solve_aside", solve_here)
        await here.ask("second")
        await here.step()
        assert (await here.round("second")).state is RoundState.REQUESTED
        return await solve_here(snapshot, on_progress)

    monkeypatch.setattr(computing, "solve_aside", asked_meanwhile)
    await here.programme(BY_ITSELF)
    assert (await here.run("first"))["state"] == "completed"
    clock.move_to(SystemClock().now() + OTHER_ROUND_EVERY)
    await here.settle()
    assert (await here.get("/rounds/second"))["state"] == "completed"


async def test_a_programme_that_ends_takes_its_rounds_with_it(here: World) -> None:
    await here.programme(BY_HAND)
    await here.run("proposed")
    await here.ask("asked")
    await hear(here.app, ProgrammeClosed(programme_id=PROGRAMME))
    await here.settle()

    for round_id in ("proposed", "asked"):
        assert (await here.get(f"/rounds/{round_id}"))["because"] == "programme-over"
    assert await here.couples(PairState.DROPPED) == SQUARE
    await here.post(f"/programmes/{PROGRAMME}/rounds", expect=409)


async def test_a_mentor_with_two_places_gets_two_partners_and_counts_once(here: World) -> None:
    await here.programme(BY_ITSELF, mentors=0, mentees=2)
    await here.keep(somebody("mentor-0", Role.MENTOR, capacity=2))
    seen = await here.run("r")
    assert (seen["formed"]["pairs"], seen["formed"]["people"], seen["proposed"]["people"]) == (2, 3, 3)
