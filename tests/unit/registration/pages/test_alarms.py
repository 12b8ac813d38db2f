"""What the live page says of pairs that need somebody, and of those that do not."""

from dataclasses import replace
from datetime import timedelta

import httpx

from services.registration.board.card import AtRisk, Meeting
from services.registration.pages.board.faces import Face
from services.registration.pages.board.reading import Board
from shared.language.sessions import Outcome
from tests.unit.registration.pages.boards import BUSY, CARD, FACES, NEXT, NOW


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
    assert 'href="/registration/board/p1/list/broken">See all 13</a>' in html
    assert "on track" not in html


async def test_what_was_lost_since_the_alarm_counts_from_the_first_loss(
    browser: httpx.AsyncClient, shown: dict[str, Board]
) -> None:
    days = (-30, -21, -14, -7)
    outcomes = (Outcome.HELD, Outcome.CANCELLED, Outcome.MISSED, Outcome.MISSED)
    lost = [
        Meeting(session_id=f"l{day}", number=40 + day, starts_at=NOW + timedelta(days=day), outcome=outcome)
        for day, outcome in zip(days, outcomes, strict=True)
    ]
    alarm = replace(CARD, meetings=(*lost, NEXT), at_risk=AtRisk(since=NOW - timedelta(days=14), sessions_lost=2))
    shown["board"] = replace(BUSY, at_risk=1, alarms=[alarm])
    html = (await browser.get("/shown")).text
    assert "3 sessions in a row did not take place" in html
    assert "since Mon 9 Feb" in html


async def test_all_alarms_can_be_reached(browser: httpx.AsyncClient, shown: dict[str, Board]) -> None:
    alarm = replace(CARD, at_risk=AtRisk(since=NOW, sessions_lost=2))
    shown["board"] = replace(BUSY, at_risk=95, alarms=[alarm], all_pairs=300)
    html = (await browser.get("/shown")).text
    assert 'href="/registration/board/p1/list/alarms">See all 95</a>' in html
    assert 'href="/registration/board/p1/list/pairs">See all 300</a>' in html


async def test_nobody_is_on_track_before_anybody_could_meet(
    browser: httpx.AsyncClient, shown: dict[str, Board]
) -> None:
    shown["board"] = replace(BUSY, begun=False, active_pairs=7)
    html = (await browser.get("/shown")).text
    assert "7 pairs have been formed. Their first sessions are still to come." in html
    assert "on track" not in html


async def test_somebody_who_may_not_be_named_is_somebody_somewhere(
    browser: httpx.AsyncClient, shown: dict[str, Board]
) -> None:
    shown["board"] = replace(BUSY, faces={**FACES, "b": Face("", "Europe/Paris", "FR")})
    html = (await browser.get("/shown")).text
    assert "someone (France) met for session 1" in html
    assert "Senior" not in html


async def test_calm_is_said_when_nobody_needs_help(browser: httpx.AsyncClient) -> None:
    assert "The only pair is on track." in (await browser.get("/shown")).text
