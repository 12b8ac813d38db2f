"""Languages: gettext catalogues, and sentences with their facts as their readers write them.

A language is a file in every package that speaks, ``languages/<language>.po``. ``python -m deploy.describing.languages
<language>`` begins them, ``make write`` keeps them up to date.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from gettext import NullTranslations
from io import BytesIO
from itertools import pairwise
from pathlib import Path

from babel import Locale, UnknownLocaleError, negotiate_locale
from babel.dates import format_date, format_datetime
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import Translations
from starlette.requests import HTTPConnection

from shared.domain.marking import Say as Say
from shared.domain.marking import Sentence
from shared.language.reasons import AnyOf, Fact, OneByOne

CATALOGUES = Path(__file__).parent / "languages"
SOURCE = "en"
"""The language that pages are written in; it needs no catalogue."""
PSEUDO = "en-XA"
"""English in accents and a third longer: whatever stays plain is not translated. For tests, and never offered."""
MIRRORED = "ar-XB"
"""English from right to left, in the frame, the dates and the numbers of Arabic: for looking, and never offered."""
MADE = (PSEUDO, MIRRORED)

CHOICE = "telemachus_language"
"""The cookie that keeps the language a reader has chosen; shared.web.languages.choosing sets it."""
HEARD = "Cookie, Accept-Language"
"""Headers that decide which language is read, for Vary."""

CHOICES = 20
"""Languages of a header that are looked at: nobody speaks more, and whoever names thousands is to cost us no time."""
NOT_AT_ALL = re.compile(r"\s*q\s*=\s*0(\.0*)?\s*", re.IGNORECASE)

COUNTRIES = frozenset({"country", "countries"})
TONGUES = frozenset({"language", "languages"})
"""Names of facts that are codes of countries and of languages."""

Words = Mapping[str, Mapping[str, str]]
"""Fact → its value → a marked word: for facts that are words of ours, such as states."""


@cache
def languages(catalogues: Path = CATALOGUES) -> tuple[str, ...]:
    """Every language people may choose, the source language first."""
    return SOURCE, *sorted(path.stem for path in catalogues.glob("*.po") if path.stem not in MADE)


def negotiate(accepted: str) -> str:
    """The best language for an Accept-Language header, whose first choices browsers put first, spelled as here."""
    wanted = [language.strip() for language, __, weight in _choices(accepted) if not NOT_AT_ALL.fullmatch(weight)]
    if len(wanted) == 1 and wanted[0] in MADE:
        return wanted[0]
    found = negotiate_locale(wanted, languages(), sep="-") or SOURCE
    return next((language for language in languages() if language.lower() == found.lower()), SOURCE)


def _choices(accepted: str) -> list[tuple[str, str, str]]:
    return [choice.partition(";") for choice in accepted.split(",", CHOICES)[:CHOICES]]


def reader(request: HTTPConnection) -> str:
    """The language of whoever asks: the one they chose here, else the best their browser knows."""
    chosen = request.cookies.get(CHOICE)
    return chosen if chosen in languages() else negotiate(request.headers.get("accept-language", ""))


@cache
def translations(language: str, *catalogues: Path) -> NullTranslations:
    """The catalogues of a language as one, compiled when first asked for; the first that knows a sentence counts."""
    found = [_compiled(language, folder) for folder in catalogues or (CATALOGUES,)]
    for first, then in pairwise(found):
        first.add_fallback(then)
    return found[0]


def _compiled(language: str, folder: Path) -> NullTranslations:
    source = folder / f"{language}.po"
    if not source.exists():
        return NullTranslations()
    compiled = BytesIO()
    with source.open("rb") as file:
        write_mo(compiled, read_po(file, locale=locale(language)))
    compiled.seek(0)
    return Translations(compiled)


@cache
def locale(language: str) -> Locale:
    """How dates and numbers are written; English is British."""
    return Locale.parse({SOURCE: "en_GB", PSEUDO: "en_GB", MIRRORED: "ar"}.get(language, language.replace("-", "_")))


def country(code: str, language: str) -> str:
    """What a country is called in that language; what is no country stays as it is."""
    return code if language == PSEUDO else str(locale(language).territories.get(code, code))


def tongue(code: str, language: str) -> str:
    """What a language is called in that language; what is none stays as it is."""
    if language == PSEUDO:
        return code
    try:
        return Locale.parse(code, sep="-").get_display_name(locale(language)) or code
    except (ValueError, UnknownLocaleError):
        return code


class _Shown(dict[str, str]):
    """What stands for each fact; one that is missing leaves its name, for a sentence is better than none."""

    def __missing__(self, name: str) -> str:
        return f"%({name})s"


@dataclass(frozen=True)
class Saying:
    """``Say`` in one language."""

    language: str
    catalogue: NullTranslations
    words: Words

    def __call__(self, sentence: Sentence, /, **facts: Fact) -> str:
        if isinstance(sentence, str):
            text = self.catalogue.gettext(sentence)
        else:
            count = facts.get("count")
            text = self.catalogue.ngettext(*sentence, count if isinstance(count, int) else 0)
        return text % _Shown((name, self._shown(name, fact)) for name, fact in facts.items())

    def _shown(self, name: str, fact: Fact) -> str:
        """The fact as the reader writes it."""
        style = locale(self.language)
        if isinstance(fact, str):
            return self._named(name, fact)
        if isinstance(fact, OneByOne):
            return " ".join(self._shown(name, each) for each in fact)
        if isinstance(fact, Sequence):
            return self._listed([self._shown(name, each) for each in fact], any_of=isinstance(fact, AnyOf))
        if isinstance(fact, datetime):
            return format_datetime(fact, "medium", locale=style)
        return format_date(fact, "long", locale=style) if isinstance(fact, date) else number(fact, self.language)

    def _named(self, name: str, fact: str) -> str:
        """A word of ours in the reader's language, a country or a language as people there call it."""
        if word := self.words.get(name, {}).get(fact):
            return self(word)
        if name in COUNTRIES:
            return country(fact, self.language)
        return tongue(fact, self.language) if name in TONGUES else str(fact)

    def _listed(self, items: Sequence[str], *, any_of: bool) -> str:
        if self.language == PSEUDO:
            return ", ".join(items)
        return format_list(items, "or" if any_of else "standard", locale=locale(self.language))


@lru_cache(maxsize=10_000, typed=True)
def number(value: float, language: str) -> str:
    """As it is written there; long lists name the same few thousand again and again."""
    return format_decimal(value, locale=locale(language))


def saying(language: str = SOURCE, *catalogues: Path, words: Words | None = None) -> Say:
    """``say`` of a language."""
    return Saying(language, translations(language, *catalogues), words or {})
