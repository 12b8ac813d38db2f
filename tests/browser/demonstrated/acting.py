"""What somebody does on a page, and what is looked at after it."""

import asyncio
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from playwright.async_api import Page

from tests.browser.looking import FITS, barriers, misfits

FOCUSED = """() => {
  const at = document.activeElement, box = (at.closest('label') ?? at).getBoundingClientRect();
  const marked = [at, at.closest('label')].filter(each => each).map(each => getComputedStyle(each));
  return {
    words: (at.closest('label') ?? at).textContent.trim().replace(/\\s+/g, ' '),
    top: box.bottom + scrollY,
    seen: box.width > 0 && box.top < innerHeight && box.bottom > 0 &&
      marked.some(each => each.outlineStyle !== 'none' && parseFloat(each.outlineWidth) > 0),
    inside: document.getElementById('content').contains(at),
  };
}"""
MOST_STOPS = 120
WITHIN, POLL = 60.0, 0.3
"""Seconds."""


async def press(page: Page, name: str) -> None:
    await page.get_by_role("button", name=name, exact=True).click()


async def follow(page: Page, name: str) -> None:
    await page.get_by_role("link", name=name, exact=True).first.click()


async def told(page: Page) -> str:
    """What the page says has been done."""
    status = page.get_by_role("status").first
    await status.wait_for()
    return (await status.inner_text()).strip()


async def fill_programme(page: Page, title: str, topics: Iterable[str]) -> None:
    """All that has to be said of a programme that begins soon."""
    await page.get_by_label("Title").fill(title)
    offered = page.get_by_role("group", name="Topics", exact=True)
    for topic in topics:
        await offered.get_by_label(topic, exact=True).check()
    today = datetime.now(UTC).date()
    await page.get_by_label("First day").fill((today + timedelta(days=10)).isoformat())
    await page.get_by_label("Last day").fill((today + timedelta(days=200)).isoformat())


async def open_programme(page: Page) -> None:
    """From its page, after a second word."""
    await press(page, "Open for applications")
    await page.get_by_role("dialog").get_by_role("button", name="Open for applications").click()
    await page.get_by_text("Open for applications").first.wait_for(state="hidden")


async def looked_at(page: Page, *, scripts: bool = True) -> None:
    """Nothing on the page is in anybody's way."""
    assert await misfits(page) == FITS
    if scripts:
        assert await barriers(page, contrast=False) == []


async def look_again_until_it_says(page: Page, words: str, part: str = "main") -> None:
    """As somebody does who waits for what others have to do; ``part`` is the one of the page that has to say so."""
    deadline = time.monotonic() + WITHIN
    while words not in (shown := await page.locator(part).inner_text()):
        assert time.monotonic() < deadline, shown
        await asyncio.sleep(POLL)
        await page.reload()


async def tab_to(page: Page, words: str) -> None:
    """Tab until something with these words has the focus; each stop on the way is seen, and below the one before."""
    highest = 0.0
    for _ in range(MOST_STOPS):
        await page.keyboard.press("Tab")
        at = await page.evaluate(FOCUSED)
        if at["inside"]:
            assert at["seen"], f"{at['words']} has the focus, and nobody sees that"
            assert at["top"] >= highest - 1, f"{at['words']} has the focus after what stands below it"
            highest = at["top"]
        if at["words"] == words:
            return
    raise AssertionError(f"nobody comes to {words} by the keyboard")
