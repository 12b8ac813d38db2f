"""The call for applications: who may read it, and what it says."""

from dataclasses import replace
from typing import Any

import httpx
import pytest

from services.registration.pages import router
from services.registration.programmes.programme import Stage
from shared.language.terms import Objective, PairingRules, Training
from tests.support.forms import site
from tests.unit.registration.pages.own import NOW, PEOPLE, VOICES, kept, look, part, programme

PUBLIC = programme("open", public_call=True)


async def without_signing_in(*stored: Any, path: str = "/call/open") -> httpx.Response:
    app = site(router, store=kept(*stored))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://telemachus.test") as client:
        return await client.get(path, headers={"Accept": "text/html"})


async def test_it_is_public_where_the_programme_says_so_and_has_opened() -> None:
    answer = await without_signing_in(PUBLIC)
    assert answer.status_code == 200
    assert 'href="/apply/open"' in answer.text
    assert "Account" not in answer.text


@pytest.mark.parametrize(
    "stored", [(), (programme("open"),), (replace(PUBLIC, state=Stage.DRAFT),)], ids=["none", "not public", "draft"]
)
async def test_whoever_has_not_signed_in_cannot_tell_what_there_is(stored: Any) -> None:
    answer = await without_signing_in(*stored)
    assert answer.status_code == 303
    assert answer.headers["location"].endswith("sign-in?then=/call/open")


async def test_who_is_signed_in_reads_every_call_but_a_draft() -> None:
    drafted = programme("draft", Stage.DRAFT)
    assert (await look(kept(VOICES), "/call/voices")).status_code == 200
    assert (await look(kept(drafted), "/call/draft")).status_code == 404
    assert (await look(kept(drafted), "/call/draft", "ann~manager")).status_code == 200
    assert (await look(kept(VOICES), "/call/voices", "ann~operator")).status_code == 403


async def test_it_says_what_for_whom_and_what_comes_of_it() -> None:
    goal = Objective(id="o1", title="Fewer misunderstandings", baseline=2, target=4)
    of = programme(objectives=(goal,), pairing=PairingRules(training=Training.MENTOR))
    html = (await look(kept(of), "/call/voices")).text
    assert "1 February 2026 – 30 August 2026" in html
    assert "United Kingdom, France" in html
    assert "English, French" in html
    assert "You meet one partner 6 times, for 30 minutes each, about every 28 days." in html
    assert "Fewer misunderstandings" in html
    assert "Social media" in html
    assert "For those who teach." in html


async def test_it_leads_to_ones_part_or_says_that_it_is_too_late() -> None:
    html = (await look(kept(VOICES, part(VOICES), *PEOPLE), "/call/voices")).text
    assert 'href="/mine/voices"' in html
    assert 'href="/apply/voices"' not in html
    for late in (programme(state=Stage.CLOSED), programme(ends_on=NOW.date())):
        html = (await look(kept(late), "/call/voices")).text
        assert "Applications are closed." in html
        assert 'href="/apply/voices"' not in html
