"""Every letter, in every language, as HTML and as plain text: it says what is true, and nothing can get into it."""

from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest

from services.registration.board.card import Meeting, PairCard
from services.registration.board.figures import Figures
from services.registration.mail import writing
from services.registration.mail.claiming import Ready
from services.registration.mail.readers import Reader
from services.registration.mail.writing import Writer, know_languages
from services.registration.notices.kinds import TO_CONTACTS, Kind
from services.registration.notices.letter import Address, Facts, Letter
from shared.language.sessions import Outcome
from shared.web.wording import languages
from tests.support.apps import new_issuer, settings_for
from tests.support.letters import MONDAY, contact, junior, senior, spring

SETTINGS = settings_for(
    new_issuer(), public_url="https://mentoring.example.com", mail_from="mentoring@example.com", smtp_host="mail"
)
THEN = MONDAY.replace(day=8)
FACTS: dict[Kind, dict[str, Any]] = {
    Kind.MOVED: {"starts_at": THEN.isoformat(), "moved_from": MONDAY.isoformat()},
    Kind.CANCELLED: {"starts_at": THEN.isoformat(), "by": "mentor", "because": "ill"},
    Kind.TOMORROW: {"starts_at": THEN.isoformat()},
    Kind.PLACE: {"starts_at": THEN.isoformat()},
    Kind.PULSE: {"starts_at": THEN.isoformat()},
}


def ready(kind: Kind, *, partner_name: str = "Ada Byron", **person: Any) -> Ready:
    if kind in TO_CONTACTS:
        return to_contact(kind, **person)
    if kind is Kind.ERASED:
        return last(**person)
    reader, somebody = senior(**person)
    facts = {"role": "mentee", "partner": "junior", "pair_id": "pair", **FACTS.get(kind, {})}
    letter = Letter(
        id=f"{kind}:pair:mentee",
        kind=kind,
        programme_id="spring",
        participant_id=reader.id,
        subject="pair",
        facts=facts,
        asked_at=MONDAY,
        to_go_at=MONDAY,
        due_at=MONDAY,
    )
    meeting = Meeting(session_id="session-2", number=2, starts_at=THEN, outcome=Outcome.SCHEDULED)
    card = PairCard(id="pair", programme_id="spring", meetings=(meeting,), held=3)
    partner = junior()[0]
    to = Reader.of(reader, somebody)
    return Ready(letter, to, spring(), MONDAY, partner=partner, partner_name=partner_name, card=card)


def about(kind: Kind, reader: str, subject: str, facts: Facts, to: Address | None = None) -> Letter:
    """What is about no pair."""
    return Letter(
        id=f"{kind}:x",
        kind=kind,
        programme_id="spring",
        participant_id=reader,
        subject=subject,
        facts=facts,
        asked_at=MONDAY,
        to_go_at=MONDAY,
        due_at=MONDAY,
        to=to,
    )


def to_contact(kind: Kind, language: str = "en") -> Ready:
    """The same letter for somebody a programme writes to of itself."""
    lead = contact(language=language, time_zone="Europe/London")
    programme = spring().told_to([lead])
    reader, week = Reader.of_contact(lead, programme), (MONDAY - timedelta(days=7), MONDAY)
    facts: Facts = dict(zip(("since", "until"), (each.isoformat() for each in week), strict=True))
    return Ready(about(kind, reader.id, "spring", facts), reader, programme, MONDAY, figures=Figures(120, 50, 41, 1, 3))


def last(language: str = "en") -> Ready:
    """The letter after an erasure."""
    to = Address(name="Blaise Pascal", email="senior@x.example", language=language)
    letter = about(Kind.ERASED, "erasure", "erasure", {}, to=to)
    return Ready(letter, Reader.of_address("erasure", to), None, MONDAY)


