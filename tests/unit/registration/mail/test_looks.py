"""What every letter looks like, whoever reads it: greeted first, told why they have it, and small."""

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape
from typing import Any

import pytest

from services.registration.board.card import Meeting
from services.registration.mail import writing
from services.registration.mail.claiming import Ready
from services.registration.notices.kinds import TO_CONTACTS, Kind
from services.registration.people.participant import Standing
from shared.language.sessions import Outcome
from shared.language.terms import PairingRules
from shared.web.links.link import Links
from shared.web.wording import MIRRORED, PSEUDO, languages
from tests.support.letters import MONDAY, spring
from tests.support.plain_english import plain_words_of_page
from tests.unit.registration.mail.test_writing import SETTINGS, THEN, ready, written

EACH = pytest.mark.parametrize("kind", list(Kind))
URL = "https://mentoring.example.com"
LARGEST = 30_000
FACTS = ["Blaise Pascal", "Ada Byron", "Spring programme", "London", "Fri 8 May", "Mon 4 May"]
SMALLEST = 14
"""Pixels, below which nobody likes to read."""
HIDDEN = re.compile(r"<head>.*?</head>|<!--.*?-->|<div style=\"display:none.*?</div>", re.DOTALL)
SOMEWHERE = re.compile(r"(?:https?:)?//([\w.-]+)")
NAMES = {"www.w3.org"}
"""Of vocabularies, which nobody fetches."""


def lines(text: str) -> str:
    """As they were written, before they were sent."""
    return text.replace("\r\n", "\n")


