"""What matching shows of pairs, rounds and the waiting list: to managers whom else there was, to the two never."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from unittest.mock import AsyncMock

import pytest
from fastapi import FastAPI

from services.matching.markets.outcome import Alternative, Door, LeftOver, Opening
from services.matching.members.member import Member
from services.matching.pairs.pair import NotMade, Pair, PairState
from services.matching.rounds.choices import Choices
from services.matching.rounds.report import Place, Tally, place_id
from services.matching.rounds.round import Round, RoundState
from shared.language.matching import Criterion, Parting, RoundFailure
from shared.language.profile import Profile
from tests.integration.shown.conftest import FIRST, Asking, keep
from tests.support.apps import person
from tests.support.seeds import MENTEE, MENTOR, PAIR, PROGRAMME, TERMS, profile

pytestmark = pytest.mark.emptied

SHOWN_FIRST = "2026-03-02T09:00:00Z"
ALTERNATIVE = Alternative(partner_id="somebody-else", score=61, people=1, points=-3, returning=2)
OTHER = replace(ALTERNATIVE, partner_id="somebody-other", score=62)
TOGETHER = Pair(
    id=PAIR,
    programme_id=PROGRAMME,
    round_id="round-1",
    mentor_id=MENTOR,
    mentee_id=MENTEE,
    countries=("FR", "GB"),
    score=77,
    criteria=(Criterion(rule="other-unit", value=1, points=40), Criterion(rule="grade-gap", value=2, points=37)),
    locked=True,
    teaches=("the-web", "podcasts"),
    hands_down=("finance",),
    mentors_alternative=ALTERNATIVE,
    mentees_alternative=OTHER,
    state=PairState.FORMED,
    formed_at=FIRST,
    declinable_until=FIRST + timedelta(days=36500),
    broken=("language",),
)
NOT_THEIRS = ("mentors_alternative", "mentees_alternative")


def pair(identity: str, state: PairState, mentors: str = "FR", mentees: str = "GB", **more: Any) -> Pair:
    of_it = {"id": identity, "state": state, "mentor_id": f"{identity}-a", "mentee_id": f"{identity}-b"}
    return replace(TOGETHER, countries=(mentors, mentees), **{**of_it, **more})


def member(identity: str, role: str, **more: Any) -> Member:
    here = Profile.model_validate(profile(role, more.pop("country", "FR")))
    named = {"id": identity, "programme_id": PROGRAMME, "person_id": person(f"e-{identity}")}
    return Member(**{**named, "profile": here, **more})


@pytest.fixture
def app(apps: dict[str, FastAPI]) -> FastAPI:
    return apps["matching"]


async def test_whom_else_the_two_could_have_had_is_for_those_who_manage_them(app: FastAPI, ask: Asking) -> None:
    await keep(app, TOGETHER)
    path = f"/pairs/{PAIR}"
    seen = await ask("matching", path)
    alternative, other = (seen.pop(name) for name in NOT_THEIRS)
    for found, meant in ((alternative, ALTERNATIVE), (other, OTHER)):
        assert found.pop("sentence")
        assert found == vars(meant)
    criteria = [(each.pop("rule"), each.pop("points")) for each in seen.pop("criteria")]
    assert criteria == [("other-unit", 40), ("grade-gap", 37)]
    assert [each["rule"] for each in seen.pop("broken")] == ["language"]
    assert seen == {
        "pair_id": PAIR,
        "programme_id": PROGRAMME,
        "round_id": "round-1",
        "mentor_id": MENTOR,
        "mentee_id": MENTEE,
        "state": "formed",
        "because": None,
        "not_made": None,
        "formed_at": SHOWN_FIRST,
        "declinable_until": "2126-02-06T09:00:00Z",
        "locked": True,
        "score": 77,
        "teaches": ["the-web", "podcasts"],
        "hands_down": ["finance"],
    }
    for who in ("french manager", "everybody's manager"):
        assert (await ask("matching", path, who))["mentors_alternative"]["partner_id"] == "somebody-else"
    for who in ("mentor", "mentee", "mentee, a manager elsewhere"):
        shown = await ask("matching", path, who)
        assert [shown[name] for name in NOT_THEIRS] == [None, None]
        assert {name: shown[name] for name in seen} == seen


@pytest.mark.parametrize("who", ["mentor", "mentee", "mentee, a manager elsewhere"])
@pytest.mark.parametrize(("what", "body"), [("decline", None), ("dissolve", {"because": "own-wish"})])
async def test_nor_when_they_part(app: FastAPI, ask: Asking, who: str, what: str, body: Any) -> None:
    await keep(app, TOGETHER)
    shown = await ask("matching", f"/pairs/{PAIR}/{what}", who, "POST", body)
    assert [shown[name] for name in NOT_THEIRS] == [None, None]
    assert shown["because"] == ("declined" if what == "decline" else "own-wish")


async def test_a_list_of_pairs_holds_those_of_the_programme_that_the_caller_manages(app: FastAPI, ask: Asking) -> None:
    await keep(
        app,
        TOGETHER,
        pair("p-gb", PairState.FORMED, "GB"),
        pair("p-over", PairState.DISSOLVED, because=Parting.OWN_WISH),
        pair("p-said-no", PairState.DECLINED, because=Parting.DECLINED),
        pair("p-done", PairState.COMPLETED, "GB", "FR"),
        pair("p-dropped", PairState.DROPPED, not_made=NotMade.REFUSED),
        pair("p-proposed", PairState.PROPOSED),
        pair("p-far", PairState.FORMED, programme_id="programme-2"),
    )

    async def listed(who: str, query: str = "") -> list[str]:
        return [each["pair_id"] for each in await ask("matching", f"/programmes/{PROGRAMME}/pairs{query}", who)]

    assert await listed("manager") == ["p-done", "p-gb", "p-over", "p-said-no", PAIR]
    assert await listed("french manager") == ["p-done", "p-over", "p-said-no", PAIR]
    assert await listed("manager", "?state=formed") == ["p-gb", PAIR]
    assert await listed("manager", "?state=proposed") == ["p-proposed"]
    [dropped] = await ask("matching", f"/programmes/{PROGRAMME}/pairs?state=dropped")
    assert (dropped["pair_id"], dropped["not_made"], dropped["because"]) == ("p-dropped", "refused", None)
    [over] = await ask("matching", f"/programmes/{PROGRAMME}/pairs?state=dissolved")
    assert (over["because"], over["mentors_alternative"]["partner_id"]) == ("own-wish", "somebody-else")


async def test_a_round_shows_its_pairs_page_by_page(app: FastAPI, ask: Asking) -> None:
    await keep(
        app,
        *(pair(f"p{n}", PairState.PROPOSED, round_id="round-2") for n in range(5)),
        pair("p-no", PairState.DROPPED, round_id="round-2"),
        pair("p9", PairState.PROPOSED, round_id="round-1"),
    )

    async def listed(query: str) -> list[str]:
        return [each["pair_id"] for each in await ask("matching", f"/rounds/round-2/pairs{query}")]

    assert await listed("") == ["p-no", "p0", "p1", "p2", "p3", "p4"]
    assert await listed("?limit=2") == ["p-no", "p0"]
    assert await listed("?state=dropped") == ["p-no"]


def left(round_id: str, who: str, because: str, attempt: int = 1) -> Place:
    doors = (Door(rule="language", closed=5, alone=2),)
    openings = (Opening(rule="language", value="fr", doors=2),)
    found = LeftOver(because=(because,), open_doors=3, doors=doors, openings=openings)
    return Place(id=place_id(round_id, who), round_id=round_id, participant_id=who, attempt=attempt, left_over=found)


async def test_whoever_is_left_over_is_listed_with_what_kept_them(app: FastAPI, ask: Asking) -> None:
    known = Round(id="round-x", programme_id=PROGRAMME, requested_at=FIRST, state=RoundState.PROPOSED, attempts=2)
    old = left("round-x", "b", "untrained", attempt=1)
    await keep(app, known, left("round-x", "a", "language", 2), old, left("round-x", "c", "untrained", 2))
    [first, last] = await ask("matching", "/rounds/round-x/left-over")
    assert (first["participant_id"], last["participant_id"]) == ("a", "c")
    assert (first["reason"], first["rules"], first["open_doors"]) == ("language", ["language"], 3)
    [door], [opening] = first["doors"], first["openings"]
    assert (door["rule"], door["closed"], door["alone"]) == ("language", 5, 2)
    assert (opening["rule"], opening["value"], opening["doors"]) == ("language", "fr", 2)


async def test_the_rounds_of_a_programme_come_newest_first_with_their_figures(app: FastAPI, ask: Asking) -> None:
    done = Round(
        id="round-done",
        programme_id=PROGRAMME,
        requested_at=FIRST + timedelta(days=36500),
        choices=Choices(pairing=TERMS.pairing, what_if=True, based_on="round-1", seed=5, locked=(("a", "b"),)),
        state=RoundState.COMPLETED,
        proposed=Tally(pairs=3, people=6, total_score=200, minimum_score=60),
        formed=Tally(pairs=2, people=4, total_score=140, minimum_score=65),
        unmatched={"language": 4},
        ended_at=FIRST + timedelta(days=36501),
    )
    failed = replace(done, id="round-failed", requested_at=FIRST, state=RoundState.FAILED)
    failed = replace(failed, failure=RoundFailure.WORKER_LOST, choices=Choices(), programme_id=PROGRAMME)
    await keep(app, done, failed, replace(done, id="round-far", programme_id="programme-2"))
    found = await ask("matching", f"/programmes/{PROGRAMME}/rounds")
    assert [each["round_id"] for each in found] == ["round-done", "round-2", "round-1", "round-failed"]
    assert found[0] == {
        "round_id": "round-done",
        "programme_id": PROGRAMME,
        "state": "completed",
        "requested_at": "2126-02-06T09:00:00Z",
        "ended_at": "2126-02-07T09:00:00Z",
        "what_if": True,
        "based_on": "round-1",
        "because": None,
        "failure": "",
        "pairs": 2,
        "total_score": 140,
        "proposed": vars(done.proposed),
        "formed": vars(done.formed),
        "unmatched": {"language": 4},
        "progress": None,
        "digest": "",
    }
    assert (found[3]["because"], found[3]["failure"]) == ("worker-lost", "The computation broke off several times.")
    details = await ask("matching", "/rounds/round-done")
    assert (details["choices"]["seed"], details["choices"]["locked"]) == (5, [{"mentor_id": "a", "mentee_id": "b"}])
    assert (details["choices"]["forbidden"], details["report"]) == ([], None)


WAITING = (
    member("m-long", "mentor", waiting_since=FIRST, waiting_because=("language",)),
    member(
        "m-back", "mentor", waiting_since=FIRST + timedelta(days=9), returning=True, waiting_because=("pair-ended",)
    ),
    member(
        "e-gb", "mentee", country="GB", waiting_since=FIRST + timedelta(days=1), waiting_because=("language", "topic")
    ),
    member("m-new", "mentor"),
    member("m-gone", "mentor", withdrawn=True),
)


async def test_whoever_waits_is_listed_in_the_order_of_the_list_with_place_and_reason(
    app: FastAPI, ask: Asking
) -> None:
    await keep(app, *WAITING, replace(WAITING[0], id="m-far", programme_id="programme-2"))
    listed = await ask("matching", f"/programmes/{PROGRAMME}/waiting")
    assert all(each.pop("sentence") for each in listed)
    assert listed == [
        view("m-back", ["pair-ended"], "2026-03-11T09:00:00Z", 1, returning=True),
        view("m-long", ["language"], SHOWN_FIRST, 2),
        view("e-gb", ["language", "topic"], "2026-03-03T09:00:00Z", 1, reason=listed[2]["reason"]),
        view("m-new", ["no-round-yet"], None, 3),
    ]
    own = [await ask("matching", f"/participants/{each['participant_id']}/waiting") for each in listed]
    assert [each["place"] for each in own] == [each["place"] for each in listed]
    french = await ask("matching", f"/programmes/{PROGRAMME}/waiting", "french manager")
    assert [(each["participant_id"], each["place"]) for each in french] == [("m-back", 1), ("m-long", 2), ("m-new", 3)]


def view(who: str, rules: list[str], since: str | None, place: int, **more: Any) -> dict[str, Any]:
    return {
        "participant_id": who,
        "reason": rules[0],
        "rules": rules,
        "since": since,
        "returning": False,
        "place": place,
    } | more


async def test_ones_own_place_comes_with_what_the_last_completed_round_found(app: FastAPI, ask: Asking) -> None:
    ended = [
        Round(
            id=f"ended-{n}",
            programme_id=PROGRAMME,
            requested_at=FIRST,
            state=RoundState.COMPLETED if n < 2 else RoundState.CANCELLED,
            ended_at=FIRST + timedelta(days=n),
        )
        for n in range(3)
    ]
    await keep(app, *WAITING, *ended, *(left(f"ended-{n}", "m-long", "untrained") for n in (0, 2)))
    await keep(app, left("ended-1", "m-long", "language"))
    own = await ask("matching", "/participants/m-long/waiting")
    assert (own["place"], own["since"], own["last_round"]["reason"]) == (2, SHOWN_FIRST, "language")
    assert own["last_round"]["participant_id"] == "m-long"
    assert (await ask("matching", "/participants/m-new/waiting"))["last_round"] is None


async def test_for_a_place_of_ones_own_nobody_else_is_fetched(
    app: FastAPI, ask: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The queue may be as long as a company is large."""
    await keep(app, *WAITING)
    queue = AsyncMock(side_effect=AssertionError("the queue was fetched"))
    for fetches in ("all", "readable", "values"):
        monkeypatch.setattr(app.state.store, fetches, queue)
    assert (await ask("matching", "/participants/m-new/waiting"))["place"] == 3
