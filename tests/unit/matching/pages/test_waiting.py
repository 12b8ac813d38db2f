"""A manager sees who waits and why, and every pair; and ends one, of the countries that are theirs."""

from dataclasses import replace
from datetime import UTC, datetime

import httpx
import pytest
from fastapi import FastAPI

from services.matching.markets.outcome import LeftOver, Opening
from services.matching.members.member import Member
from services.matching.members.programme import Programme
from services.matching.pairs.pair import NotMade, Pair, PairState
from services.matching.rounds.report import Place, place_id
from services.matching.rounds.round import Round, RoundState
from services.matching.rules import reasons
from shared.language.matching import Criterion, PairDissolved, Parting
from shared.language.terms import Role
from shared.web.wording import PSEUDO
from tests.support.forms import browsing, hidden
from tests.support.memory import MemoryStore
from tests.support.memory_unit import kept_as
from tests.support.plain_english import plain_words_of_page
from tests.unit.matching.people import member, pair, terms

NOW = datetime(2026, 10, 5, 12, 0, tzinfo=UTC)
WAITING, PAIRS, PAIR, END = (
    "/desk/programmes/p/waiting",
    "/desk/programmes/p/pairs",
    "/desk/pairs/pair",
    "/desk/pairs/pair/end",
)
PAGES = {"waiting.html": WAITING, "pairs.html": PAIRS, "proposed_pair.html": PAIR, "end_this_pair.html": END}
FACTS = {"Telemachus", "programme", "FR", "GB"}
TOGETHER = pair(
    countries=("FR", "GB"),
    criteria=(Criterion(rule="topics", points=30),),
    teaches=("social-media",),
    state=PairState.FORMED,
    formed_at=NOW,
)


@pytest.fixture
def store() -> MemoryStore:
    over = LeftOver(because=(reasons.ALL_TAKEN,), openings=(Opening(rule="topic", value="negotiation", doors=2),))
    alone = member("alone", Role.MENTEE, waiting_since=NOW, waiting_because=(reasons.ALL_TAKEN,))
    paired = [member(who, Role(who), pairs=("pair",), waiting_because=()) for who in ("mentor", "mentee")]
    return MemoryStore(
        Programme(id="p", terms=terms()),
        Round(id="r", programme_id="p", requested_at=NOW, ended_at=NOW, state=RoundState.COMPLETED, attempts=1),
        Place(id=place_id("r", "alone"), round_id="r", participant_id="alone", attempt=1, left_over=over),
        alone,
        member("briton", Role.MENTOR, country="GB"),
        *paired,
        TOGETHER,
        now=NOW,
    )


async def the_pair(store: MemoryStore) -> Pair:
    return await store.unit().get(Pair, "pair")


def keep(store: MemoryStore, *pairs: Pair) -> None:
    for each in pairs:
        store.shelves.put(Pair, kept_as(each))


async def test_who_waits_is_told_with_why_since_when_and_what_would_help(manager: httpx.AsyncClient) -> None:
    page = (await manager.get(WAITING)).text
    assert "Everybody who suits them was paired with somebody else." in page and "Negotiation" in page
    assert "since 5 October 2026" in page and 'href="/registration/everybody/p/one/alone"' in page
    assert "No matching round has taken place since they joined." in page
    assert page.count("/one/") == 2, "whoever is paired does not wait"
    assert f'href="{PAIRS}"' in page and 'href="/desk/programmes/p"' in page


async def test_a_part_of_them_is_picked_by_role_and_country(manager: httpx.AsyncClient) -> None:
    mentors = (await manager.get(f"{WAITING}?role=mentor")).text
    assert "/one/briton" in mentors and "/one/alone" not in mentors
    french = (await manager.get(f"{WAITING}?role=all&country=FR")).text
    assert "/one/briton" not in french and "/one/alone" in french
    assert "Look at both roles and all countries." in (await manager.get(f"{WAITING}?role=mentor&country=FR")).text


async def test_a_long_list_goes_on_with_what_was_picked(store: MemoryStore, manager: httpx.AsyncClient) -> None:
    for number in range(30):
        store.shelves.put(Member, kept_as(member(f"m{number:02}", Role.MENTEE, waiting_since=NOW)))
    page = (await manager.get(f"{WAITING}?role=mentee&country=all")).text
    assert page.count("/one/") == 20
    (more,) = [part.partition('"')[0] for part in page.split('class="more"><a href="')[1:]]
    rest = (await manager.get(f"{WAITING}{more.replace('&amp;', '&')}")).text
    assert rest.count("/one/") == 11 and "/one/briton" not in rest
    assert (await manager.get(f"{WAITING}?after=made-up")).status_code == 422


async def test_who_manages_a_part_sees_their_own_people_and_decides_nothing(app: FastAPI) -> None:
    async with browsing(app, "ben@FR~manager") as french:
        assert (await french.get("/desk")).headers["location"] == WAITING
        page = (await french.get(f"{WAITING}?country=GB")).text
        assert "/one/" not in page and 'href="/desk/programmes/p"' not in page
        assert "/one/alone" in (await french.get(WAITING)).text
        one = (await french.get(PAIR)).text
        assert "/one/mentor" in one and "/one/mentee" not in one and "You decide" not in one


