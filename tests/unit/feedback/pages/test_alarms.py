"""A manager sees which pairs need somebody today, why, and what can be done; and how any pair is getting on."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from services.feedback.momentum.momentum import Momentum
from services.feedback.pages import router
from services.feedback.pages.alarms import routes
from services.feedback.people.programme import Programme
from shared.language.sessions import SessionEvent
from shared.language.terms import Terms
from shared.web.wording import PSEUDO
from tests.support.forms import browsing, site
from tests.support.memory import MemoryStore
from tests.support.plain_english import plain_words_of_page
from tests.unit.feedback.examples import CADENCE, FIRST, after, cancelled, dissolved, held, missed, released, scheduled

TERMS = Terms(
    title="Digital <voices>",
    countries=("GB", "FR"),
    languages=("en",),
    topics=("social-media",),
    starts_on=date(2026, 2, 1),
    ends_on=date(2026, 12, 30),
)
PROGRAMME = Programme(id="p", terms=TERMS)
NOW = FIRST + 4 * CADENCE - timedelta(days=7)
"""A week before the fourth session."""
ALARMS, PAIRS, PAIR = "/alarms/p", "/alarms/p/pairs", "/momentum/pair"
TEMPLATES = {"alarms.html": ALARMS, "pairs.html": PAIRS, "pair.html": PAIR, "no_alarms.html": "/alarms"}
FACTS = {"Telemachus", "Digital <voices>", "of"}
LOSING = (held(1), cancelled(2), missed(3), scheduled(4))


def kept(*events: SessionEvent, **changes: Any) -> Momentum:
    return replace(after(*events), raised=(), **changes)


def filled(*pairs: Momentum) -> MemoryStore:
    return MemoryStore(PROGRAMME, *pairs, now=NOW)


async def shown(store: MemoryStore, path: str, who: str = "ann~manager", **headers: str) -> httpx.Response:
    async with browsing(site(router, store=store, service="feedback"), who, **headers) as client:
        return await client.get(path)


async def text(store: MemoryStore, path: str) -> str:
    return " ".join((await shown(store, path)).text.split())


async def test_one_begins_with_the_programme_that_starts_last() -> None:
    older = Programme(id="older", terms=TERMS.model_copy(update={"starts_on": date(2025, 1, 1)}))
    store = MemoryStore(PROGRAMME, older)
    answer = await shown(store, "/alarms")
    assert (answer.status_code, answer.headers["location"]) == (303, ALARMS)
    page = await text(store, ALARMS)
    assert 'href="/alarms/older"' in page and 'href="/alarms/p" aria-current="page"' in page


async def test_an_alarm_tells_what_was_lost_and_what_can_be_done_now() -> None:
    page = await text(filled(kept(*LOSING)), ALARMS)
    assert "2 sessions in a row did not take place · since Mon 27 Apr" in page
    assert "Session 2 on Mon 27 Apr was cancelled." in page
    assert "Session 3 on Mon 25 May was missed." in page
    assert "The two last met on Mon 30 Mar." in page
    assert "Session 4 is on Mon 22 Jun: ask whether it stands." in page
    assert 'href="/registration/everybody/p/one/mentor"' in page
    assert 'href="/registration/everybody/p/one/mentee"' in page
    assert 'href="/matching/desk/pairs/pair"' in page
    assert "the mentor – the mentee" in page


@pytest.mark.parametrize(
    ("events", "said"),
    [
        ((cancelled(1), missed(2)), "Offer both a short slot this week, or a new partner."),
        ((cancelled(1), missed(2)), "The two have not met yet."),
        ((cancelled(1), missed(2), scheduled(3)), "Ask both whether they met on Mon 25 May"),
    ],
)
async def test_what_helps_goes_by_what_is_planned(events: tuple[SessionEvent, ...], said: str) -> None:
    assert said in await text(filled(kept(*events)), ALARMS)


async def test_whoever_has_lost_most_comes_first_and_the_list_goes_on() -> None:
    many = [kept(*LOSING, id=f"pair-{number:02}", in_a_row=2 + number % 2) for number in range(routes.AT_ONCE + 5)]
    store = filled(*many)
    page = (await shown(store, ALARMS)).text
    found = [part.partition('"')[0] for part in page.split('href="/momentum/')[1:]]
    assert len(found) == routes.AT_ONCE and found[0] == "pair-23"
    [then] = [part.partition('"')[0] for part in page.split('<p class="all"><a href="')[1:]]
    assert (await shown(store, ALARMS + then)).text.count('href="/momentum/') == 5
    assert (await shown(store, f"{ALARMS}?after=made-up")).status_code == 422
    assert len(page) < 60_000


async def test_pairs_that_are_well_or_have_ended_need_nobody() -> None:
    ended = replace(kept(*LOSING, id="ended").ended(dissolved()), raised=())
    page = await text(filled(kept(held(1)), ended), ALARMS)
    assert "No pair of this programme needs you today." in page and 'href="/figures/p"' in page


async def test_every_pair_is_listed_those_with_an_alarm_first() -> None:
    many = [kept(held(1), id=f"pair-{number:02}") for number in range(routes.LISTED)]
    over = replace(kept(held(1), id="pair-over").ended(dissolved()), raised=())
    store = filled(*many, kept(*LOSING), over)
    page = (await shown(store, PAIRS)).text
    found = [part.partition('"')[0] for part in page.split('href="/momentum/')[1:]]
    assert len(found) == routes.LISTED and found[:2] == ["pair", "pair-over"]
    assert "losing momentum · 1 session held." in page and "parted early" in page and "on track" in page
    [then] = [part.partition('"')[0] for part in page.split('<p class="more"><a href="')[1:]]
    assert (await shown(store, PAIRS + then)).text.count('href="/momentum/') == 2
    assert len(page) < 30_000 and "As soon as a matching round has formed pairs" in await text(filled(), PAIRS)


async def test_a_pair_is_told_of_in_facts() -> None:
    page = await text(filled(kept(*LOSING)), PAIR)
    assert "losing momentum" in page and "What you can do now" in page
    states = [part.partition('"')[0] for part in page.split('<ol class="timeline">')[1].split('<li class="')[1:]]
    assert states == ["done", "lost", "lost", "to-come"]


async def test_what_falls_away_at_the_end_is_nobodys_loss() -> None:
    over = replace(kept(held(1), scheduled(2), released(3)).ended(dissolved()), raised=())
    page = await text(filled(over), PAIR)
    assert "parted early" in page and "called off, because the pair has ended" in page
    assert "nobody has said yet whether it took place" in page and "What you can do now" not in page


async def test_a_pair_without_sessions_says_when_there_will_be_some() -> None:
    assert "As soon as sessions stand in both calendars" in await text(filled(kept()), PAIR)


@pytest.fixture
async def app() -> AsyncIterator[FastAPI]:
    yield site(router, store=filled(kept(*LOSING)), service="feedback")


@pytest.mark.parametrize("path", [ALARMS, PAIRS, PAIR])
@pytest.mark.parametrize("who", ["mentor~participant", "max@FR~manager", "max@RO~manager"])
async def test_it_is_for_managers_of_all_its_countries(app: FastAPI, path: str, who: str) -> None:
    async with browsing(app, who) as client:
        assert (await client.get(path)).status_code == 403
    async with browsing(app, "max@FR+GB~manager") as client:
        assert (await client.get(path)).status_code == 200


async def test_a_pair_that_is_not_there_is_as_one_of_others(app: FastAPI) -> None:
    async with browsing(app, "max@FR~manager") as client:
        answers = [await client.get(f"/momentum/{which}") for which in ("pair", "nothing")]
    assert {answer.status_code for answer in answers} == {403}
    async with browsing(app) as client:
        assert (await client.get("/momentum/nothing")).status_code == 404


async def test_whoever_manages_no_whole_programme_is_told_so() -> None:
    answer = await shown(filled(), "/alarms", "max@FR~manager")
    assert answer.status_code == 200 and "No programme to look after yet" in answer.text


SOME = [
    kept(*LOSING),
    kept(missed(1), cancelled(2), scheduled(3)),
    replace(kept(held(1), released(2)).ended(dissolved()), raised=()),
    kept(held(1), recoveries=2),
    kept(),
]


@pytest.mark.parametrize("pair", SOME)
@pytest.mark.parametrize("path", TEMPLATES.values(), ids=TEMPLATES)
async def test_no_page_has_plain_english(path: str, pair: Momentum) -> None:
    who = "max@FR~manager" if path == "/alarms" else "ann~manager"
    answer = await shown(filled(pair), path, who, **{"Accept-Language": PSEUDO})
    assert answer.status_code == 200
    assert plain_words_of_page(answer.text, FACTS) == []
