"""The frame of all pages: languages, safety, and what the live page shows for a programme."""

from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from services.registration.board.feed import Happening
from services.registration.pages.board.reading import Board
from services.registration.pages.board.river import river
from shared.web import wording
from shared.web.static import VERSION
from tests.unit.registration.pages.boards import BUSY, EMPTY, FUNNEL, NOBODY, NOW


async def test_every_value_is_escaped(browser: httpx.AsyncClient) -> None:
    html = (await browser.get("/shown")).text
    assert "Voices &lt;of&gt; tomorrow" in html
    assert "Junior &lt;One&gt;" in html
    assert "<One>" not in html


async def test_nothing_inline_is_needed_and_nothing_inline_is_allowed(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/shown")
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
    assert "style=" not in answer.text
    assert "<style" not in answer.text


async def test_addresses_stay_under_the_path_of_the_front(browser: httpx.AsyncClient) -> None:
    html = (await browser.get("/shown")).text
    assert f'href="/registration/static/{VERSION}/style.css"' in html
    assert 'data-live="/registration/board/p1/live"' in html


async def test_assets_are_kept_for_ever_and_only_those_there_are(browser: httpx.AsyncClient) -> None:
    answer = await browser.get(f"/static/{VERSION}/style.css")
    assert answer.headers["content-type"].startswith("text/css")
    assert "immutable" in answer.headers["cache-control"]


async def test_both_local_times_of_a_session_are_shown(browser: httpx.AsyncClient) -> None:
    html = (await browser.get("/shown")).text
    assert ">09:00</time> London" in html
    assert ">10:00</time> Paris" in html


async def test_the_feed_speaks_in_plain_words(browser: httpx.AsyncClient) -> None:
    html = (await browser.get("/shown")).text
    assert "Junior &lt;One&gt; &amp; Senior Two met for session 1" in html


@pytest.mark.parametrize(("number", "pairs"), [(1, "1 pair"), (7, "7 pairs"), (None, "0 pairs")])
async def test_the_feed_counts(
    browser: httpx.AsyncClient, shown: dict[str, Board], number: int | None, pairs: str
) -> None:
    news = [("p1", Happening(event="MatchingRoundCompleted", at=NOW, number=number))]
    shown["board"] = replace(BUSY, happenings=news)
    assert f"A matching round formed {pairs}<" in (await browser.get("/shown")).text.replace("\n", "").replace(
        " <", "<"
    )


async def test_an_event_of_tomorrow_is_told_and_names_nobody(
    browser: httpx.AsyncClient, shown: dict[str, Board]
) -> None:
    news = [("pair-1", Happening(event="MentorPraised", at=NOW))]
    shown["board"] = replace(BUSY, upcoming=[], pairs=[], happenings=news)
    html = (await browser.get("/shown")).text
    assert "Something new happened" in html
    assert "MentorPraised" not in html
    assert "Senior Two" not in html


async def test_an_empty_programme_says_what_comes_next(browser: httpx.AsyncClient, shown: dict[str, Board]) -> None:
    shown["board"] = EMPTY
    html = (await browser.get("/shown")).text
    assert "Nobody has applied yet. Spread the call for applications" in html
    assert "POST" not in html
    assert "on track" not in html


async def test_who_was_erased_is_nobody_in_particular(browser: httpx.AsyncClient, shown: dict[str, Board]) -> None:
    shown["board"] = replace(BUSY, faces={})
    html = (await browser.get("/shown")).text
    assert "someone &amp; someone met for session 1" in html
    assert "Senior" not in html


def test_waiting_is_who_could_be_paired_and_is_not() -> None:
    assert FUNNEL.waiting == 6
    assert NOBODY.waiting == 0


def test_the_river_narrows_with_the_counts() -> None:
    assert river((4, 4, 2, 0)).startswith("M0 0.0")
    assert "280 25.0" in river((4, 4, 2, 0))
    assert "nan" not in river((0, 0, 0, 0))


def test_a_language_is_one_file(tmp_path: Path) -> None:
    catalogue = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "Pairs"\nmsgstr "Binômes"\n'
    (tmp_path / "fr.po").write_text(catalogue, encoding="utf-8")
    assert wording.languages(tmp_path) == ("en", "fr")
    assert wording.translations("fr", tmp_path).gettext("Pairs") == "Binômes"
    assert wording.translations("en", tmp_path).gettext("Pairs") == "Pairs"


@pytest.mark.parametrize("accepted", ["", "en-GB,en;q=0.9", "xx", "*", ";;,,"])
def test_a_reader_always_gets_a_language(accepted: str) -> None:
    assert wording.negotiate(accepted) == "en"
