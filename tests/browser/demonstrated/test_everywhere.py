"""All that each persona of the demonstration can reach by links, in all four services and every language.

In CI each page is looked at in English and in one other language, the next page in the next: all six come by.
"""

import os
import re
from collections.abc import AsyncIterator, Iterable
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, BrowserContext, Page

from shared.web.wording import CHOICE, languages
from tests.browser.demonstrated.conftest import signed_in
from tests.browser.looking import barriers, misfits
from tests.browser.test_forms import EXPECTED
from tests.browser.test_pages import MOST_BYTES
from tests.support.clone import Clone

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
PERSONAS = {
    "Junior": "/matching/partner",
    "Senior": "/sessions/",
    "Manager of one country": "/matching/desk",
    "Manager of all countries": "/feedback/all-figures",
    "Data-protection officer": "/protecting",
    "Operator": "/operating",
}
"""Who looks → a page they have to come by."""
MOST_PAGES = 80
BRIEFLY = "CI" in os.environ
NOT_PAGES = re.compile(r".*(\.json|\.csv|/people/me|/import/example|/docs|/asyncapi|/static/.*|/live|/personas.*)")
SOMETHING = re.compile(r"(?<=/)[^/]*\d[^/]*")
"""A part of a path that names one of many."""
EVERY_SERVICE = re.compile(r"^/[a-z]+(?=/operating)")


@pytest.fixture(scope="module")
def read() -> set[str]:
    """Kinds of pages that somebody before has looked at in every language."""
    return set()


@pytest.fixture(params=PERSONAS)
def who(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
async def context(chromium: Browser, clone: Clone, who: str) -> AsyncIterator[BrowserContext]:
    """The phone of that persona, signed in."""
    context = await signed_in(chromium, clone, who)
    yield context
    await context.close()


async def links_on(page: Page) -> list[str]:
    """Paths of ours, one of each kind: of many people, pairs or sessions the first."""
    found = await page.eval_on_selector_all("a[href]", "all => all.map(each => each.href)")
    ours = [urlsplit(each) for each in found if each.startswith(urlsplit(page.url).scheme)]
    here = urlsplit(page.url).netloc
    return [each.path for each in ours if each.netloc == here and not NOT_PAGES.fullmatch(each.path)]


def kind_of(path: str) -> str:
    """The same for pages that are of one piece: registration's stand at two addresses, operators' in every service."""
    return EVERY_SERVICE.sub("", SOMETHING.sub("*", path.removeprefix("/registration") or "/"))


async def look(page: Page, path: str, *, contrast: bool) -> list[str]:
    """Open it; what is wrong with it, in words."""
    answer = await page.goto(path, wait_until="load")
    assert answer is not None
    wrong = [f"answers {answer.status}"] if answer.status >= 400 else []
    wrong += await barriers(page, contrast=contrast)
    wrong += [f"{kind}: {each}" for kind, found in (await misfits(page)).items() for each in found]
    size = len(await answer.body())
    return [*wrong, f"has {size} bytes"] if size > MOST_BYTES else wrong


async def everywhere(page: Page) -> dict[str, list[str]]:
    """Every kind of page that can be come by → what is wrong with it."""
    seen: set[str] = set()
    wrong: dict[str, list[str]] = {}
    to_do = ["/"]
    while to_do:
        path = to_do.pop(0)
        if (kind := kind_of(path)) in seen:
            continue
        seen.add(kind)
        assert len(seen) <= MOST_PAGES, "there are more pages than are looked at"
        wrong[path] = await look(page, path, contrast=True)
        to_do += await links_on(page)
    return wrong


async def in_another(context: BrowserContext, page: Page, language: str, paths: Iterable[str], site: str) -> list[str]:
    """What is wrong with these pages for who has chosen that language."""
    await context.clear_cookies(name=CHOICE)
    await context.add_cookies([{"name": CHOICE, "value": language, "url": site}])
    wrong: list[str] = []
    for path in paths:
        wrong += [f"{path} in {language}: {each}" for each in await look(page, path, contrast=False)]
        if await page.locator("html").get_attribute("lang") != language:
            wrong.append(f"{path} is not in {language}")
    return wrong


async def test_no_page_that_one_comes_by_has_a_barrier(
    context: BrowserContext, clone: Clone, who: str, read: set[str]
) -> None:
    page = await context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    found = await everywhere(page)
    wrong = [f"{path}: {each}" for path, all_of_it in found.items() for each in all_of_it]
    assert any(path.startswith(PERSONAS[who]) for path in found), sorted(found)
    new = [path for path in found if kind_of(path) not in read]
    read.update(map(kind_of, new))
    others = languages()[1:]
    for nth, language in enumerate(others):
        wrong += await in_another(context, page, language, new[nth :: len(others)] if BRIEFLY else new, clone.address)
    assert not wrong, "\n".join(wrong)
    assert [each for each in complaints if not any(expected in each for expected in EXPECTED)] == []
