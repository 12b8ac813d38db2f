"""Everything that is said is said in every language, as the pages of docs/languages have it."""

import re
from dataclasses import replace

import pytest

from deploy.describing.languages import SPEAKING
from deploy.translating.catalogued import LANGUAGES, Entry, entries
from deploy.translating.faults import faults
from deploy.translating.glossary import PAGES, Glossary, glossary
from shared.web.wording import CATALOGUES, MADE, languages

SAID = list(entries())
FOREIGN_MARKS = re.compile("[«»„]")
PLURALS = ("%(count)s pair needs you", "%(count)s pairs need you")


def test_six_languages_are_spoken_by_every_package() -> None:
    assert languages() == ("en", "de", "es", "fr", "it", "ro")
    for folder in SPEAKING:
        assert {path.stem for path in folder.glob("*.po")} == {*LANGUAGES, *MADE}


@pytest.mark.parametrize("package", [folder.parent.name for folder in SPEAKING])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_translated_and_well(language: str, package: str) -> None:
    """What is new is listed by ``python -m deploy.translating``: CONTRIBUTING.md, «A sentence in six languages»."""
    here = [entry for entry in SAID if (entry.language, entry.package) == (language, package)]
    assert len(here) > 10
    assert [f"{' / '.join(entry.source)}: {fault}" for entry in here for fault in faults(entry)] == []


def test_english_has_its_own_quotation_marks() -> None:
    assert {form for entry in SAID for form in entry.source if FOREIGN_MARKS.search(form)} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_fuzzy_or_left_over(language: str) -> None:
    for folder in SPEAKING:
        lines = (folder / f"{language}.po").read_text(encoding="utf-8").splitlines()
        assert [
            line for line in lines if line.startswith(("#~", "#|")) or (line.startswith("#,") and "fuzzy" in line)
        ] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_same_sentence_is_said_in_the_same_way_by_every_package(language: str) -> None:
    ways: dict[tuple[str, ...], set[tuple[str, ...]]] = {}
    for entry in SAID:
        if entry.language == language:
            ways.setdefault(entry.source, set()).add(entry.said)
    assert {source: said for source, said in ways.items() if len(said) > 1} == {}


def test_every_glossary_has_the_same_terms_and_no_exception_that_nobody_needs() -> None:
    terms = [set(glossary(language).stems) for language in LANGUAGES]
    assert all(each == terms[0] for each in terms) and len(terms[0]) > 25
    for language in LANGUAGES:
        bare = Glossary(glossary(language).stems, frozenset())
        here = [entry for entry in SAID if entry.language == language]
        needed = {(term, form) for e in here for term in bare.not_kept(e.source, e.said) for form in e.source}
        assert glossary(language).otherwise <= needed
    assert {path.stem for path in PAGES.glob("*.md")} == {*LANGUAGES, "README"}
    assert (CATALOGUES / "de.po").exists()


def entry(language: str, source: str, said: str) -> Entry:
    return Entry(language, "shared", (source,), (said,), ())


@pytest.mark.parametrize(
    ("language", "source", "said", "fault"),
    [
        ("de", "Try.", "", "is not translated"),
        ("de", "Say %(who)s.", "Sagen Sie es.", "leaves out %(who)s"),
        ("de", "Say it.", "Sagen Sie %(who)s.", "names %(who)s, which the English does not"),
        ("de", "All of it.", "100 % davon.", "has a per cent sign that is not doubled"),
        ("de", "Say “x”.", "Sagen Sie «x».", "quotation marks are „ and “"),
        ("de", "Say it.", "Sagen  Sie es.", "two spaces stand together"),
        ("de", "Say it.", "sagen Sie es.", "begins with a small letter"),
        ("de", "Say it.", "Sagen Sie es", "ends without the sign that the English ends with"),
        ("de", "It is there.", "Es ist 'da'.", "apostrophes are ’, and quotation marks those of the language"),
        ("de", "The session ended.", "Die Sitzung ist zu Ende.", "says «session» in another way than the glossary"),
        ("de", "Three topics.", "Drei Sachen.", "says «topic» in another way than the glossary"),
        ("de", "Two countries.", "Zwei Staaten.", "says «country» in another way than the glossary"),
        ("fr", "Why?", "Pourquoi?", "a narrow no-break space stands before ; ! ? »"),
        ("fr", "Why?", "Pourquoi ?", "a narrow no-break space stands before ; ! ? »"),
        ("fr", "There: x.", "Voici : x.", "a narrow no-break space stands before :"),
        ("fr", "Say “x”.", "Dites « x\u202f».", "a narrow no-break space stands after «"),
        ("it", "Say “x”.", "Dica « x ».", "no space stands within « »"),
        ("es", "Why?", "Por qué?", "a question begins with ¿"),
        ("ro", "Say “x”.", "Spuneți «x».", "quotation marks are „ and ”"),
        ("ro", "Say it.", "Spuneţi acest lucru.", "ș and ț have a comma below"),
    ],
)
def test_a_fault_is_seen(language: str, source: str, said: str, fault: str) -> None:
    assert list(faults(entry(language, source, said))) == [fault]


@pytest.mark.parametrize(
    ("language", "source", "said"),
    [
        (
            "fr",
            "Why: “x” at 09:00, see https://x.example?",
            "Pourquoi\u202f: «\u202fx\u202f» à 09:00, voir https://x.example\u202f?",
        ),
        ("es", "Monday", "lunes"),
        ("de", "“%(title)s” has ended.", "„%(title)s“ ist beendet."),
        ("de", "%(who)s met", "%(who)s haben sich getroffen"),
        ("de", "A user's view.", "Sicht von jemandem."),
        ("ro", "Say “x”.", "Spuneți „x”."),
    ],
)
def test_what_is_right_is_no_fault(language: str, source: str, said: str) -> None:
    assert list(faults(entry(language, source, said))) == []


def test_a_plural_has_as_many_forms_as_its_language_and_each_names_the_count() -> None:
    said = ("%(count)s pereche are nevoie", "%(count)s perechi au nevoie", "%(count)s de perechi au nevoie")
    right = Entry("ro", "shared", PLURALS, said, ())
    assert list(faults(right)) == []
    assert list(faults(replace(right, said=said[:2]))) == ["has 2 forms of the plural, not 3"]
    assert list(faults(replace(right, said=(*said[:2], "perechi au nevoie")))) == ["leaves out %(count)s"]
    assert list(faults(replace(right, said=("O pereche are nevoie", *said[1:])))) == ["leaves out %(count)s"]
    in_words = ("One pair needs you", PLURALS[1])
    assert list(faults(replace(right, source=in_words, said=("O pereche are nevoie", *said[1:])))) == []