def written(of: Ready) -> tuple[EmailMessage, str, str]:
    """The message, its plain text and its HTML."""
    message = message_from_bytes(Writer(SETTINGS).write(of), policy=default)
    assert isinstance(message, EmailMessage)
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text and html
    return message, text.get_content(), html.get_content()


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("kind", list(Kind))
def test_each_is_written_in_each_language(kind: Kind, language: str) -> None:
    message, text, html = written(ready(kind, language=language))
    assert message["Content-Language"] == language
    for form in (text, html):
        assert ("Blaise Pascal" in form) is (kind not in TO_CONTACTS)
    for form in (message["Subject"], text, html):
        assert "%(" not in form
        assert "None" not in form
    assert ("https://mentoring.example.com/" in text) is (kind is not Kind.ERASED)
    assert 'src="' not in html, "no remote pictures"
    assert f'lang="{language}"' in html


@pytest.mark.parametrize("kind", sorted(set(Kind) - TO_CONTACTS - {Kind.ERASED}))
def test_each_is_written_to_somebody_whose_partner_has_no_name_any_more(kind: Kind) -> None:
    _, text, html = written(ready(kind, partner_name=""))
    assert "Ada" not in text + html


def test_a_letter_of_a_pair_says_who_and_why_in_the_readers_words() -> None:
    message, text, _ = written(ready(Kind.PAIRED))
    assert message["Subject"] == "Your partner is Ada Byron"
    assert "You and Ada Byron are now a pair in Spring programme." in text
    assert "Your partner brings Social media." in text


def test_times_are_those_of_the_reader() -> None:
    _, text, _ = written(ready(Kind.TOMORROW))
    assert "Fri 8 May at 09:00 (time in London)." in text


def test_names_are_no_html_and_no_headers() -> None:
    message, _, html = written(ready(Kind.PAIRED, partner_name="<b>Ada</b>"))
    assert "&lt;b&gt;Ada&lt;/b&gt;" in html
    assert [name for name in message if name.lower() in ("bcc", "cc")] == []


ODD = [
    "=?utf-8?q?hi=0D=0ABcc=3A_evil=40x.example?=",
    "=\n?utf-8?q?hi=0D=0ABcc=3A_evil=40x.example?=",
    "hi\r\nBcc: evil@x.example",
    "hi\u2028Bcc: evil@x.example",
    'hi" <evil@x.example>, "',
    "Zoë 王 مرحبا",
    "x" * 2000,
]


@pytest.mark.parametrize("odd", ODD)
def test_whatever_a_name_is_it_stays_in_its_place(odd: str) -> None:
    of = ready(Kind.PAIRED, partner_name=odd)
    of = replace(of, reader=replace(of.reader, name=odd))
    message = written(of)[0]
    expected = {name.lower() for name in written(ready(Kind.PAIRED))[0]}
    assert {name.lower() for name in message} == expected
    assert [each.addr_spec for each in message["To"].addresses] == ["senior@x.example"]
    assert message["Subject"].startswith("Your partner is")
    assert message.defects == []


def test_it_is_sent_in_seven_bits() -> None:
    assert Writer(SETTINGS).write(ready(Kind.PAIRED, language="fr", partner_name="Zoë")).isascii()


def test_letters_of_one_pair_are_one_thread_and_each_is_itself_when_sent_again() -> None:
    paired, moved = written(ready(Kind.PAIRED))[0], written(ready(Kind.MOVED))[0]
    assert paired["References"] == moved["References"]
    assert paired["Message-ID"] != moved["Message-ID"]
    assert paired["Message-ID"] == written(ready(Kind.PAIRED))[0]["Message-ID"]
    assert paired["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize(
    ("kind", "deeds"),
    [
        (Kind.TRAINING, ["registration"]),
        (Kind.PAIRED, ["matching", "registration"]),
        (Kind.MOMENTUM, ["matching", "registration"]),
    ],
)
def test_whoever_does_not_want_to_go_on_steps_back_from_the_letter(kind: Kind, deeds: list[str]) -> None:
    _, text, _ = written(ready(kind))
    body, _, _ = text.partition("\r\n-- \r\n")
    found = [line.split("/")[3] for line in body.splitlines() if "/do/" in line]
    assert found == deeds


def test_once_languages_are_known_no_letter_waits_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    writing._tongue.cache_clear()
    know_languages()
    monkeypatch.delattr(writing, "environment")
    for language in languages():
        assert written(ready(Kind.PAIRED, language=language))[0]["Content-Language"] == language
