"""Languages: gettext catalogues, and dates as their readers write them.

A language is added by one file, ``languages/<language>.po``; ``languages/babel.cfg`` says how it is made.
"""

from functools import cache
from gettext import NullTranslations
from io import BytesIO
from pathlib import Path

from babel import Locale, negotiate_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

CATALOGUES = Path(__file__).parent / "languages"
SOURCE = "en"
"""The language that pages are written in; it needs no catalogue."""


def languages(catalogues: Path = CATALOGUES) -> list[str]:
    """Every language there is, the source language first."""
    return [SOURCE, *sorted(path.stem for path in catalogues.glob("*.po"))]


def negotiate(accepted: str) -> str:
    """The best language for an Accept-Language header, whose first choices browsers put first."""
    wanted = [part.split(";")[0].strip() for part in accepted.split(",")]
    return negotiate_locale(wanted, languages(), sep="-") or SOURCE


@cache
def translations(language: str, catalogues: Path = CATALOGUES) -> NullTranslations:
    """The catalogue of a language, compiled when first asked for."""
    source = catalogues / f"{language}.po"
    if not source.exists():
        return NullTranslations()
    compiled = BytesIO()
    with source.open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return Translations(compiled)


@cache
def locale(language: str) -> Locale:
    """How dates and numbers are written; English is British."""
    return Locale.parse("en_GB" if language == SOURCE else language, sep="-" if "-" in language else "_")
