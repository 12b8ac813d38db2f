"""A junior applies, finds a partner and a session, and goes again: on a phone and a desk, with scripts and without."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from services.registration.people.participant import Participant, participant_id
from services.registration.people.person import Person
from services.registration.programmes.programme import Programme
from shared.language.matching import PairFormed
from shared.language.profile import Profile
from shared.language.sessions import SessionScheduled
from shared.language.terms import PairingRules, Terms, Training
from shared.store.store import Store
from shared.store.unit import Unit
from shared.web.wording import MIRRORED, PSEUDO
from tests.browser.conftest import NOW, Hear, Site
from tests.browser.looking import FITS, barriers, misfits
from tests.browser.test_forms import EXPECTED
from tests.support.apps import person

pytestmark = [pytest.mark.browser, pytest.mark.emptied]
TERMS = Terms(
    title="Digital voices",
    countries=("GB", "FR"),
    languages=("en", "fr"),
    topics=("social-media", "generative-ai", "negotiation"),
    starts_on=date(2026, 1, 12),
    ends_on=date(2026, 7, 10),
    public_call=True,
    pairing=PairingRules(training=Training.NONE),
)
SENIOR = Participant.registered(
    "voices",
    "person-senior",
    Profile(role="mentee", country="FR", time_zone="Europe/Paris", languages=("fr",), unit="Sales", grade=9),
)
OWN = participant_id("voices", person("e-1"))
PAIR = {"programme_id": "voices", "pair_id": "pair-1", "mentor_id": OWN, "mentee_id": SENIOR.id}
FOUND = PairFormed(**PAIR, round_id="r1", score=3, criteria=())
PLANNED = SessionScheduled(
    **PAIR,
    session_id="s1",
    number=1,
    starts_at=NOW + timedelta(days=8),
    ends_at=NOW + timedelta(days=8, minutes=30),
)


@pytest.fixture(params=[(360, True), (360, False), (1280, True)], ids=["phone", "phone without scripts", "desk"])
def screen(request: pytest.FixtureRequest) -> tuple[int, bool]:
    width, scripts = request.param
    return int(width), bool(scripts)


@pytest.fixture
async def voices(store: Store) -> None:
    async def work(unit: Unit) -> None:
        unit.save(Programme(id="voices", terms=TERMS).opened(NOW))
        unit.save(SENIOR)
        unit.save(Person(id="person-senior", name="Senior Example", email="senior@x.example"))

    await store.run(work)


@pytest.fixture
async def page(chromium: Browser, site: Site, screen: tuple[int, bool], voices: None) -> AsyncIterator[Page]:
    """A junior's browser; whatever it complains about fails the test."""
    width, scripts = screen
    context = await chromium.new_context(
        viewport={"width": width, "height": 800},
        base_url=site.address,
        java_script_enabled=scripts,
        locale="en-GB",
        timezone_id="Europe/London",
    )
    await context.add_cookies([site.cookie("participant")])
    page = await context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    await context.close()
    assert [each for each in complaints if not any(expected in each for expected in EXPECTED)] == []


async def press(page: Page, name: str) -> None:
    await page.get_by_role("button", name=name, exact=True).click()


async def follow(page: Page, name: str) -> None:
    await page.get_by_role("link", name=name, exact=True).first.click()


async def introduce(page: Page) -> None:
    """Everything that nobody could guess."""
    await page.get_by_label("Your name").fill("Junior Example")
    await page.get_by_label("Your e-mail address at work").fill("junior@x.example")
    await page.get_by_label("Your department").fill("Risk")
    await page.get_by_label("Your grade").fill("3")
    await page.get_by_label("Teach what is new").check()
    offers = page.get_by_role("group", name="What can you show somebody?")
    await offers.get_by_label("Generative AI", exact=True).check()
    await offers.get_by_label("Generative AI: How well do you know it?").select_option("can teach it")


async def looked_at(page: Page, *, scripts: bool) -> None:
    assert await misfits(page) == FITS
    if scripts:
        assert await barriers(page) == []


async def test_one_applies_in_two_minutes_and_finds_what_was_said(page: Page, screen: tuple[int, bool]) -> None:
    await page.goto("/")
    await follow(page, "Digital voices")
    await looked_at(page, scripts=screen[1])
    await follow(page, "Apply in two minutes")
    assert await page.get_by_label("Your time zone").input_value() == "Europe/London"
    assert await page.get_by_label("Country you work in").input_value() == "GB"
    await press(page, "Apply")
    await page.get_by_role("alert").wait_for()
    assert await page.get_by_role("alert").get_by_role("link").count() == 5, "name, address, unit, grade and role"
    await introduce(page)
    await looked_at(page, scripts=screen[1])
    await press(page, "Apply")
    await page.get_by_role("status").wait_for()
    assert "you take part in “Digital voices”" in await page.get_by_role("status").inner_text()
    assert "Generative AI (can teach it)" in await page.locator(".told").inner_text()
    assert await page.get_by_role("heading", name="We are looking for your partner").count() == 1
    await looked_at(page, scripts=screen[1])