async def test_nobody_waits(manager: httpx.AsyncClient, store: MemoryStore) -> None:
    for who in ("alone", "briton"):
        store.shelves.put(Member, kept_as(member(who, Role.MENTEE, withdrawn=True)))
    assert "stands here at once" in (await manager.get(WAITING)).text


async def test_pairs_are_listed_by_how_far_they_are(manager: httpx.AsyncClient, store: MemoryStore) -> None:
    proposed = replace(TOGETHER, id="other", state=PairState.PROPOSED, formed_at=None)
    keep(store, proposed, replace(TOGETHER, id="over", state=PairState.COMPLETED))
    page = (await manager.get(PAIRS)).text
    assert "a mentor – a mentee" in page and "The mentor brings Social media." in page
    assert "since 5 October 2026" in page and "began on 5 October 2026" in page
    assert 'href="/desk/pairs/other"' not in page, "a proposal is no pair yet"
    assert 'href="/desk/pairs/other"' in (await manager.get(f"{PAIRS}?state=proposed")).text
    assert "Look at those that are further" in (await manager.get(f"{PAIRS}?state=declined")).text
    assert (await manager.get(f"{PAIRS}?state=nothing")).status_code == 422


async def test_without_a_pair_it_says_where_pairs_come_from(manager: httpx.AsyncClient, store: MemoryStore) -> None:
    keep(store, replace(TOGETHER, state=PairState.PROPOSED))
    assert "Pairs are found by a round" in (await manager.get(PAIRS)).text


async def test_a_pair_tells_what_has_changed_and_how_it_ended(manager: httpx.AsyncClient, store: MemoryStore) -> None:
    keep(store, replace(TOGETHER, broken=("language",)))
    page = (await manager.get(PAIR)).text
    assert "together since 5 October 2026" in page and "What has changed since" in page
    keep(store, replace(TOGETHER, state=PairState.DISSOLVED, because=Parting.OWN_WISH))
    page = (await manager.get(PAIR)).text
    assert "at the wish of the two" in page and END not in page
    keep(store, replace(TOGETHER, state=PairState.DROPPED, not_made=NotMade.REFUSED, formed_at=None, criteria=()))
    page = (await manager.get(PAIR)).text
    assert "A manager did not want this pair." in page and "no longer known" in page


async def test_a_pair_is_ended_once_with_a_reason(manager: httpx.AsyncClient, store: MemoryStore) -> None:
    page = (await manager.get(END)).text
    assert "never paired with each other again" in page
    missing = await manager.post(END, data=hidden(page))
    assert missing.status_code == 422 and (await the_pair(store)).state is PairState.FORMED
    sent = {**hidden(page), "because": "manager"}
    answers = [await manager.post(END, data=sent) for _ in range(2)]
    assert {answer.headers["location"] for answer in answers} == {PAIR}
    assert ((await the_pair(store)).state, (await the_pair(store)).because) == (PairState.DISSOLVED, Parting.MANAGER)
    assert len([event for event in store.said if isinstance(event, PairDissolved)]) == 1
    assert (await manager.get(END)).status_code == 409


async def test_reasons_of_others_are_not_a_managers_to_give(manager: httpx.AsyncClient, store: MemoryStore) -> None:
    page = (await manager.get(END)).text
    answer = await manager.post(END, data={**hidden(page), "because": "declined"})
    assert answer.status_code == 422 and (await the_pair(store)).state is PairState.FORMED


@pytest.mark.parametrize("path", PAGES.values())
@pytest.mark.parametrize("who", ["mentor~participant", "ben@IT~manager"])
async def test_it_is_for_managers_of_one_of_its_countries(
    app: FastAPI, store: MemoryStore, path: str, who: str
) -> None:
    async with browsing(app, who) as stranger:
        assert (await stranger.get(path)).status_code == 403
        assert (await stranger.post(END, data={"because": "manager"})).status_code == 403
        assert (await stranger.get("/desk/pairs/nothing")).status_code == 403
    assert (await the_pair(store)).state is PairState.FORMED


async def test_who_manages_a_part_ends_a_pair_and_approves_none(app: FastAPI, store: MemoryStore) -> None:
    keep(store, replace(TOGETHER, state=PairState.PROPOSED))
    async with browsing(app, "ben@FR~manager") as french:
        for act in ("approve", "refuse"):
            assert (await french.post(f"{PAIR}/{act}")).status_code == 403
        assert (await the_pair(store)).state is PairState.PROPOSED
        keep(store, TOGETHER)
        assert (await french.post(END, data={"because": "own-wish"})).status_code == 303
    assert (await the_pair(store)).because is Parting.OWN_WISH


@pytest.mark.parametrize("path", [*PAGES.values(), f"{WAITING}?role=mentor&country=FR", f"{PAIRS}?state=declined"])
async def test_no_page_has_plain_english(app: FastAPI, path: str) -> None:
    async with browsing(app, **{"Accept-Language": PSEUDO}) as client:
        answer = await client.get(path)
    assert answer.status_code == 200
    assert plain_words_of_page(answer.text, FACTS) == []
