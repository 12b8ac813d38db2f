"""Sentences and their facts as their readers write them."""

from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path

import pytest

from shared.domain.marking import Addressed, ngettext
from shared.language.reasons import AnyOf, Fact, Reason
from shared.web import sentences, wording
from shared.web.sentences import Sentences
from shared.web.wording import MIRRORED, PSEUDO, saying

PEOPLE = ngettext("One person", "%(count)s people")
POLISH = """\
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2);\\n"

msgid "One person"
msgid_plural "%(count)s people"
msgstr[0] "%(count)s osoba"
msgstr[1] "%(count)s osoby"
msgstr[2] "%(count)s osób"

msgid "held"
msgstr "odbyła się"
"""


class State(StrEnum):
    HELD = "held"


@pytest.fixture
def polish(tmp_path: Path) -> Path:
    (tmp_path / "pl.po").write_text(POLISH, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("fact", "shown"),
    [
        ("Müller", "Müller"),
        (12345, "12,345"),
        (1.5, "1.5"),
        (date(2026, 3, 2), "2 March 2026"),
        (datetime(2026, 3, 2, 9, 5, tzinfo=UTC), "2 Mar 2026, 09:05:00"),
        (("FR", "GB", "DE"), "FR, GB and DE"),
        (AnyOf(("participant", "manager", "operator")), "participant, manager or operator"),
        (State.HELD, "held"),
    ],
)
def test_in_english_facts_are_written_as_in_britain(fact: Fact, shown: str) -> None:
    assert saying()("It is %(fact)s.", fact=fact) == f"It is {shown}."


@pytest.mark.parametrize(
    ("fact", "shown"),
    [
        (12345, "12 345"),
        (1.5, "1,5"),
        (date(2026, 3, 2), "2 mars 2026"),
        (datetime(2026, 3, 2, 9, 5, tzinfo=UTC), "2 mars 2026, 09:05:00"),
        (("FR", "GB", "DE"), "FR, GB et DE"),
        (AnyOf(("FR", "GB")), "FR ou GB"),
    ],
)
def test_another_language_writes_facts_in_its_own_way(fact: Fact, shown: str) -> None:
    assert saying("fr")("%(fact)s", fact=fact).replace("\u202f", " ") == shown


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "France, Germany and United Kingdom: Romanian, *"),
        ("de", "Frankreich, Deutschland und Vereinigtes Königreich: Rumänisch, *"),
        ("ro", "Franța, Germania și Regatul Unit: română, *"),
        (PSEUDO, "FR, DE, GB: ro, *"),
    ],
)
def test_countries_and_languages_are_called_what_people_there_call_them(language: str, told: str) -> None:
    say = saying(language)
    assert (
        say("%(countries)s: %(language)s, %(country)s", countries=("FR", "DE", "GB"), language="ro", country="*")
        == told
    )


def test_what_is_no_language_stays_as_it_is() -> None:
    assert [wording.tongue(code, "de") for code in ("zz", "x", "", "a-b-c-d", "pt-BR")] == [
        "zz",
        "x",
        "",
        "a-b-c-d",
        "Portugiesisch (Brasilien)",
    ]


@pytest.mark.parametrize(("count", "words"), [(1, "1 osoba"), (3, "3 osoby"), (5, "5 osób"), (23, "23 osoby")])
def test_the_readers_language_chooses_the_plural(polish: Path, count: int, words: str) -> None:
    assert saying("pl", polish)(PEOPLE, count=count) == words


def test_a_word_of_ours_is_put_into_the_readers_language(polish: Path) -> None:
    say = saying("pl", polish, words={"state": {"held": "held"}})
    assert say("%(state)s", state=State.HELD) == "odbyła się"
    assert say("%(state)s", state="moved") == "moved"
    assert say("%(name)s", name="held") == "held"


def test_the_first_catalogue_that_knows_a_sentence_counts(tmp_path: Path, polish: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "pl.po").write_text(POLISH.replace("odbyła się", "była"), encoding="utf-8")
    assert saying("pl", own, polish)("held") == "była"
    assert saying("pl", tmp_path / "none", polish)("held") == "odbyła się"


def test_a_fact_that_is_missing_takes_no_sentence_away() -> None:
    assert saying()("%(a)s and %(b)s, 100%%", a="x") == "x and %(b)s, 100%"


SAID = Sentences({"somebody-left": Addressed(you="You left %(when)s.", others="Somebody left %(when)s.")}, {})


def test_a_sentence_says_you_to_the_person_it_is_about() -> None:
    reason = Reason("somebody-left", when="today")
    assert SAID.explain(reason, you=True) == "You left today."
    assert SAID.explain(reason) == "Somebody left today."


def test_a_code_nobody_knows_is_told_all_the_same() -> None:
    reason = Reason("of-tomorrow", secret="x")
    assert SAID.explain(reason) == sentences.GENERAL % {"code": "of-tomorrow"}
    assert "of-tomorrow" in SAID.explain(reason, PSEUDO)


def test_a_stored_line_is_told_again_and_words_of_before_stay() -> None:
    assert SAID.retell("somebody-left when=today") == "Somebody left today."
    assert SAID.retell("refused: somebody-left when=today") == "refused: Somebody left today."
    for before in ("refused: The programme is over.", "handler failed: KeyError", "why", "of-tomorrow x=1"):
        assert SAID.retell(before) == before


def test_a_reason_within_a_reason_is_told_too() -> None:
    reason = Reason("event-not-readable", subject="s", version=3, why="body-too-large limit=5")
    assert Sentences().explain(reason) == "Version 3 of s cannot be read: the body has more than 5 bytes."


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("EN", "en"),
        ("eN-gb", "en"),
        ("PL", "pl"),
        ("Pl-PL, en", "pl"),
        ("pl;q=0", "en"),
        ("pl;q=0.0, en", "en"),
        ("pl; Q=0 , de", "en"),
        ("pl;q=0.1", "pl"),
        (f"{PSEUDO};q=0", "en"),
        (MIRRORED, MIRRORED),
        (f"{MIRRORED},en", "en"),
        ("de," * 100_000 + "pl", "en"),
    ],
)
def test_a_language_is_spelled_as_its_file_however_it_is_asked_for(
    accepted: str, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wording, "languages", lambda: ["en", "pl"])
    assert wording.negotiate(accepted) == language