def shown(html: str) -> str:
    """The words one sees, in one line."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", HIDDEN.sub("", html))).split())


CONTACT = "You receive this letter because you are a contact of Spring programme.", f"{URL}/led/spring"
WHY: dict[Kind | None, tuple[str, str]] = {
    None: ("You receive this letter because you take part in Spring programme.", f"{URL}/my-data#letters"),
    Kind.WEEK: CONTACT,
    Kind.ALARMS: CONTACT,
    Kind.ERASED: ("This was the last letter to this address: it is forgotten now.", ""),
}


@EACH
def test_the_greeting_comes_first_and_the_footer_says_why_one_has_it(kind: Kind) -> None:
    _, text, html = written(ready(kind))
    body, footer = lines(text).split("\n-- \n")
    greeting = "Hello," if kind in TO_CONTACTS else "Hello Blaise Pascal,"
    assert body.startswith(f"{greeting}\n")
    assert shown(html).startswith(f"{greeting} ")
    why, leads_to = WHY.get(kind, WHY[None])
    for form in (footer, shown(html)):
        assert why in form
    if leads_to:
        assert leads_to in footer
        assert f'href="{leads_to}"' in html


@EACH
def test_a_mailbox_shows_what_it_is_about_before_one_opens_it(kind: Kind) -> None:
    _, text, html = written(ready(kind))
    [hidden] = re.findall(r"<div style=\"display:none[^>]*>(.*?)</div>", html, re.DOTALL)
    assert unescape(hidden).strip() == " ".join(lines(text).split("\n\n")[1].split())


@EACH
def test_it_is_small_large_enough_to_read_and_fetches_nothing(kind: Kind) -> None:
    _, _, html = written(ready(kind))
    assert len(html.encode()) < LARGEST
    sizes = [int(size) for size in re.findall(r"font-size:(\d+)px", HIDDEN.sub("", html))]
    assert min(size for size in sizes if size) >= SMALLEST
    assert set(SOMEWHERE.findall(html)) - NAMES <= {"mentoring.example.com"}
    assert 'name="color-scheme" content="light dark"' in html


@pytest.mark.parametrize(("language", "direction"), [("en", "ltr"), ("de", "ltr"), (MIRRORED, "rtl")])
def test_it_says_its_language_and_runs_in_its_direction(
    monkeypatch: pytest.MonkeyPatch, language: str, direction: str
) -> None:
    monkeypatch.setattr(writing, "language_of", lambda _: language)
    _, _, html = written(ready(Kind.PLANNED))
    assert re.search(rf'<html lang="{language}" dir="{direction}"', html)
    assert set(re.findall(r"direction:(\w+)", html)) == {direction}
    assert f"text-align:{'right' if direction == 'rtl' else 'left'}" in html


@EACH
def test_no_plain_english_is_left_in_the_pseudo_language(monkeypatch: pytest.MonkeyPatch, kind: Kind) -> None:
    monkeypatch.setattr(writing, "language_of", lambda _: PSEUDO)
    message, text, html = written(ready(kind))
    assert plain_words_of_page(HIDDEN.sub("", html), FACTS) == []
    assert "⟦" in message["Subject"] and "⟦" in text


def entered(**person: Any) -> Ready:
    """Somebody who was brought in by whoever manages them."""
    of = ready(Kind.RECEIVED, **person)
    return replace(of, letter=replace(of.letter, facts=of.letter.facts | {"entered": True}))


def test_whoever_was_brought_in_is_told_by_whom_and_that_they_may_say_no() -> None:
    message, text, _ = written(entered())
    assert message["Subject"] == "You have been entered for Spring programme"
    text = " ".join(text.split())
    assert "Your programme manager has entered you for Spring programme as a mentee" in text
    assert "say no below; you need not explain." in text
    assert "Say no: https://mentoring.example.com/registration/do/" in text


@pytest.mark.parametrize("state", [Standing.APPLIED, Standing.TRAINED])
def test_a_training_is_announced_to_whoever_still_needs_one(state: Standing) -> None:
    of = entered()
    assert of.reader.participant
    reader = replace(of.reader, participant=replace(of.reader.participant, state=state))
    of = replace(of, reader=reader, programme=spring(pairing=PairingRules()))
    assert ("First comes a training" in " ".join(written(of)[1].split())) is (state is Standing.APPLIED)


def test_no_plain_english_is_left_in_what_is_told_to_who_was_brought_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "language_of", lambda _: PSEUDO)
    message, _, html = written(entered())
    assert plain_words_of_page(HIDDEN.sub("", html), FACTS) == []
    assert "⟦" in message["Subject"]


def with_meetings(of: Ready, *meetings: tuple[str, int, Outcome]) -> Ready:
    """Sessions with that id, that many days after Monday."""
    assert of.card is not None
    planned = tuple(
        Meeting(session_id=each, number=number, starts_at=MONDAY + timedelta(days=days), outcome=outcome)
        for number, (each, days, outcome) in enumerate(meetings, 1)
    )
    return replace(of, card=replace(of.card, meetings=planned))


def test_the_next_one_is_neither_what_was_cancelled_nor_what_is_over() -> None:
    of = with_meetings(
        ready(Kind.CANCELLED),
        ("earlier", -7, Outcome.SCHEDULED),
        ("pair", 2, Outcome.SCHEDULED),
        ("ill", 3, Outcome.CANCELLED),
        ("moved-back", 14, Outcome.SCHEDULED),
        ("next", 7, Outcome.SCHEDULED),
    )
    _, text, _ = written(of)
    assert "The next one is on Mon 11 May at 09:00." in text
    assert MONDAY + timedelta(days=4) == THEN


def cancelled(by: str | None, because: str) -> Ready:
    of = with_meetings(ready(Kind.CANCELLED), ("next", 7, Outcome.SCHEDULED))
    return replace(of, letter=replace(of.letter, facts=of.letter.facts | {"by": by, "because": because}))


@pytest.mark.parametrize("by", ["mentor", None])
@pytest.mark.parametrize(
    ("because", "said"),
    [
        ("ill", "Somebody is ill."),
        ("no-time", "Something else has come up."),
        ("travelling", "One of you is travelling."),
        ("other", ""),
        ("a-reason-of-tomorrow", ""),
    ],
)
def test_why_a_session_was_cancelled_is_told_to_who_did_not_do_it(by: str | None, because: str, said: str) -> None:
    reasons = {"Somebody is ill.", "Something else has come up.", "One of you is travelling."}
    text = " ".join(written(cancelled(by, because))[1].split())
    assert {each for each in reasons if each in text} == ({said} if said else set())
    own = " ".join(written(cancelled("mentee", because))[1].split())
    assert not any(each in own for each in reasons)


def test_whoever_would_meet_sooner_is_led_to_times_that_are_worked_out_when_they_look() -> None:
    text = " ".join(written(cancelled("mentor", "ill"))[1].split())
    [token] = re.findall(r"Meet sooner: https://mentoring\.example\.com/sessions/do/(\S+)", text)
    link = Links(SETTINGS).open(token)
    assert link and (link.deed, link.subject) == ("other-time", "next")


def test_where_nothing_is_known_to_come_no_list_and_no_next_one_stands() -> None:
    _, text, _ = written(with_meetings(ready(Kind.PLANNED)))
    assert "All times are those of" not in text
    _, text, _ = written(with_meetings(ready(Kind.CANCELLED)))
    assert "The next one" not in text
    assert "Meet sooner" not in text


@pytest.mark.parametrize("language", [*languages(), MIRRORED])
def test_whoever_has_it_read_aloud_hears_first_what_it_is_about(monkeypatch: pytest.MonkeyPatch, language: str) -> None:
    monkeypatch.setattr(writing, "language_of", lambda _: language)
    message, _, html = written(ready(Kind.MOVED, partner_name='Ada "Byron"'))
    [said] = re.findall(r'<div aria-label="([^"]*)"', html)
    [title] = re.findall(r"<title>(.*?)</title>", html)
    assert unescape(said) == unescape(title) == message["Subject"]