async def apply(page: Page) -> None:
    await page.goto("/apply/voices")
    await introduce(page)
    await press(page, "Apply")
    await page.get_by_role("status").wait_for()


async def test_one_finds_a_partner_and_the_next_session(page: Page, screen: tuple[int, bool], hear: Hear) -> None:
    await apply(page)
    await hear(FOUND, PLANNED)
    await page.goto("/")
    assert await page.get_by_role("heading", name="You meet Senior Example").count() == 1
    assert (await page.locator(".coming time").inner_text()).strip() == "Tue 10 Mar, 09:00"
    for name in ("Our sessions", "Move it (Senior Example)", "Cancel it (Senior Example)", "Why the two of us"):
        assert await page.locator(".coming").get_by_role("link", name=name, exact=True).count() == 1
    await looked_at(page, scripts=screen[1])


async def test_one_changes_an_answer_and_steps_back(page: Page, screen: tuple[int, bool], store: Store) -> None:
    await apply(page)
    await follow(page, "Change my answers")
    assert await page.get_by_label("Generative AI: How well do you know it?").input_value() == "generative-ai:5"
    await page.get_by_role("group", name="Languages you can talk in").get_by_label("French").check()
    await press(page, "Keep my answers")
    await page.get_by_role("status").wait_for()
    assert "English, French" in await page.locator(".told").inner_text()
    await follow(page, "Step back from the programme")
    await looked_at(page, scripts=screen[1])
    await page.get_by_label("It is my own wish").check()
    await press(page, "Step back")
    await page.get_by_role("status").wait_for()
    assert "You have stepped back from “Digital voices”" in await page.get_by_role("status").inner_text()
    [participant] = await store.all(Participant, {"_id": OWN})
    assert participant.state == "withdrawn"


async def test_one_reads_another_language_and_is_erased(page: Page, screen: tuple[int, bool], store: Store) -> None:
    await apply(page)
    await page.goto("/my-data")
    await looked_at(page, scripts=screen[1])
    choice = page.get_by_label("Language of these pages")
    await choice.select_option("Deutsch")
    await press(page, "Keep this language")
    await page.get_by_role("heading", name="Meine Daten").wait_for()
    await follow(page, "Alles über mich löschen")
    await looked_at(page, scripts=screen[1])
    await page.get_by_label("Mir ist bewusst").check()
    await press(page, "Alles über mich löschen")
    await page.get_by_role("status").wait_for()
    assert await page.get_by_role("heading", name="gebeten, alles über Sie zu löschen").count() == 1
    assert await store.all(Person, {"_id": person("e-1")}) == []


async def test_with_the_keyboard_alone_one_ticks_says_how_well_and_applies(
    page: Page, screen: tuple[int, bool], store: Store
) -> None:
    await page.goto("/apply/voices")
    await page.get_by_label("Your name").focus()
    typed = ("Junior Example", "\tjunior@x.example", "\t\tRisk", "\t3", "\t ")
    for text in typed:
        for key in text:
            await page.keyboard.press({"\t": "Tab", " ": "Space"}.get(key, key))
    await page.keyboard.press("Tab")
    await page.keyboard.press("Space")
    await page.keyboard.press("Tab")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.value") == "generative-ai", "no list of an unticked topic"
    await page.get_by_role("button", name="Apply").focus()
    await page.keyboard.press("Enter")
    await page.get_by_role("status").wait_for()
    [participant] = await store.all(Participant, {"_id": OWN})
    assert [(each.topic, each.level) for each in participant.profile.offers] == [("social-media", 5)]


@pytest.mark.parametrize("language", ["de", "fr", PSEUDO, MIRRORED])
async def test_no_language_is_too_long_for_the_smallest_screen(
    chromium: Browser, site: Site, voices: None, language: str
) -> None:
    more: dict[str, Any] = {"extra_http_headers": {"Accept-Language": language}}
    context = await chromium.new_context(viewport={"width": 320, "height": 800}, base_url=site.address, **more)
    await context.add_cookies([site.cookie("participant")])
    page = await context.new_page()
    for path in ("/", "/call/voices", "/apply/voices", "/my-data", "/my-data/erase"):
        await page.goto(path)
        assert await misfits(page) == FITS, path
        assert len(await page.content()) < 100_000
    await context.close()
