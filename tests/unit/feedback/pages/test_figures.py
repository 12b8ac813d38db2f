"""A programme in figures, and the whole group: by right, with means held back while they would tell of somebody."""

from dataclasses import replace
from datetime import date

import httpx
import pytest

from services.feedback.figures.group import Told
from services.feedback.momentum.momentum import Momentum
from services.feedback.pages import router
from services.feedback.pages.figures import group
from services.feedback.people.participant import Participant
from services.feedback.people.programme import Programme
from services.feedback.pulse.pulse import Answer, Pulse
from shared.language.feedback import PairCounts, ProgrammeCounted, SessionCounts, count_id
from shared.language.terms import Objective, Role, Terms
from shared.web.wording import PSEUDO
from tests.support.forms import browsing, site
from tests.support.memory import MemoryStore
from tests.support.plain_english import plain_words_of_page
from tests.unit.feedback.examples import FIRST, after, cancelled, dissolved, held, missed, scheduled

OBJECTIVES = (
    Objective(id="o1", title="Confident <with> cloud", baseline=2.5, target=4),
    Objective(id="o2", title="Talks", scale="count", baseline=0, target=1200),
    Objective(id="o3", title="Use", scale="percentage", baseline=10, target=60),
)
TERMS = Terms(
    title="Digital <voices>",
    countries=("GB", "FR"),
    languages=("en",),
    topics=("social-media",),
    starts_on=date(2026, 2, 1),
    ends_on=date(2026, 12, 30),
    objectives=OBJECTIVES,
)
PROGRAMME = Programme(id="p", terms=TERMS)
ONE, ALL = "/figures/p", "/all-figures"
TEMPLATES = {"figures.html": ONE, "group.html": ALL, "no_figures.html": "/figures"}
FACTS = {"Telemachus", TERMS.title, *(each.title for each in OBJECTIVES), "test", "elsewhere"}


def pair(identity: str, momentum: Momentum, **changes: object) -> Momentum:
    return replace(momentum, id=identity, raised=(), **changes)  # type: ignore[arg-type]


PAIRS = (
    pair("well", after(held(1), held(2), scheduled(3)), recoveries=1),
    pair("losing", after(held(1), cancelled(2), missed(3))),
    pair("over", after(held(1)).ended(dissolved())),
)


def pulse(number: int, feeling: int) -> Pulse:
    who = Participant(id=f"mentor-{number}", programme_id="p", person_id=f"person-{number}", role=Role.MENTOR)
    answer = Answer(feeling=feeling, useful=feeling, comment="only between us")
    return replace(Pulse.submitted(PAIRS[0], "s1", who, answer, None), id=f"pulse-{number}", raised=())


def told(number: int, region: str = "elsewhere", *, feeling: float | None = None) -> Told:
    programme_id = "p" if region == "test" else f"p{number:03}"
    counted = ProgrammeCounted(
        count_id=count_id(region, programme_id),
        region=region,
        programme_id=programme_id,
        pairs=PairCounts(active=3),
        sessions=SessionCounts(held=1000),
        at_risk=1,
        recovered=2,
        answered=5,
        feeling=feeling,
        useful=feeling,
    )
    return Told(id=counted.count_id, counted=counted, counted_at=FIRST)


async def look(store: MemoryStore, path: str, who: str = "ann~manager", **headers: str) -> httpx.Response:
    async with browsing(site(router, store=store, service="feedback"), who, **headers) as client:
        return await client.get(path)


async def text(store: MemoryStore, path: str, who: str = "ann~manager") -> str:
    return " ".join((await look(store, path, who)).text.split())


async def test_a_programme_is_counted() -> None:
    answer = await look(MemoryStore(PROGRAMME, *PAIRS), "/figures")
    assert (answer.status_code, answer.headers["location"]) == (303, ONE)
    page = await text(MemoryStore(PROGRAMME, *PAIRS), ONE)
    assert "<title>on track: 1</title>" in page and "<title>losing momentum: 1</title>" in page
    assert "<title>held: 4</title>" in page and "<title>missed: 1</title>" in page and "4 of 6" in page
    assert "After an alarm, a pair has met again 1 time." in page and "1 pair is well since then." in page
    assert "0 of 8" in page
    assert 'href="/alarms/p"' in page


