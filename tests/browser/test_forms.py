"""A form in a browser, with scripts and without: what is wrong is beside it and focused, what is done is told."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, BrowserContext, Page

from tests.browser.conftest import Site
from tests.browser.looking import FITS, barriers, misfits

pytestmark = [pytest.mark.browser, pytest.mark.emptied]
EXPECTED = ("409", "422", "403", "Autofocus processing was blocked")
"""What Chromium notes of answers that are meant, and of a field that had the focus when htmx moved it."""


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
async def scripts(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
async def context(chromium: Browser, site: Site, scripts: bool) -> AsyncIterator[BrowserContext]:
    context = await chromium.new_context(
        viewport={"width": 390, "height": 844}, base_url=site.address, java_script_enabled=scripts
    )
    await context.add_cookies([site.cookie("participant")])
    yield context
    await context.close()


@pytest.fixture
async def page(context: BrowserContext) -> AsyncIterator[Page]:
    page = await context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    await page.goto("/style")
    yield page
    assert [each for each in complaints if not any(expected in each for expected in EXPECTED)] == []


async def fill(page: Page, topic: str) -> None:
    """All that is needed."""
    await page.get_by_label("What would you like to learn?").fill(topic)
    await page.get_by_label("I have tried it").check()
    await page.get_by_label("Monday").check()


async def send(page: Page) -> None:
    await page.get_by_role("button", name="Send the wish").click()


async def test_what_is_wrong_is_focused_leads_to_its_field_and_loses_nothing_that_was_typed(
    page: Page, scripts: bool
) -> None:
    await page.evaluate("document.title = 'not reloaded'") if scripts else None
    await page.get_by_label("What would you like to learn?").fill("short videos")
    await page.get_by_label("Minutes a week").fill("999")
    await send(page)
    summary = page.get_by_role("alert")
    await summary.wait_for()

    assert await page.evaluate("document.activeElement.className") == "faults"
    assert await page.get_by_label("What would you like to learn?").input_value() == "short videos"
    assert await page.get_by_label("Minutes a week").get_attribute("aria-invalid") == "true"
    assert await misfits(page) == FITS
    await summary.get_by_role("link", name="Minutes a week").click()
    assert await page.evaluate("document.activeElement.name") == "minutes"
    if scripts:
        assert await barriers(page) == []


async def test_what_is_done_is_told_once_and_focused(page: Page) -> None:
    await fill(page, "short videos")
    await send(page)
    notice = page.get_by_role("status")
    await notice.wait_for()
    assert "your wish for “short videos”" in await notice.inner_text()
    assert await page.evaluate("document.activeElement.className") == "notice"
    await page.reload()
    assert await page.get_by_role("status").count() == 0


async def test_a_refusal_stands_beside_its_field(page: Page) -> None:
    await fill(page, "nothing")
    await send(page)
    await page.get_by_role("alert").wait_for()
    described = await page.get_by_label("What would you like to learn?").get_attribute("aria-describedby")
    assert described is not None
    said = [await page.locator(f"#{each}").inner_text() for each in described.split()]
    assert said[-1] == "There is always something to learn: name one thing."


async def test_a_form_is_filled_and_sent_with_the_keyboard_alone(page: Page) -> None:
    await page.get_by_label("What would you like to learn?").focus()
    await page.keyboard.type("short videos")
    for key in ("Tab", "Space", "Tab", "Space"):  # the first level, the first day
        await page.keyboard.press(key)
    await page.get_by_label("Minutes a week").focus()
    await page.keyboard.press("Enter")
    await page.get_by_role("status").wait_for()


async def test_a_form_that_somebody_else_was_shown_is_refused_with_a_way_back(page: Page) -> None:
    await fill(page, "short videos")
    await page.locator(".form [name=csrf]").evaluate("field => { field.value = 'made up'; }")
    await send(page)
    await page.get_by_role("heading", level=1, name="Not allowed").wait_for()
    assert await page.get_by_role("link", name="Back to the first page").is_visible()
