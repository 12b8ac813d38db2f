"""A manager of all countries makes a programme, brings people in, and decides about what a trial proposes."""

import re
from datetime import UTC, datetime

import pytest
from playwright.async_api import Page

from deploy.local.scenario.drawing.generator import DEFAULT_SEED, generate
from tests.browser.demonstrated.acting import (
    fill_programme,
    follow,
    look_again_until_it_says,
    looked_at,
    open_programme,
    press,
    told,
)
from tests.browser.demonstrated.conftest import DESK, SignIn

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
PEOPLE = generate("bnp-uk", DEFAULT_SEED, datetime.now(UTC).date())


async def make_programme(page: Page) -> None:
    """In which nobody is paired before a manager says so, with the people of HR's file."""
    await page.goto("/registration/new-programme")
    await fill_programme(page, "A fifth programme of mentoring", ())
    for topic in await page.get_by_role("group", name="Topics", exact=True).get_by_role("checkbox").all():
        await topic.check()
    await page.get_by_role("group", name="Languages", exact=True).get_by_label("French").check()
    await page.get_by_role("group", name="Countries", exact=True).get_by_label("United Kingdom").check()
    await page.get_by_role("group", name="Who is trained before being paired?").get_by_label("Nobody").check()
    await page.get_by_label("A manager approves them").check()
    await press(page, "Keep as a draft")
    await told(page)
    await open_programme(page)
    await follow(page, "Bring people in")
    await page.get_by_label("The file", exact=True).set_input_files(
        {"name": "people.csv", "mimeType": "text/csv", "buffer": PEOPLE.csv_text().encode()}
    )
    await page.get_by_label("Take the people in").check()
    await press(page, "Send the file")
    await page.get_by_text("Everybody in the file takes part.").wait_for()


async def ask(page: Page) -> None:
    """For a trial; returns when it waits for a decision."""
    await page.get_by_label("A trial:").check()
    await press(page, "Ask for it")
    await page.get_by_text("Thank you. The work has begun; this page shows how far it is.").wait_for()
    await page.get_by_text("This round waits for your decision.").wait_for()


async def pairs_on(page: Page) -> list[str]:
    return [each.strip() for each in await page.locator("main .rows a").all_inner_texts()]


async def test_one_keeps_two_apart_in_a_trial_looks_at_who_is_left_over_and_approves_it(sign_in: SignIn) -> None:
    page = await sign_in("Manager of all countries", viewport=DESK)
    await make_programme(page)
    await page.goto("/matching/desk/programmes/a-fifth-programme-of-mentoring")
    await look_again_until_it_says(page, "19 people have no partner.")
    await follow(page, "Ask for a round")
    await ask(page)
    apart = (await pairs_on(page))[0]
    await looked_at(page)
    await page.get_by_label(f"apart ({apart})").check()
    await press(page, "Ask again with what is ticked")
    assert await page.get_by_role("group", name="Keep these apart").get_by_label(apart).is_checked()
    await ask(page)
    found = await pairs_on(page)
    assert found
    assert apart not in found
    await page.get_by_role("link", name="Left over").click()
    await page.get_by_role("heading", name="Who is left over, and why").wait_for()
    await follow(page, "Approve this round")
    assert re.fullmatch(r"\d+ pairs will be made\.", await page.locator(".lead").inner_text())
    await looked_at(page)
    await press(page, "Approve this round")
    await page.get_by_text("You have approved the round.").wait_for()
    await page.get_by_text("This round is complete.").wait_for()
    await follow(page, "A fifth programme of mentoring")
    await follow(page, "All pairs")
    assert set(await pairs_on(page)) == set(found)
