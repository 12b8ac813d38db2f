"""The demonstration, started once for all that is done in it; the walk comes first, since it changes nothing."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page

from tests.browser.test_forms import EXPECTED
from tests.support.clone import Clone, cloned

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
SignIn = Callable[..., Awaitable[Page]]


@pytest.fixture(scope="session")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clone]:
    with cloned(tmp_path_factory.mktemp("demonstrated")) as made:
        made.start()
        made.until_it_says("Ctrl-C stops it")
        yield made


async def signed_in(chromium: Browser, clone: Clone, who: str, **more: Any) -> BrowserContext:
    """The browser of that persona: a phone, unless more is said."""
    told = {"viewport": PHONE, "base_url": clone.address, "locale": "en-GB"} | more
    context = await chromium.new_context(**told)
    page = await context.new_page()
    await page.goto("/registration/sign-in")
    await page.get_by_role("button", name=who, exact=True).click()
    await page.close()
    return context


@pytest.fixture
async def sign_in(chromium: Browser, clone: Clone) -> AsyncIterator[SignIn]:
    """Opens the first page of a persona; whatever their browsers complain about fails the test."""
    complaints: list[str] = []

    async with AsyncExitStack() as stack:

        async def opened(who: str, **more: Any) -> Page:
            context = await stack.enter_async_context(await signed_in(chromium, clone, who, **more))
            page = await context.new_page()
            page.on("console", lambda message: complaints.append(message.text))
            page.on("pageerror", lambda error: complaints.append(str(error)))
            await page.goto("/")
            return page

        yield opened
    assert [each for each in complaints if not any(expected in each for expected in EXPECTED)] == []
