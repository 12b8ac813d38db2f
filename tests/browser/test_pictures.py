"""Each page looks as it did: it is compared with a small picture, in a font that is the same on every machine.

``PICTURES=new`` takes them anew; whoever does looks at what has changed before committing it.
"""

import base64
import os
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Browser, BrowserContext, Page

from tests.browser.conftest import Site
from tests.browser.test_live_page import programme  # noqa: F401 - a fixture
from tests.browser.test_pages import PAGES, WIDTHS, context_of
from tests.support.blocks import block_font

pytestmark = [pytest.mark.browser, pytest.mark.emptied, pytest.mark.usefixtures("programme")]

PICTURES = Path(__file__).parent / "pictures"
SCALE = 0.2
"""Of the page: what is left are places, sizes and colours."""
MOST_DIFFERENT, OF_A_COLOUR = 0.01, 40
"""The part of a picture that may differ by more than so much of 255."""
LOOKS: list[tuple[Literal["light", "dark"], str]] = [("light", "phone"), ("dark", "desk")]
STYLE = """@font-face { font-family: Blocks; src: url(data:font/ttf;base64,%s) }
* { font-family: Blocks !important; font-weight: normal !important; animation: none !important;
    transition: none !important; caret-color: transparent !important }"""
SMALLER = """async ([shot, scale]) => {
  const image = new Image();
  image.src = `data:image/png;base64,${shot}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(image.width * scale);
  canvas.height = Math.round(image.height * scale);
  const pen = canvas.getContext('2d');
  pen.imageSmoothingQuality = 'high';
  pen.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL('image/png').split(',')[1];
}"""
DIFFERENT = """async ([one, other, much]) => {
  const [a, b] = await Promise.all([one, other].map(async each => {
    const image = new Image();
    image.src = `data:image/png;base64,${each}`;
    await image.decode();
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [image.width, image.height];
    const pen = canvas.getContext('2d');
    pen.drawImage(image, 0, 0);
    return pen.getImageData(0, 0, image.width, image.height);
  }));
  if (a.width !== b.width || Math.abs(a.height - b.height) > 1) return 1;
  const length = Math.min(a.data.length, b.data.length);
  let count = 0;
  for (let at = 0; at < length; at += 4)
    count += [0, 1, 2].some(each => Math.abs(a.data[at + each] - b.data[at + each]) > much);
  return 4 * count / length;
}"""


@pytest.fixture
async def table(chromium: Browser) -> AsyncIterator[Page]:
    """An empty page on which pictures are laid."""
    page = await chromium.new_page()
    yield page
    await page.close()


async def shot(context: BrowserContext, path: str) -> str:
    page = await context.new_page()
    await page.goto(path, wait_until="load")
    await page.add_style_tag(content=STYLE % base64.b64encode(block_font()).decode())
    assert await page.evaluate("document.fonts.load('16px Blocks').then(found => found.length)") == 1
    await page.evaluate("window.scrollTo(0, 0)")
    return base64.b64encode(await page.screenshot(full_page=True)).decode()


async def looks_as_it_did(table: Page, taken: str, name: str) -> None:
    """Compare what was taken with the picture that is kept under that name."""
    now = await table.evaluate(SMALLER, [taken, SCALE])
    kept = PICTURES / f"{name}.png"
    if os.environ.get("PICTURES") == "new":
        kept.write_bytes(base64.b64decode(now))
    before = base64.b64encode(kept.read_bytes()).decode()
    differs = await table.evaluate(DIFFERENT, [now, before, OF_A_COLOUR])
    assert differs <= MOST_DIFFERENT, f"{differs:.1%} of {kept.name} looks otherwise: PICTURES=new takes it anew"


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
@pytest.mark.parametrize("path", PAGES)
async def test_a_page_looks_as_it_did(
    chromium: Browser, site: Site, table: Page, path: str, scheme: Literal["light", "dark"], width: str
) -> None:
    context = await context_of(
        chromium, site, WIDTHS[width], color_scheme=scheme, bypass_csp=True, reduced_motion="reduce"
    )
    taken = await shot(context, path)
    await context.close()
    name = re.sub(r"[^a-z0-9]+", "-", path).strip("-")
    await looks_as_it_did(table, taken, f"{name}-{width}-{scheme}")