async def test_objectives_stand_with_their_scales() -> None:
    page = await text(MemoryStore(PROGRAMME), ONE)
    assert "2.5 of 5" in page and "1,200" in page and "60%" in page
    assert "Confident &lt;with&gt; cloud" in page
    assert "No objective is agreed" in await text(
        MemoryStore(Programme(id="p", terms=TERMS.model_copy(update={"objectives": ()}))), ONE
    )


async def test_a_mean_of_few_is_held_back_and_says_why() -> None:
    store = MemoryStore(PROGRAMME, *PAIRS, *(pulse(number, 2 + number % 2) for number in range(4)))
    page = await text(store, ONE)
    assert page.count("<dd>held back</dd>") == 2 and "at least 5 people have answered" in page
    assert "only between us" not in page


async def test_a_mean_of_enough_is_shown() -> None:
    page = await text(MemoryStore(PROGRAMME, *PAIRS, *(pulse(number, 2 + number % 2) for number in range(6))), ONE)
    assert page.count("<dd>2.5 of 5</dd>") == 2 and "held back" not in page


async def test_a_programme_without_pairs_says_when_there_are_figures() -> None:
    assert "as soon as a matching round has formed the first pairs" in await text(MemoryStore(PROGRAMME), ONE)


@pytest.mark.parametrize("who", ["mentor~participant", "max@FR~manager"])
async def test_a_programme_is_for_managers_of_all_its_countries(who: str) -> None:
    assert (await look(MemoryStore(PROGRAMME), ONE, who)).status_code == 403
    assert (await look(MemoryStore(PROGRAMME), "/figures/nothing")).status_code == 404


async def test_the_group_is_for_managers_of_every_country() -> None:
    store = MemoryStore(PROGRAMME, told(0))
    assert (await look(store, ALL, "max@FR+GB~manager")).status_code == 403
    assert f'href="{ALL}"' not in await text(store, ONE, "max@FR+GB~manager")
    assert f'href="{ALL}"' in await text(store, ONE)


async def test_the_group_names_programmes_of_here_and_adds_up_all() -> None:
    store = MemoryStore(PROGRAMME, told(0), told(1, "test", feeling=4.25))
    page = await text(store, ALL)
    assert 'href="/figures/p">Digital &lt;voices&gt;</a>' in page and "A programme of another region" in page
    assert "<title>held: 2000</title>" in page and "<title>on track: 4</title>" in page
    assert "4.25 of 5" in page and "held back" in page and "p000" not in page
    assert "No figures yet" in await text(MemoryStore(), ALL)


async def test_the_groups_programmes_come_page_by_page() -> None:
    store = MemoryStore(*(told(number) for number in range(group.AT_ONCE + 5)))
    page = (await look(store, ALL)).text
    assert page.count("A programme of another region") == group.AT_ONCE and len(page) < 60_000
    [then] = [part.partition('"')[0] for part in page.split('<p class="more"><a href="')[1:]]
    rest = (await look(store, ALL + then)).text
    assert rest.count("A programme of another region") == 5
    assert "<title>held: 55000</title>" in page and "<title>held: 55000</title>" in rest


FULL = (PROGRAMME, *PAIRS, told(0), told(1, "test", feeling=4.2))


@pytest.mark.parametrize("things", [FULL, (PROGRAMME,), (Programme(id="p", terms=TERMS), PAIRS[0])])
@pytest.mark.parametrize("path", TEMPLATES.values(), ids=TEMPLATES)
async def test_no_page_has_plain_english(path: str, things: tuple[Momentum, ...]) -> None:
    store = MemoryStore(*(things if path != "/figures" else ()))
    answer = await look(store, path, **{"Accept-Language": PSEUDO})
    assert answer.status_code == 200
    assert plain_words_of_page(answer.text, FACTS) == []
