"""What operators see of letters: what stands still and why, let go again or withdrawn once; never to whom."""

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest

from services.registration.notices.kinds import Kind
from services.registration.notices.letter import Because, Fate, Letter
from services.registration.pages.operating.routes import WHY
from services.registration.pages.operating.routes import router as operating
from shared.operations.pages import router as everywhere
from shared.web.wording import PSEUDO
from tests.support.forms import browsing, hidden, site
from tests.support.letters import MONDAY, junior, letter, spring
from tests.support.memory import MemoryStore
from tests.support.plain_english import plain_words_of_page
from tests.unit.shared.operations.pages.operated import Counted

NOW = MONDAY + timedelta(days=1)
PAGE, OPERATOR = "/operating/mail", "otto~operator"
LATE = replace(
    letter(Kind.MOVED).in_hand(MONDAY), id="session-moved:s-1:mentor:2026-05-06T08:00:00+00:00", answer="451"
)
REFUSED = replace(letter(Kind.PAIRED).in_hand(MONDAY), answer="550").given_up(Because.REFUSED, MONDAY)
TEMPLATES = ["mail.html", "mailed.html"]
FACTS = ["Telemachus", "UTC", *Kind, "spring"]


class World:
    """Registration's pages of operators over these letters."""

    def __init__(self, *letters: Letter) -> None:
        self.store, self.counted = MemoryStore(*junior(), spring(), *letters, now=NOW), Counted()
        self.app = site(operating, everywhere, store=self.store)
        self.app.state.running = SimpleNamespace(telemetry=self.counted)

    async def look(self, path: str = PAGE, who: str = OPERATOR, **headers: str) -> Any:
        async with browsing(self.app, who, **headers) as browser:
            return await browser.get(path)

    async def press(self, one: Letter, what: str, who: str = OPERATOR, times: int = 1) -> Any:
        async with browsing(self.app, who) as browser:
            shown = hidden((await browser.get(at(one))).text) or {"csrf": "", "once": ""}
            for _ in range(times):
                answer = await browser.post(f"{at(one)}/{what}", data=shown)
            return answer

    async def fates(self) -> set[Fate]:
        return {each.fate for each in await self.store.all(Letter, {})}


def at(one: Letter) -> str:
    return f"{PAGE}/{quote(one.id, safe='')}"


async def test_what_waits_and_what_was_given_up_are_listed() -> None:
    world = World(LATE, REFUSED)
    html = (await world.look()).text
    assert "session-moved" in html and "451" in html and "Tried 1 time" in html and "paired" not in html
    html = (await world.look(f"{PAGE}?part=given-up")).text
    assert "paired" in html and "550" in html
    for name in ("Ada", "Byron", "x.example"):
        assert name not in html


async def test_one_that_cannot_be_read_hides_no_other() -> None:
    world = World(LATE)
    kept = world.store.shelves.documents[Letter]
    kept["spoilt"] = kept[LATE.id] | {"_id": "spoilt", "kind": "of-tomorrow"}
    assert "session-moved" in (await world.look()).text


async def test_nothing_to_do_is_said() -> None:
    assert "No letter waits" in (await World().look()).text
    assert "None was given up" in (await World().look(f"{PAGE}?part=given-up")).text


async def test_they_are_listed_a_page_at_a_time() -> None:
    many = [replace(REFUSED, id=f"paired:{number:02}") for number in range(30)]
    world = World(*many)
    first = (await world.look(f"{PAGE}?part=given-up")).text
    [then] = [line.split('"')[3] for line in first.splitlines() if 'rel="next"' in line]
    rest = (await world.look(f"{PAGE}{then.replace('&amp;', '&')}")).text
    assert (first.count("<code>paired</code>"), rest.count("<code>paired</code>")) == (25, 5)


async def test_it_stands_among_the_parts_of_registration_alone() -> None:
    world = World()
    html = (await world.look()).text
    assert f'<a href="{PAGE}" aria-current="page">' in html
    assert f'href="/matching{PAGE}"' not in html and 'href="/matching/operating"' in html


async def test_what_was_given_up_goes_again_once() -> None:
    world = World(REFUSED)
    done = await world.press(REFUSED, "retry", times=2)
    assert (done.status_code, done.headers["location"]) == (303, at(REFUSED).replace("%3A", ":"))
    assert (await world.fates(), world.counted.actions) == ({Fate.WAITING}, ["retry"])


@pytest.mark.parametrize("one", [LATE, REFUSED])
async def test_it_is_withdrawn_once(one: Letter) -> None:
    world = World(one)
    assert (await world.press(one, "drop", times=2)).status_code == 303
    assert (await world.fates(), world.counted.actions) == ({Fate.WITHDRAWN}, ["drop"])


async def test_what_somebody_else_was_faster_with_is_told_on_the_page() -> None:
    answer = await World(LATE).press(LATE, "retry")
    assert answer.status_code == 409 and "Only a letter that was given up" in answer.text


async def test_one_that_is_settled_is_not_asked_about() -> None:
    sent = LATE.sent(NOW)
    html = (await World(sent).look(at(sent))).text
    assert "A mail server has taken it." in html and "<form class" not in html
    assert (await World().look(at(sent))).status_code == 404


@pytest.mark.parametrize("who", ["ann~participant", "max~manager", "olga~data-protection"])
async def test_they_are_for_nobody_else(who: str) -> None:
    world = World(REFUSED)
    assert (await world.look(PAGE, who)).status_code == 403
    assert (await world.look(at(REFUSED), who)).status_code == 403
    for what in ("retry", "drop"):
        assert (await world.press(REFUSED, what, who)).status_code == 403
    assert world.counted.actions == []


async def test_no_page_has_plain_english() -> None:
    told = [replace(LATE.withdrawn(NOW), because=because) for because in WHY]
    for one in (LATE, REFUSED, LATE.sent(NOW), *told):
        html = (await World(one).look(at(one), **{"Accept-Language": PSEUDO})).text
        assert "⟦" in html and plain_words_of_page(html, FACTS) == []
    for world in (World(LATE, REFUSED), World()):
        for path in (PAGE, f"{PAGE}?part=given-up"):
            html = (await world.look(path, **{"Accept-Language": PSEUDO})).text
            assert plain_words_of_page(html, FACTS) == []


def test_every_reason_has_its_sentence() -> None:
    assert set(WHY) == set(Because)
