"""The frame of all pages: languages, safety, and what the live page shows for a programme."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse

from services.registration.board.card import AtRisk, Meeting, PairCard
from services.registration.board.feed import Happening
from services.registration.pages import router
from services.registration.pages.board.reading import Board, Face, Funnel
from services.registration.pages.board.river import river
from services.registration.pages.board.routes import pages
from services.registration.pages.board.sentences import SAID
from services.registration.programmes.programme import Programme
from shared.language.sessions import Outcome
from shared.language.terms import Terms
from shared.web import wording
from shared.web.static import VERSION, static_router

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PROGRAMME = Programme(
    id="p1",
    terms=Terms(
        title="Voices <of> tomorrow",
        countries=("GB", "FR"),
        languages=("en",),
        topics=("social-media",),
        starts_on=date(2026, 1, 12),
        ends_on=date(2026, 3, 3),
    ),
)
FUNNEL = Funnel(registered=10, trained=8, paired=2, met=1, ready=8, withdrawn=1)
NOBODY = Funnel(registered=0, trained=0, paired=0, met=0, ready=0, withdrawn=0)
EMPTY = Board(
    programme=PROGRAMME,
    now=NOW,
    funnel=NOBODY,
    active_pairs=0,
    all_pairs=0,
    at_risk=0,
    alarms=[],
    all_broken=0,
    broken=[],
    upcoming=[],
    pairs=[],
    happenings=[],
    faces={},
    couples={},
)
NEXT = Meeting(session_id="s2", number=2, starts_at=NOW + timedelta(days=1), outcome=Outcome.SCHEDULED)
CARD = PairCard(id="pair-1", programme_id="p1", mentor_id="a", mentee_id="b", meetings=(NEXT,))
FACES = {"a": Face("Junior <One>", "Europe/London"), "b": Face("Senior Two", "Europe/Paris")}
BUSY = replace(
    EMPTY,
    funnel=FUNNEL,
    active_pairs=1,
    all_pairs=1,
    upcoming=[(CARD, NEXT)],
    pairs=[CARD],
    happenings=[("pair-1", Happening(event="SessionHeld", at=NOW, number=1))],
    faces=FACES,
    couples={"pair-1": CARD},
)


@pytest.fixture
def shown() -> dict[str, Board]:
    return {"board": BUSY}


@pytest.fixture
async def browser(shown: dict[str, Board]) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    app.include_router(router)
    app.include_router(static_router)

    @app.get("/shown")
    def page(request: Request) -> HTMLResponse:
        content = pages.fragment(request, "_board.html", board=shown["board"], river="M0 0", **SAID)
        return pages.page(request, "board.html", programme=PROGRAMME, content=content)

    transport = httpx.ASGITransport(app, root_path="/registration")
    async with httpx.AsyncClient(transport=transport, base_url="http://telemachus.test") as client:
        yield client


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
    assert "<code>MentorPraised</code>" in html
    assert "Senior Two" not in html


async def test_an_alarm_says_why_since_when_and_what_to_do(browser: httpx.AsyncClient, shown: dict[str, Board]) -> None:
    alarm = replace(CARD, at_risk=AtRisk(since=NOW, sessions_lost=2))
    shown["board"] = replace(BUSY, at_risk=1, alarms=[alarm])
    html = (await browser.get("/shown")).text
    assert "1 pair needs you today" in html
    assert "2 sessions in a row did not take place" in html
    assert "since Mon 2 Mar" in html
    assert "Session 2 is on Tue 3 Mar" in html
    assert "on track" not in html


async def test_a_pair_that_breaks_a_rule_is_shown_with_what_to_do(
    browser: httpx.AsyncClient, shown: dict[str, Board]
) -> None:
    broken = replace(CARD, broken=("language", "a-rule-of-tomorrow"))
    shown["board"] = replace(BUSY, all_broken=13, broken=[broken])
    html = (await browser.get("/shown")).text
    assert "13 pairs break a rule since data changed" in html
    assert "They no longer share a language." in html
    assert "A rule of pairing no longer holds for them." in html
    assert "Ask both whether they can go on" in html
    assert "and 12 more" in html
    assert "on track" not in html


async def test_calm_is_said_when_nobody_needs_help(browser: httpx.AsyncClient) -> None:
    assert "The only pair is on track." in (await browser.get("/shown")).text


async def test_an_empty_programme_says_what_comes_next(browser: httpx.AsyncClient, shown: dict[str, Board]) -> None:
    shown["board"] = EMPTY
    html = (await browser.get("/shown")).text
    assert "POST /registration/programmes/p1/import" in html
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
    assert wording.languages(tmp_path) == ["en", "fr"]
    assert wording.translations("fr", tmp_path).gettext("Pairs") == "Binômes"
    assert wording.translations("en", tmp_path).gettext("Pairs") == "Pairs"


@pytest.mark.parametrize("accepted", ["", "en-GB,en;q=0.9", "xx", "*", ";;,,"])
def test_a_reader_always_gets_a_language(accepted: str) -> None:
    assert wording.negotiate(accepted) == "en"
