"""The links of letters by which one says no to a pair, or ends it, without signing in."""

from datetime import timedelta

import pytest
from fastapi import FastAPI

from services.matching.pairs.pair import Pair, PairState
from shared.language.matching import Parting
from tests.support.links import anybody, link_to
from tests.support.memory import MemoryStore
from tests.unit.matching.pages.test_partner import store as paired

store = paired


async def pair(store: MemoryStore) -> Pair:
    return (await store.all(Pair, {}))[0]


@pytest.mark.parametrize("who", ["mentor", "mentee"])
async def test_either_says_no_and_looking_says_nothing(app: FastAPI, store: MemoryStore, who: str) -> None:
    link = link_to(app, "decline", "pair", who)
    async with anybody(app) as reader:
        assert "You say no to this pair" in (await reader.get(link)).text
        assert (await pair(store)).state is PairState.FORMED
        assert "The pair has ended." in (await reader.post(link)).text
        assert "This is done already" in (await reader.post(link)).text
    assert (await pair(store)).state is PairState.DECLINED


@pytest.mark.parametrize("who", ["mentor", "mentee"])
async def test_either_ends_it_at_any_time_and_once(app: FastAPI, store: MemoryStore, who: str) -> None:
    store.stopped.moment += timedelta(days=30)
    link = link_to(app, "end-pair", "pair", who)
    async with anybody(app) as reader:
        assert "Your pair ends, and you are never paired with each other again" in (await reader.get(link)).text
        assert (await pair(store)).state is PairState.FORMED
        assert "The pair has ended." in (await reader.post(link)).text
        assert "This is done already" in (await reader.post(link)).text
    assert ((await pair(store)).state, (await pair(store)).because) == (PairState.DISSOLVED, Parting.OWN_WISH)


async def test_what_has_ended_does_not_end_again(app: FastAPI, store: MemoryStore) -> None:
    first, other = (link_to(app, "end-pair", "pair", who, letter=who) for who in ("mentor", "mentee"))
    async with anybody(app) as reader:
        await reader.post(first)
        answers = await reader.get(other), await reader.post(other)
    assert [(each.status_code, "is not together" in each.text) for each in answers] == [(409, True)] * 2


@pytest.mark.parametrize("deed", ["decline", "end-pair"])
@pytest.mark.parametrize("who", ["alone", "nobody"])
async def test_it_is_nobody_elses(app: FastAPI, store: MemoryStore, deed: str, who: str) -> None:
    link = link_to(app, deed, "pair", who)
    async with anybody(app) as reader:
        assert [each.status_code for each in (await reader.get(link), await reader.post(link))] == [409, 409]
    assert (await pair(store)).state is PairState.FORMED


@pytest.mark.parametrize(("who", "days", "why"), [("alone", 0, "There is no pair"), ("mentor", 30, "any more")])
async def test_nobody_else_does_nor_later(app: FastAPI, store: MemoryStore, who: str, days: int, why: str) -> None:
    store.stopped.moment += timedelta(days=days)
    link = link_to(app, "decline", "pair", who)
    async with anybody(app) as reader:
        answers = await reader.get(link), await reader.post(link)
    assert [each.status_code for each in answers] == [409, 409]
    assert all(why in each.text for each in answers)
    assert (await pair(store)).state is PairState.FORMED
