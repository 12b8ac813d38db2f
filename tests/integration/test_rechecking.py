"""A change in HR's data that breaks a hard rule marks the pair and is said; the pair is not ended by itself."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.matching.pairs.pair import Pair, PairState
from services.registration.app import service as registration
from services.registration.pages.board.reading import read_board
from services.registration.pages.board.scope import Scope
from services.registration.programmes.programme import Programme as Registered
from shared.language.matching import PairFormed, PairRechecked
from shared.language.registration import ParticipantChanged
from shared.language.terms import Role
from shared.store.store import Store
from tests.support.apps import settings_for
from tests.support.backends import Mongo
from tests.support.rounds import BY_ITSELF, ISSUER, PROGRAMME, somebody
from tests.support.seeds import hear
from tests.support.waiting import Desk, desk
from tests.unit.matching.people import profile

MENTOR, MENTEE = Role.MENTOR, Role.MENTEE


@pytest.fixture
async def here(mongodb: Mongo, database_name: str) -> AsyncIterator[Desk]:
    """Two people together."""
    async with desk(mongodb, database_name) as one:
        await one.open(BY_ITSELF, somebody("junior", MENTOR))
        await one.arrive("senior", MENTEE)
        await one.settle()
        assert await one.together() == {("junior", "senior")}
        yield one


async def changes(here: Desk, *profiles: tuple[str, Role, dict[str, Any]]) -> tuple[str, ...]:
    """HR tells something new; returns the rules that the pair breaks then."""
    events = [
        ParticipantChanged(programme_id=PROGRAMME, participant_id=who, profile=profile(role, **facts))
        for who, role, facts in profiles
    ]
    await hear(here.world.app, *events)
    [pair] = await here.world.store.all(Pair, {})
    assert pair.state is PairState.FORMED
    return pair.broken


@pytest.mark.parametrize(
    ("facts", "broken"),
    [
        ({"languages": ("de",)}, ("language",)),
        ({"unit": "finance"}, ("same-unit",)),
        ({"grade": 9}, ("grade-gap",)),
        ({"managers": ("person-senior",)}, ("reporting-line",)),
        ({"country": "GB", "cross_border": False}, ("cross-border",)),
        ({"time_zone": "America/Los_Angeles", "country": "US"}, ("working-hours",)),
        ({"languages": ("de",), "unit": "finance"}, ("language", "same-unit")),
    ],
)
async def test_a_broken_rule_is_marked_and_said(here: Desk, facts: dict[str, Any], broken: tuple[str, ...]) -> None:
    assert set(await changes(here, ("junior", MENTOR, facts))) == set(broken)
    assert (await here.world.said())["pair-rechecked"] == 1
    assert len(await here.together()) == 1


@pytest.mark.parametrize(
    "facts",
    [{"interests": ("chess",)}, {"offers": ()}, {"wants": ()}, {"capacity": 2}],
    ids=["nothing of a rule", "nothing to teach any more", "nothing to learn any more", "more places"],
)
async def test_what_is_asked_only_when_a_pair_is_made_breaks_nothing(here: Desk, facts: dict[str, Any]) -> None:
    assert await changes(here, ("junior", MENTOR, facts)) == ()
    assert (await here.world.said())["pair-rechecked"] == 0


async def test_it_is_said_when_other_rules_are_broken_and_when_all_hold_again(here: Desk) -> None:
    german = {"languages": ("de",)}
    moved = {**german, "city": "Lyon"}
    assert await changes(here, ("junior", MENTOR, german), ("junior", MENTOR, moved)) == ("language",)
    assert (await here.world.said())["pair-rechecked"] == 1, "the same rules are broken: nothing new to say"
    assert await changes(here, ("senior", MENTEE, german)) == ()
    assert (await here.world.said())["pair-rechecked"] == 2


async def test_a_pair_that_has_ended_is_left_alone(here: Desk) -> None:
    [pair] = await here.world.store.all(Pair, {})
    await here.world.post(f"/pairs/{pair.id}/dissolve", {"because": "manager"})
    changed = ParticipantChanged(programme_id=PROGRAMME, participant_id="junior", profile=profile(MENTOR, grade=9))
    await hear(here.world.app, changed)

    assert (await here.world.said())["pair-rechecked"] == 0


async def test_the_live_page_shows_it_until_it_holds_again(mongodb: Mongo, database_name: str) -> None:
    app = registration.app(settings_for(ISSUER, mongodb_url=mongodb.url, mongodb_database_prefix=database_name))
    store: Store = app.state.store
    await store.prepare(registration.aggregates)
    await app.state.running.inbox.prepare()
    pair = {"programme_id": "p1", "pair_id": "pair-1", "mentor_id": "junior", "mentee_id": "senior"}
    formed = PairFormed(**pair, round_id=None, score=1, criteria=())
    other = PairFormed(**{**pair, "pair_id": "pair-2"}, round_id=None, score=1, criteria=())
    await hear(app, formed, other, PairRechecked(**pair, broken=("language",)))
    shown = await read_board(store, Registered(id="p1", terms=BY_ITSELF), Scope("p1"))
    assert ([card.id for card in shown.broken], shown.all_broken, shown.active_pairs) == (["pair-1"], 1, 2)

    await hear(app, formed, other, PairRechecked(**pair, broken=("language",)), PairRechecked(**pair, broken=()))
    assert (await read_board(store, Registered(id="p1", terms=BY_ITSELF), Scope("p1"))).broken == []
    await store.close()


async def test_the_manager_sees_it_in_the_pair(here: Desk) -> None:
    await changes(here, ("junior", MENTOR, {"languages": ("de",)}))
    [pair] = await here.world.store.all(Pair, {})
    assert (await here.world.get(f"/pairs/{pair.id}"))["broken"] == [
        {"rule": "language", "sentence": "They share no language."}
    ]
