"""A data-protection officer finds somebody by number, takes the files, and has them erased after a second word."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from deploy.local.scenario.drawing.generator import DEFAULT_SEED, generate
from tests.browser.demonstrated.acting import follow, look_again_until_it_says, looked_at, press, told
from tests.browser.demonstrated.conftest import SignIn

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
SOMEBODY = generate("bnp-uk", DEFAULT_SEED, datetime.now(UTC).date()).people[-1]
NUMBER = "Employee number"
ERASE = "Erase everything about this person"


async def test_an_officer_takes_what_is_known_of_somebody_and_has_them_erased(sign_in: SignIn, tmp_path: Path) -> None:
    page = await sign_in("Data-protection officer")
    assert await page.locator("h1").inner_text() == "Data protection"
    await page.get_by_label(NUMBER).fill(SOMEBODY.employee_id)
    await press(page, "Look for this person")
    await page.get_by_role("heading", name="This person is known").wait_for()
    assert "They take or took part in 1 programme." in await page.locator("main").inner_text()
    assert SOMEBODY.name not in await page.content(), "the officer is told nothing but that they are known"
    await looked_at(page)

    async with page.expect_download() as taking:
        await page.get_by_role("button", name="Take the file (Registration)").click()
    await (await taking.value).save_as(tmp_path / "file.json")
    assert SOMEBODY.email in json.dumps(json.loads((tmp_path / "file.json").read_text()))

    await press(page, ERASE)
    await page.get_by_label("I know that this cannot be undone").wait_for()
    await looked_at(page)
    await press(page, ERASE)
    assert "I know that this cannot be undone" in await page.get_by_role("alert").inner_text(), "it needs a second word"
    await page.get_by_label("I know that this cannot be undone").check()
    await press(page, ERASE)
    assert (await told(page)).startswith("All services are forgetting this person now.")
    await look_again_until_it_says(page, "Done on")
    receipt = await page.locator("main").inner_text()
    assert receipt.count("has forgotten everything") == 4
    assert "It was about 1 participation. Nothing here says whose." in receipt
    await looked_at(page)

    await follow(page, "Data protection")
    await page.get_by_label(NUMBER).fill(SOMEBODY.employee_id)
    await press(page, "Look for this person")
    await page.get_by_role("heading", name="Nobody is known by this").wait_for()
    assert "They were erased" in await page.locator("main").inner_text()
