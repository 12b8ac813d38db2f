"""Every page of registration in a browser: for every eye and hand, on every width, and with nothing from elsewhere."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import pytest
from playwright.async_api import Browser, BrowserContext, Page, Response

from shared.web.wording import MIRRORED, PSEUDO
from tests.browser.conftest import Site
from tests.browser.looking import FITS, barriers, misfits
from tests.browser.test_live_page import MENTOR, programme  # noqa: F401 - a fixture

pytestmark = [pytest.mark.browser, pytest.mark.emptied, pytest.mark.usefixtures("programme")]

PAGES = [
    "/",
    "/board",
    "/board/p1",
    "/board/p1/list/pairs",
    "/board/p1/list/alarms",
    "/style",
    "/nowhere",
    "/everybody/p1",
    "/everybody/p1/import",
    "/everybody/p1/add",
    f"/everybody/p1/one/{MENTOR.id}/change",
    "/new-programme",
]
WIDTHS = {"phone": 390, "desk": 1280}
SCHEMES: Mapping[str, Literal["light", "dark"]] = {"phone": "dark", "desk": "light"}
"""A phone in the light is what the walk over all services has (tests/browser/demonstrated)."""
MOST_BYTES = 100_000


@dataclass
class Visit:
    """A page that is looked at, what it asked for, and what it complained about."""

    page: Page
    asked: list[str]
    weighs: list[int]
    complained: list[str]


async def visit(context: BrowserContext, path: str) -> Visit:
    """Open it and wait until it is whole."""
    page = await context.new_page()
    seen = Visit(page, [], [], [])
    page.on("console", lambda message: seen.complained.append(message.text))
    page.on("pageerror", lambda error: seen.complained.append(str(error)))
    page.on("request", lambda request: seen.asked.append(request.url))

    answers: list[Response] = []
    page.on("response", lambda response: answers.append(response))
    await page.goto(path, wait_until="load")
    whole = [each for each in answers if not (300 <= each.status < 400 or each.url.endswith("/live"))]
    seen.weighs.extend([len(await each.body()) for each in whole])
    return seen


async def context_of(chromium: Browser, site: Site, width: int, **more: Any) -> BrowserContext:
    """The browser of a manager of all countries."""
    context = await chromium.new_context(viewport={"width": width, "height": 844}, base_url=site.address, **more)
    await context.add_cookies([site.cookie("manager", "*")])
    return context


@pytest.fixture(params=WIDTHS)
async def context(request: pytest.FixtureRequest, chromium: Browser, site: Site) -> AsyncIterator[BrowserContext]:
    context = await context_of(chromium, site, WIDTHS[request.param], color_scheme=SCHEMES[request.param])
    yield context
    await context.close()


@pytest.mark.parametrize("path", PAGES)
async def test_nobody_meets_a_barrier(context: BrowserContext, path: str) -> None:
    seen = await visit(context, path)
    assert await barriers(seen.page) == []
    assert await misfits(seen.page) == FITS


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_is_small_and_all_of_it_comes_from_here(chromium: Browser, site: Site, path: str) -> None:
    context = await context_of(chromium, site, WIDTHS["phone"])
    seen = await visit(context, path)
    await seen.page.wait_for_function("!!window.htmx")
    assert all(url.startswith(site.address) for url in seen.asked)
    assert sum(seen.weighs) < MOST_BYTES
    assert [each for each in seen.complained if "404" not in each] == []
    await context.close()


@pytest.mark.parametrize("path", PAGES)
async def test_nothing_hangs_over_the_edge_of_the_smallest_screen(chromium: Browser, site: Site, path: str) -> None:
    context = await context_of(chromium, site, 320, extra_http_headers={"Accept-Language": PSEUDO})
    seen = await visit(context, path)
    assert await seen.page.locator("html").get_attribute("lang") == PSEUDO
    assert await misfits(seen.page) == FITS
    await context.close()


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_mirrors_where_one_reads_from_the_right(chromium: Browser, site: Site, path: str) -> None:
    context = await context_of(chromium, site, 320, extra_http_headers={"Accept-Language": MIRRORED})
    page = (await visit(context, path)).page
    assert await page.locator("html").get_attribute("dir") == "rtl"
    brand, tools = [await page.locator(each).bounding_box() for each in (".brand img", ".account > button")]
    assert brand is not None and tools is not None
    assert brand["x"] > tools["x"]
    assert await misfits(page) == FITS
    await context.close()


async def test_every_page_leads_to_the_others_and_says_who_one_is(context: BrowserContext) -> None:
    page = (await visit(context, "/style")).page
    assert await page.locator(".colophon [aria-current=page]").inner_text() == "Style"
    await page.get_by_role("link", name="How it goes", exact=True).click()
    assert await page.locator("h1").inner_text() == "Digital voices"
    assert await page.locator(".places [aria-current=page]").inner_text() == "How it goes"
    await page.locator(".account > button").click()
    assert await page.locator("#account .as").inner_text() == "manager"
    assert await barriers(page) == []
    await page.keyboard.press("Escape")
    assert not await page.locator("#account").is_visible()


async def test_with_the_keyboard_alone_one_skips_to_the_content_and_opens_and_leaves_the_menu(
    context: BrowserContext,
) -> None:
    page = (await visit(context, "/style")).page
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.className") == "skip"
    await page.keyboard.press("Enter")
    assert await page.evaluate("document.activeElement.id") == "content"
    await page.locator(".account > button").focus()
    await page.keyboard.press("Enter")
    assert await page.locator("#account").is_visible()
    await page.keyboard.press("Escape")
    assert (
        await page.evaluate("document.activeElement.textContent")
        == await page.locator(".account > button").inner_text()
    )


async def test_what_is_grave_asks_once_more_and_needs_no_script(chromium: Browser, site: Site) -> None:
    context = await context_of(chromium, site, 390, java_script_enabled=False)
    page = await context.new_page()
    await page.goto("/style")
    await page.get_by_role("button", name="Cancel it").click()
    assert await page.get_by_role("dialog", name="Cancel this session?").is_visible()
    await page.get_by_role("button", name="Keep it").click()
    assert not await page.locator("#cancelling").is_visible()
    await context.close()


async def test_what_is_printed_is_the_content_alone(context: BrowserContext) -> None:
    page = (await visit(context, "/style")).page
    await page.emulate_media(media="print", color_scheme="dark")
    assert not await page.locator(".tools").is_visible()
    assert not await page.locator(".form").is_visible()
    assert await page.locator("h1").is_visible()
    assert await page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


async def test_who_wants_no_motion_sees_none(context: BrowserContext) -> None:
    page = (await visit(context, "/board/p1")).page
    await page.emulate_media(reduced_motion="reduce")
    assert await page.evaluate("document.getAnimations().length") == 0
