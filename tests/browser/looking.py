"""What is looked for on every page, whatever it shows: barriers, what hangs over the edge, what is too small."""

from functools import cache
from typing import Any

import pytest
from playwright.async_api import Page

from deploy.local.program import CannotStart
from tests.support.npm import AXE, npm_package

SMALLEST_TEXT, SMALLEST_TARGET = 14, 24
"""Pixels."""

SMALL_TEXT = """smallest => [...document.querySelectorAll('body *')].filter(each =>
  [...each.childNodes].some(node => node.nodeType === 3 && node.textContent.trim()) &&
  each.checkVisibility() && parseFloat(getComputedStyle(each).fontSize) < smallest
).map(each => each.outerHTML.slice(0, 120))"""
SMALL_TARGETS = """smallest => [
  ...document.querySelectorAll('a, button, input, select, textarea, summary')
].filter(each => {
  const inline = getComputedStyle(each).display === 'inline' && each.parentElement.matches('p, li, td, span');
  const label = each.closest('label');
  const box = (label ?? each).getBoundingClientRect();
  const reached = !each.matches('.skip:not(:focus)') && each.type !== 'hidden';
  return reached && !inline && each.checkVisibility() && (box.width < smallest || box.height < smallest);
}).map(each => each.outerHTML.slice(0, 120))"""
OVER_THE_EDGE = """[...document.querySelectorAll('body *')].filter(each => {
  const box = each.getBoundingClientRect();
  const unseen = each.closest('.unseen, .sprite, .skip, pre, thead, [popover]');
  return !unseen && box.width && each.checkVisibility() && (box.right > innerWidth + 1 || box.left < -1);
}).map(each => each.outerHTML.slice(0, 120))"""


OVERLAPS = """[...document.querySelectorAll('.masthead > *')]
.flatMap((one, index, all) => all.slice(index + 1).filter(other => {
  const [all_of_one, all_of_other] = [one, other].map(each => [each, ...each.querySelectorAll('a, p, button')]
    .filter(part => !part.closest('[popover]')).map(part => part.getBoundingClientRect()));
  return all_of_one.some(a => all_of_other.some(b => a.width && b.width && a.right > b.left + 1 &&
    a.left < b.right - 1 && a.bottom > b.top + 1 && a.top < b.bottom - 1));
}).map(other => `${one.className} ${other.className}`))"""


@cache
def _axe() -> str:
    try:
        return (npm_package(AXE) / "axe.min.js").read_text()
    except CannotStart as why:
        pytest.skip(str(why))


async def barriers(page: Page, *, contrast: bool = True) -> list[str]:
    """What axe finds, as rule and element; needs Node.js. Contrast takes it longer than all else."""
    await page.evaluate(_axe())
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found: dict[str, Any] = await page.evaluate(
        "([tags, enabled]) => axe.run({runOnly: tags, rules: {'color-contrast': {enabled}}})", [tags, contrast]
    )
    return [f"{each['id']}: {node['html'][:160]}" for each in found["violations"] for node in each["nodes"]]


async def misfits(page: Page) -> dict[str, list[str]]:
    """What is too small to read or to hit, and what hangs over the edge."""
    return {
        "text": await page.evaluate(SMALL_TEXT, SMALLEST_TEXT),
        "targets": await page.evaluate(SMALL_TARGETS, SMALLEST_TARGET),
        "edge": await page.evaluate(OVER_THE_EDGE),
        "overlaps": await page.evaluate(OVERLAPS),
        "scrolls": ["sideways"] if await page.evaluate("document.documentElement.scrollWidth > innerWidth") else [],
    }


FITS: dict[str, list[str]] = {"text": [], "targets": [], "edge": [], "overlaps": [], "scrolls": []}
