"""An operator looks at what could not be dealt with, has a stream said again, and a projection worked out anew."""

import pytest

from tests.browser.demonstrated.acting import follow, look_again_until_it_says, looked_at, press, told
from tests.browser.demonstrated.conftest import DESK, SignIn

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
ASKED = "An operator asked for it"


async def test_an_operator_has_a_stream_of_another_service_said_again_and_sees_how_far_that_is(
    sign_in: SignIn,
) -> None:
    page = await sign_in("Operator", viewport=DESK)
    await follow(page, "Operations")
    assert "Ready: people are served." in await page.locator(".lead").inner_text()
    await follow(page, "Matching")
    await follow(page, "Dead letters")
    assert "Everything that was heard was dealt with." in await page.locator("main").inner_text()
    await follow(page, "Said again")
    assert ASKED not in await page.locator("main").inner_text()
    await page.get_by_label("Which stream?").select_option("telemachus.pairs")
    await press(page, "Say it again")
    assert (await told(page)).startswith("It is noted")
    assert await page.locator(".of").inner_text() == "Operations · Matching"
    await looked_at(page)
    asked = f'tr:has-text("{ASKED}")'
    assert "telemachus.pairs" in await page.locator(asked).inner_text()
    await look_again_until_it_says(page, "Done", asked)
    assert await page.locator(asked).get_by_role("cell").last.inner_text() != "0", "some of it was said again"


async def test_on_a_phone_without_scripts_an_operator_has_a_projection_worked_out_anew(sign_in: SignIn) -> None:
    page = await sign_in("Operator", java_script_enabled=False)
    await page.goto("/feedback/operating")
    await follow(page, "Projections")
    assert await page.get_by_text("It was never worked out anew.").count() == 2
    momentum = page.locator("section", has=page.get_by_role("heading", name="momentum"))
    await momentum.get_by_role("button", name="Work it out anew").click()
    await looked_at(page, scripts=False)
    await page.get_by_role("dialog").get_by_role("button", name="Work it out anew").click()
    assert (await told(page)).startswith("It is being worked out anew")
    assert await page.locator(".of").inner_text() == "Operations · Feedback"
    await look_again_until_it_says(page, "Last worked out anew")
    assert "As it was: " in await momentum.inner_text()
    assert await page.get_by_text("It was never worked out anew.").count() == 1, "the other one was left alone"
