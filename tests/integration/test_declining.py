"""A way out without blame: either of the two, in the first days, and both are looked after anew."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.matching.markets.outcome import Alternative
from services.matching.members.member import Member
from services.matching.pairs.pair import Pair, PairState
from shared.domain.clock import MovedClock
from shared.language.terms import Role
from tests.support.apps import person, signed_in
from tests.support.backends import Mongo
from tests.support.rounds import BY_HAND, BY_ITSELF, ISSUER, MANAGER, PROGRAMME, somebody
from tests.support.waiting import Desk, desk
from tests.unit.matching.people import terms

pytestmark = pytest.mark.emptied

MENTOR, MENTEE = Role.MENTOR, Role.MENTEE


@pytest.fixture
async def here(mongodb: Mongo, database_name: str, tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk(mongodb, database_name) as one:
        one.world.store.clock = MovedClock(tmp_path / "clock")
        yield one


def known(identity: str, role: Role, **facts: Any) -> Member:
    """Somebody who can sign in as «e-» and the id."""
    return replace(somebody(identity, role, **facts), person_id=person(f"e-{identity}"))


async def a_pair(here: Desk, **pairing: Any) -> Pair:
    """Two people together since a moment ago, and one of each role who wait."""
    await here.open(terms(**pairing), known("junior", MENTOR), known("other-junior", MENTOR, languages=("de",)))
    await here.arrive("senior", MENTEE)
    await here.world.keep(replace(await here.world.member("senior"), person_id=person("e-senior")))
    await here.settle()
    [pair] = await here.world.store.all(Pair, {})
    return pair


async def ask(here: Desk, path: str, who: str, expect: int, body: Any = None) -> Any:
    """Post as that participant."""
    headers = dict(signed_in(ISSUER, "participant", employee_id=f"e-{who}"))
    answer = await here.world.client.post(path, json=body, headers=headers)
    assert answer.status_code == expect, answer.text
    return answer.json()


@pytest.mark.parametrize("who", ["junior", "senior"])
async def test_either_may_decline_and_nobody_is_told_who(here: Desk, who: str) -> None:
    pair = await a_pair(here)
    declined = await ask(here, f"/pairs/{pair.id}/decline", who, 200)

    assert (declined["state"], declined["because"]) == ("declined", "declined")
    said = await here.world.said()
    assert (said["pair-declined"], said["pair-dissolved"]) == (1, 1)
    stored = await here.world.store.collection(Pair).find_one({"_id": pair.id})
    assert person(f"e-{who}") not in str(stored)
    for name, partner in (("junior", "senior"), ("senior", "junior")):
        member = await here.world.member(name)
        assert member.waits and member.returning and member.partners == (partner,)

    again = await ask(here, f"/pairs/{pair.id}/decline", "senior", 200)
    assert again["state"] == "declined" and (await here.world.said())["pair-declined"] == 1


async def test_both_are_served_at_once_and_never_with_each_other(here: Desk) -> None:
    pair = await a_pair(here)
    await ask(here, f"/pairs/{pair.id}/decline", "senior", 200)
    await here.settle()
    assert await here.together() == set()

    await here.arrive("third", MENTEE)
    await here.settle()
    assert await here.together() == {("junior", "third")}
    assert (await here.world.member("senior")).waits


async def test_after_the_first_days_it_is_too_late(here: Desk) -> None:
    pair = await a_pair(here, decline_within_days=3)
    clock = here.world.store.clock
    assert isinstance(clock, MovedClock) and pair.formed_at
    assert pair.declinable_until == pair.formed_at + timedelta(days=3)
    clock.move_to(pair.formed_at + timedelta(days=3, minutes=1))

    refused = await ask(here, f"/pairs/{pair.id}/decline", "senior", 409)
    assert "dissolve" in refused["detail"]
    assert await here.together() == {("junior", "senior")}


async def test_a_programme_can_know_no_such_days(here: Desk) -> None:
    pair = await a_pair(here, decline_within_days=0)
    assert pair.declinable_until is None
    await ask(here, f"/pairs/{pair.id}/decline", "junior", 409)


async def test_nobody_else_may_decline(here: Desk) -> None:
    pair = await a_pair(here)
    await ask(here, f"/pairs/{pair.id}/decline", "other-junior", 403)
    manager = await here.world.client.post(f"/pairs/{pair.id}/decline", headers=dict(MANAGER))
    assert manager.status_code == 403
    await ask(here, f"/pairs/{pair.id}/dissolve", "senior", 409, {"because": "declined"})
    assert await here.together() == {("junior", "senior")}


async def test_the_two_know_nothing_of_a_proposal(here: Desk) -> None:
    await here.open(BY_HAND, known("junior", MENTOR))
    await here.arrive("senior", MENTEE)
    await here.world.keep(replace(await here.world.member("senior"), person_id=person("e-senior")))
    await here.settle()
    [pair] = await here.world.store.all(Pair, {"state": PairState.PROPOSED.value})

    headers = dict(signed_in(ISSUER, "participant", employee_id="e-senior"))
    for method, what, body in (
        ("POST", "/decline", None),
        ("POST", "/dissolve", {"because": "own-wish"}),
        ("GET", "", None),
    ):
        told, of_none = [
            await here.world.client.request(method, f"/pairs/{which}{what}", headers=headers, json=body)
            for which in (pair.id, "unknown")
        ]
        assert (told.status_code, told.json()) == (403, of_none.json())
    assert (await here.world.get(f"/pairs/{pair.id}"))["state"] == "proposed"
    assert await here.world.get(f"/programmes/{PROGRAMME}/pairs") == []
    assert len(await here.world.get(f"/programmes/{PROGRAMME}/pairs?state=proposed")) == 1


async def test_the_waiting_list_shows_whoever_returns_first(here: Desk) -> None:
    await here.open(BY_ITSELF, known("m0", MENTOR), replace(known("m1", MENTOR), returning=True))
    listed = await here.world.get(f"/programmes/{PROGRAMME}/waiting")

    assert [(each["participant_id"], each["returning"], each["place"]) for each in listed] == [
        ("m1", True, 1),
        ("m0", False, 2),
    ]


async def test_everybody_sees_their_own_reason_and_place(here: Desk) -> None:
    await here.open(BY_ITSELF, known("junior", MENTOR, languages=("de",)))
    await here.arrive("senior", MENTEE)
    await here.world.keep(replace(await here.world.member("senior"), person_id=person("e-senior")))
    await here.settle()

    headers = dict(signed_in(ISSUER, "participant", employee_id="e-senior"))
    own = (await here.world.client.get("/participants/senior/waiting", headers=headers)).json()
    assert (own["reason"], own["place"], own["last_round"]) == ("language", 1, None) and own["sentence"]
    assert own["sentence"] == "You share no language with those who would suit you."
    seen = await here.world.get("/participants/senior/waiting")
    assert seen["sentence"] == "They share no language with those who would suit."
    assert (await here.world.client.get("/participants/junior/waiting", headers=headers)).status_code == 403


@pytest.mark.parametrize("who", ["junior", "senior"])
async def test_the_two_read_of_themselves(here: Desk, who: str) -> None:
    pair = await a_pair(here)
    alternative = Alternative(partner_id="somebody-else", score=1, people=0, points=1)
    await here.world.keep(replace(pair, broken=("language",), mentors_alternative=alternative))
    headers = dict(signed_in(ISSUER, "participant", employee_id=f"e-{who}"))

    own = (await here.world.client.get(f"/pairs/{pair.id}", headers=headers)).json()
    assert own["broken"][0]["sentence"] == "The two of you share no language."
    assert "You come from different units" in [each["sentence"] for each in own["criteria"]]
    absent = (await here.world.client.get(f"/participants/{who}/waiting", headers=headers)).json()
    assert (absent["code"], absent["facts"]) == ("waits-for-nobody", {})
    assert absent["detail"] == "You wait for nobody: you have a partner, or no longer take part."

    seen = await here.world.get(f"/pairs/{pair.id}")
    assert seen["broken"][0]["sentence"] == "They share no language."
    assert "They come from different units" in [each["sentence"] for each in seen["criteria"]]

    ended = await ask(here, f"/pairs/{pair.id}/dissolve", who, 200, {"because": "own-wish"})
    assert ended["broken"] == own["broken"]
    for view in (own, ended):
        assert "somebody-else" not in str(view), "whom else they could have had is for managers"
    assert seen["mentors_alternative"]["partner_id"] == "somebody-else"


async def test_only_who_manages_the_pair_ends_it_as_a_manager(here: Desk) -> None:
    """One of the two who manages people elsewhere is no manager here."""
    pair = await a_pair(here)
    for countries, expect in ((["IT"], 409), ([], 409), ([pair.countries[0]], 200)):
        who = signed_in(ISSUER, "participant", "manager", employee_id="e-senior", countries=countries)
        path, body = f"/pairs/{pair.id}/dissolve", {"because": "manager"}
        assert (await here.world.client.post(path, json=body, headers=dict(who))).status_code == expect
