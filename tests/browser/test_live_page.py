"""A programme manager looks at the live page while things happen."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.async_api import Browser, Page, ViewportSize

from services.registration.pages.board import reading, routes, watching
from services.registration.pages.board.reading import Board
from services.registration.pages.board.scope import Scope
from services.registration.people.participant import Participant
from services.registration.people.person import Person
from services.registration.programmes.programme import Programme
from shared.language.feedback import PairAtRisk, PairRecovered, Risk
from shared.language.matching import PairFormed
from shared.language.profile import Profile
from shared.language.sessions import Cancellation, SessionCancelled, SessionHeld, SessionScheduled
from shared.language.terms import Role, Terms
from shared.store.store import Store
from shared.store.unit import Unit
from tests.browser.conftest import NOW, Hear, Site

pytestmark = [pytest.mark.browser, pytest.mark.emptied]
PHONE, DESK = ViewportSize(width=390, height=844), ViewportSize(width=1280, height=900)
PEOPLE = {Role.MENTOR: ("Junior Example", "GB", "Europe/London"), Role.MENTEE: ("Senior Example", "FR", "Europe/Paris")}
TERMS = Terms(
    title="Digital voices",
    countries=("GB", "FR"),
    languages=("en",),
    topics=("social-media",),
    starts_on=date(2026, 1, 12),
    ends_on=date(2026, 7, 10),
)


def _participant(role: Role) -> Participant:
    _, country, zone = PEOPLE[role]
    profile = Profile(role=role, country=country, time_zone=zone, languages=("en",), unit="u", grade=3)
    return Participant.registered("p1", f"person-{role}", profile).trained()


MENTOR, MENTEE = _participant(Role.MENTOR), _participant(Role.MENTEE)
PAIR = {"programme_id": "p1", "pair_id": "pair-1", "mentor_id": MENTOR.id, "mentee_id": MENTEE.id}
OF_PAIR = {"programme_id": "p1", "pair_id": "pair-1"}
AT_RISK = PairAtRisk(**OF_PAIR, because=Risk.SESSIONS_LOST, sessions_lost=2)


def _session(kind: type[Any], number: int, days: int, **more: Any) -> Any:
    starts_at = NOW + timedelta(days=days)
    ends_at = starts_at + timedelta(minutes=30)
    return kind(**PAIR, session_id=f"s{number}", number=number, starts_at=starts_at, ends_at=ends_at, **more)


@pytest.fixture
async def programme(store: Store, hear: Hear) -> None:
    async def work(unit: Unit) -> None:
        unit.save(Programme(id="p1", terms=TERMS).opened(NOW))
        for participant in (MENTOR, MENTEE):
            unit.save(participant)
            name = PEOPLE[participant.profile.role][0]
            unit.save(Person(id=participant.person_id, name=name, email="x@example.com"))

    await store.run(work)
    await hear(
        PairFormed(**PAIR, round_id="r1", score=3, criteria=()),
        _session(SessionHeld, 1, -40, confirmed_by=Role.MENTOR),
        _session(SessionCancelled, 2, -12, by=Role.MENTEE, because=Cancellation.NO_TIME),
        _session(SessionScheduled, 3, 16),
    )


@pytest.fixture(params=[DESK, PHONE], ids=["desk", "phone"])
async def page(request: pytest.FixtureRequest, chromium: Browser, site: Site) -> AsyncIterator[Page]:
    """A manager's browser; whatever it complains about fails the test."""
    context = await chromium.new_context(viewport=request.param, base_url=site.address)
    await context.add_cookies([site.cookie("manager", "GB", "FR")])
    page = await context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    await context.close()
    assert complaints == []


async def test_the_page_shows_where_the_programme_stands(page: Page, programme: None) -> None:
    await page.goto("/board")
    assert await page.locator("h1").inner_text() == "Digital voices"
    assert await page.locator(".funnel strong").all_inner_texts() == ["2", "2", "2", "2"]
    assert (await page.locator("[data-headline]").inner_text()).strip() == "The only pair is on track."
    assert "09:00 London" in await page.locator(".upcoming .when").inner_text()
    assert "10:00 Paris" in await page.locator(".upcoming .when").inner_text()
    assert "Junior Example & Senior Example" in await page.locator(".pairs").inner_text()
    assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


async def test_an_alarm_comes_and_goes_without_reloading(page: Page, programme: None, hear: Hear) -> None:
    await page.goto("/board/p1")
    await page.evaluate("document.title = 'not reloaded'")
    await hear(AT_RISK)
    await page.get_by_role("heading", name="1 pair needs you today").wait_for()
    assert await page.locator("[data-voice]").inner_text() == "1 pair needs you today"
    await hear(PairRecovered(**OF_PAIR))
    await page.locator("[data-live] >> text=The only pair is on track.").wait_for()
    assert await page.title() == "not reloaded"


async def test_ten_who_look_see_the_alarm_in_what_was_drawn_once_and_sent_compressed(
    chromium: Browser, site: Site, programme: None, hear: Hear, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[str] = []

    async def read_board(store: Store, of: Programme, scope: Scope) -> Board:
        drawn.append(of.id)
        return await reading.read_board(store, of, scope)

    monkeypatch.setattr(routes, "read_board", read_board)
    monkeypatch.setattr(watching, "OLDEST", 3600.0)
    followed: list[str | None] = []
    async with AsyncExitStack() as stack:
        looking = []
        for _ in range(10):
            context = await stack.enter_async_context(await chromium.new_context(base_url=site.address))
            await context.add_cookies([site.cookie("manager", "GB", "FR")])
            page = await context.new_page()
            async with page.expect_response("**/live") as response:
                await page.goto("/board/p1")
            followed.append((await (await response.value).all_headers()).get("content-encoding"))
            looking.append(page)
        before = len(drawn)
        await hear(AT_RISK)
        for page in looking:
            await page.get_by_role("heading", name="1 pair needs you today").wait_for()
        assert len(drawn) == before + 1
    assert followed == ["gzip"] * 10


async def test_without_scripts_the_page_shows_the_same(chromium: Browser, site: Site, programme: None) -> None:
    context = await chromium.new_context(java_script_enabled=False, base_url=site.address)
    await context.add_cookies([site.cookie("manager", "*")])
    page = await context.new_page()
    await page.goto("/board")
    assert await page.locator(".funnel strong").all_inner_texts() == ["2", "2", "2", "2"]
    assert await page.locator("noscript meta[http-equiv=refresh]").count() == 1
    await context.close()


@pytest.mark.parametrize("path", ["/board/p1", "/board/p1/live"])
@pytest.mark.parametrize(
    ("who", "status"),
    [(("participant", "GB", "FR"), 403), (("manager", "IT"), 403), (("operator", "*"), 403), (None, 401)],
)
async def test_only_managers_of_one_of_its_countries_see_a_programme(
    chromium: Browser, site: Site, programme: None, path: str, who: tuple[str, ...] | None, status: int
) -> None:
    context = await chromium.new_context(base_url=site.address)
    if who:
        await context.add_cookies([site.cookie(*who)])
    assert (await context.request.get(path)).status == status
    await context.close()


async def test_a_manager_without_programmes_is_told_the_next_step(
    chromium: Browser, site: Site, programme: None
) -> None:
    context = await chromium.new_context(base_url=site.address)
    await context.add_cookies([site.cookie("manager", "IT")])
    page = await context.new_page()
    await page.goto("/board")
    assert await page.locator("h1").inner_text() == "No programme yet"
    assert "Once a programme of your countries exists" in await page.locator("main").inner_text()
    await context.close()
