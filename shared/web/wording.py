"""Languages: gettext catalogues, and sentences with their facts as their readers write them.

A language is a file in every package that speaks, ``languages/<language>.po``. ``python -m deploy.describing.languages
<language>`` begins them, ``make write`` keeps them up to date.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, reduce
from gettext import NullTranslations
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Protocol

from babel import Locale, negotiate_locale
from babel.dates import format_date, format_datetime
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import Translations
from starlette.requests import HTTPConnection

from shared.domain.marking import Sentence, _
from shared.language.reasons import AnyOf, Fact, OneByOne

CATALOGUES = Path(__file__).parent / "languages"
SOURCE = "en"
"""The language that pages are written in; it needs no catalogue."""
PSEUDO = "en-XA"
"""English in accents and a third longer: whatever stays plain is not translated. For tests, and never offered."""

CHOICES = 20
"""Languages of a header that are looked at: nobody speaks more, and whoever names thousands is to cost us no time."""
NOT_AT_ALL = re.compile(r"\s*q\s*=\s*0(\.0*)?\s*", re.IGNORECASE)

Words = Mapping[str, Mapping[str, str]]
"""Fact → its value → a marked word: for facts that are words of ours, such as states."""


def languages(catalogues: Path = CATALOGUES) -> list[str]:
    """Every language people may choose, the source language first."""
    return [SOURCE, *sorted(path.stem for path in catalogues.glob("*.po") if path.stem != PSEUDO)]


def negotiate(accepted: str) -> str:
    """The best language for an Accept-Language header, whose first choices browsers put first, spelled as here."""
    wanted = [language.strip() for language, __, weight in _choices(accepted) if not NOT_AT_ALL.fullmatch(weight)]
    if wanted == [PSEUDO]:
        return PSEUDO
    found = negotiate_locale(wanted, languages(), sep="-") or SOURCE
    return next((language for language in languages() if language.lower() == found.lower()), SOURCE)


def _choices(accepted: str) -> list[tuple[str, str, str]]:
    return [choice.partition(";") for choice in accepted.split(",", CHOICES)[:CHOICES]]


def reader(request: HTTPConnection) -> str:
    """The language of whoever asks."""
    return negotiate(request.headers.get("accept-language", ""))


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
    return Locale.parse("en_GB" if language in (SOURCE, PSEUDO) else language.replace("-", "_"))


class Say(Protocol):
    """Puts a sentence into the reader's language, and its facts into the sentence."""

    def __call__(self, sentence: Sentence, /, **facts: Fact) -> str: ...


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
        """The fact as the reader writes it. In English dates and numbers stay as programs have them."""
        if isinstance(fact, str):
            word = self.words.get(name, {}).get(fact)
            return self(word) if word else str(fact)
        if isinstance(fact, OneByOne):
            return " ".join(self._shown(name, each) for each in fact)
        if isinstance(fact, Sequence):
            return self._listed([self._shown(name, each) for each in fact], any_of=isinstance(fact, AnyOf))
        style = locale(self.language)
        if isinstance(fact, datetime):
            return format_datetime(fact, "medium", locale=style)
        if self.language in (SOURCE, PSEUDO):
            return str(fact)
        return format_date(fact, "long", locale=style) if isinstance(fact, date) else format_decimal(fact, locale=style)

    def _listed(self, items: Sequence[str], *, any_of: bool) -> str:
        if self.language not in (SOURCE, PSEUDO):
            return format_list(items, "or" if any_of else "standard", locale=locale(self.language))
        if not any_of:
            return ", ".join(items)
        return reduce(lambda one, other: self(_("%(one)s or %(other)s"), one=one, other=other), items)


def saying(language: str = SOURCE, *catalogues: Path, words: Words | None = None) -> Say:
    """``say`` of a language."""
    return Saying(language, translations(language, *catalogues), words or {})
