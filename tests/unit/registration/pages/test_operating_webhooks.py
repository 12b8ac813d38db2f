"""What operators see of webhooks: what stands still by endpoint and answer, let go again or dropped once."""

import re
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from services.registration.pages.operating.webhooks import WHY
from services.registration.pages.operating.webhooks import router as operating
from services.registration.webhooks.delivery import Because, Delivery, Fate, Standing
from shared.operations.pages import router as everywhere
from shared.web.wording import PSEUDO
from tests.support.forms import browsing, hidden, site
from tests.support.hooks import KINDS
from tests.support.letters import MONDAY
from tests.support.memory import MemoryStore
from tests.support.plain_english import plain_words_of_page
from tests.unit.registration.webhooks.test_desk import GIVEN_UP, WAITING
from tests.unit.shared.operations.pages.operated import Counted

NOW = MONDAY + timedelta(days=1)
PAGE, OPERATOR = "/operating/webhooks", "otto~operator"
LATE = replace(WAITING.in_hand(MONDAY), id="event-3_chat", answer="503")
STOPPED = Standing(id="chat", address="a digest", stopped_at=MONDAY)
TEMPLATES = ["hooks.html", "hook.html"]
FACTS = ["Telemachus", "UTC", *KINDS, "spring", "chat", "log", "ConnectError"]


class World:
    """Registration's pages of operators over these webhooks."""

    def __init__(self, *kept: Delivery) -> None:
        self.store, self.counted = MemoryStore(STOPPED, *kept, now=NOW), Counted()
        self.app = site(operating, everywhere, store=self.store)
        self.app.state.running = SimpleNamespace(telemetry=self.counted)

    async def look(self, path: str = PAGE, who: str = OPERATOR, **headers: str) -> Any:
        async with browsing(self.app, who, **headers) as browser:
            return await browser.get(path)

    async def press(self, one: Delivery, what: str, who: str = OPERATOR, times: int = 1) -> Any:
        async with browsing(self.app, who) as browser:
            shown = hidden((await browser.get(at(one))).text) or {"csrf": "", "once": ""}
            for _ in range(times):
                answer = await browser.post(f"{at(one)}/{what}", data=shown)
            return answer

    async def fates(self) -> set[Fate]:
        return {each.fate for each in await self.store.all(Delivery, {})}


def at(one: Delivery) -> str:
    return f"{PAGE}/{one.id}"


def cells(html: str) -> list[str]:
    table = html.partition("<tbody")[2].partition("</tbody>")[0]
    return re.findall(r"(?:rowheader\">|<span>)([^<]+)<", table)


async def test_what_waits_and_what_was_given_up_are_listed() -> None:
    world = World(LATE, GIVEN_UP)
    html = (await world.look()).text
    assert at(LATE) in html and "503" in html and "Tried 1 time" in html and at(GIVEN_UP) not in html
    html = (await world.look(f"{PAGE}?part=given-up")).text
    assert at(GIVEN_UP) in html and "410" in html and at(LATE) not in html
    assert WAITING.participant_id not in html.partition("<footer")[0]


async def test_they_are_counted_by_endpoint_and_last_answer() -> None:
    more = [replace(LATE, id=f"more-{number}") for number in range(29)]
    away = replace(LATE, id="away", answer="ConnectError")
    log = replace(WAITING, id="event-1_log", endpoint="log")
    html = (await World(LATE, *more, away, log, GIVEN_UP).look()).text
    assert cells(html) == ["chat", "503", "30", "chat", "ConnectError", "1", "log", "not tried yet", "1"]


async def test_nothing_to_do_is_said() -> None:
    html = (await World().look()).text
    assert "No webhook waits" in html and "<table" not in html
    assert "No webhook was given up" in (await World().look(f"{PAGE}?part=given-up")).text


async def test_they_are_listed_a_page_at_a_time() -> None:
    world = World(*(replace(GIVEN_UP, id=f"event-{number:02}_chat") for number in range(30)))
    first = (await world.look(f"{PAGE}?part=given-up")).text
    [then] = [line.split('"')[3] for line in first.splitlines() if 'rel="next"' in line]
    rest = (await world.look(f"{PAGE}{then.replace('&amp;', '&')}")).text
    assert [html.count(f'href="{PAGE}/event-') for html in (first, rest)] == [25, 5]


async def test_it_stands_among_the_parts_of_registration_alone() -> None:
    html = (await World().look()).text
    assert f'<a href="{PAGE}" aria-current="page">' in html and 'href="/operating/mail"' in html
    assert f'href="/matching{PAGE}"' not in html and 'href="/matching/operating"' in html


async def test_what_was_given_up_goes_again_once_and_its_endpoint_is_tried_again() -> None:
    world = World(GIVEN_UP)
    done = await world.press(GIVEN_UP, "retry", times=2)
    assert (done.status_code, done.headers["location"]) == (303, at(GIVEN_UP))
    assert (await world.fates(), world.counted.actions) == ({Fate.WAITING}, ["retry"])
    assert await world.store.ids(Standing, {}) == []


@pytest.mark.parametrize("one", [LATE, GIVEN_UP])
async def test_it_is_dropped_once(one: Delivery) -> None:
    world = World(one)
    assert (await world.press(one, "drop", times=2)).status_code == 303
    assert (await world.fates(), world.counted.actions) == ({Fate.DROPPED}, ["drop"])


async def test_what_somebody_else_was_faster_with_is_told_on_the_page() -> None:
    world = World(LATE)
    answer = await world.press(LATE, "retry")
    assert answer.status_code == 409 and "Only what was given up can be sent again" in answer.text
    assert world.counted.actions == []


async def test_one_that_is_settled_is_not_asked_about() -> None:
    sent = LATE.sent(NOW, "204")
    html = (await World(sent).look(at(sent))).text
    assert "The endpoint has taken this webhook." in html and "<form class" not in html
    assert (await World().look(at(sent))).status_code == 404


@pytest.mark.parametrize("who", ["ann~participant", "max~manager", "olga~data-protection"])
async def test_they_are_for_nobody_else(who: str) -> None:
    world = World(GIVEN_UP)
    assert (await world.look(PAGE, who)).status_code == 403
    assert (await world.look(at(GIVEN_UP), who)).status_code == 403
    for what in ("retry", "drop"):
        assert (await world.press(GIVEN_UP, what, who)).status_code == 403
    assert (await world.fates(), world.counted.actions) == ({Fate.GIVEN_UP}, [])


async def test_no_page_has_plain_english() -> None:
    told = [LATE.given_up(because, NOW) for because in WHY]
    for one in (LATE, GIVEN_UP, LATE.sent(NOW, "204"), LATE.dropped(NOW), LATE.spared(NOW), *told):
        html = (await World(one).look(at(one), **{"Accept-Language": PSEUDO})).text
        assert "⟦" in html and plain_words_of_page(html, FACTS) == []
    for world in (World(LATE, WAITING, GIVEN_UP), World()):
        for path in (PAGE, f"{PAGE}?part=given-up"):
            html = (await world.look(path, **{"Accept-Language": PSEUDO})).text
            assert plain_words_of_page(html, FACTS) == []


def test_every_reason_has_its_sentence() -> None:
    assert set(WHY) == set(Because)
