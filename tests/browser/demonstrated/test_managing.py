"""Managers do what needs them: of one country or all, on a phone and a desk, without scripts or without a mouse."""

import pytest
from playwright.async_api import Page

from tests.browser.demonstrated.acting import (
    fill_programme,
    follow,
    looked_at,
    open_programme,
    press,
    tab_to,
    told,
)
from tests.browser.demonstrated.conftest import DESK, SignIn

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
OF_ONE = "Manager of one country"
TOGETHER = "/matching/desk/programmes/bnp-uk/pairs?state=formed"


async def names_to_train(page: Page) -> list[str]:
    return [each.strip() for each in await page.locator("main .rows label").all_inner_texts()]


async def test_on_a_phone_without_scripts_one_sees_what_needs_them_and_records_a_training(sign_in: SignIn) -> None:
    page = await sign_in(OF_ONE, java_script_enabled=False)
    assert "2 people wait for training" in await page.locator("main").inner_text()
    await follow(page, "Record trainings")
    await looked_at(page, scripts=False)
    first, other = await names_to_train(page)
    await press(page, "Mark as trained")
    assert "Who has finished the training?" in await page.get_by_role("alert").inner_text(), "nobody was ticked"
    await page.get_by_label(first, exact=True).check()
    await press(page, "Mark as trained")
    assert await told(page) == "1 person is marked as trained."
    assert await names_to_train(page) == [other]
    await looked_at(page, scripts=False)


async def test_with_the_keyboard_alone_one_goes_from_what_needs_them_to_a_training_that_is_recorded(
    sign_in: SignIn,
) -> None:
    page = await sign_in(OF_ONE, viewport=DESK)
    await tab_to(page, "Record trainings")
    await page.keyboard.press("Enter")
    await page.get_by_role("heading", name="Waiting for training").wait_for()
    name, *others = await names_to_train(page)
    await tab_to(page, name)
    await page.keyboard.press("Space")
    assert await page.get_by_label(name, exact=True).is_checked()
    await tab_to(page, "Mark as trained")
    await page.keyboard.press("Enter")
    assert await told(page) == "1 person is marked as trained."
    assert await page.evaluate("document.activeElement.getAttribute('role')") == "status", "what is told is read out"
    assert await names_to_train(page) == others


async def end_a_pair(page: Page) -> str:
    """The first of those together; returns who they are."""
    await page.goto(TOGETHER)
    pair = page.locator("main .rows a").first
    names = (await pair.inner_text()).strip()
    await pair.click()
    await follow(page, "End this pair")
    await page.get_by_label("I have decided so").check()
    await press(page, "End this pair")
    assert await told(page) == "The pair has ended, and both are told. We look for somebody new for both of them."
    return names


async def test_one_of_a_country_ends_a_pair_and_finds_it_among_those_that_ended_early(sign_in: SignIn) -> None:
    page = await sign_in(OF_ONE)
    names = await end_a_pair(page)
    assert await page.locator("h1").inner_text() == names
    assert "A manager has ended the pair." in await page.locator("main").inner_text()
    assert await page.get_by_role("link", name="End this pair").count() == 0
    await looked_at(page)
    await page.goto("/matching/desk/programmes/bnp-uk/pairs?state=dissolved")
    assert names in await page.locator("main .rows").inner_text()


async def test_on_a_phone_without_scripts_one_makes_a_programme_and_opens_it(sign_in: SignIn) -> None:
    page = await sign_in(OF_ONE, java_script_enabled=False)
    await page.goto("/registration/led")
    await follow(page, "Make a programme")
    await press(page, "Keep as a draft")
    wrong = page.get_by_role("alert")
    assert await wrong.get_by_role("link").count() == 4, "title, topics, first and last day"
    await looked_at(page, scripts=False)
    await wrong.get_by_role("link", name="Title").click()
    await fill_programme(page, "Voices of tomorrow", ["Generative AI"])
    await press(page, "Keep as a draft")
    assert "“Voices of tomorrow” is kept as a draft." in await told(page)
    await open_programme(page)
    await looked_at(page, scripts=False)
    await page.goto("/")
    needed = page.locator(".own")
    assert "Voices of tomorrow\nIt begins on " in await needed.inner_text()
    await page.goto("/registration/call/voices-of-tomorrow")
    assert await page.locator("h1").inner_text() == "Voices of tomorrow"
