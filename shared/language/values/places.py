"""Countries, as CLDR has them: ISO 3166-1, and Kosovo. A code of before, and another's for the same, become today's."""

from collections.abc import Iterable
from typing import Annotated

from babel import Locale
from babel.core import get_global

from shared.language.reasons import not_valid
from shared.language.values.canonical import Canonical

_NO_COUNTRY = frozenset({"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"})
"""Unions, the unknown and what tests of software use: CLDR has names for them, too."""
COUNTRIES = frozenset(code for code in map(str, Locale("en").territories) if len(code) == 2) - _NO_COUNTRY

MOST_COUNTRIES = 300
"""All there are, and room for those to come: a schema of events has to stay as it is when CLDR learns of one."""

_ALIASES = {"EL": "GR"} | {
    code: today[0]
    for code, today in get_global("territory_aliases").items()
    if len(code) == 2 and len(today) == 1 and today[0] in COUNTRIES
}
"""The EU's word for Greece; the United Kingdom's own for itself, and countries that have another code since."""


def country(text: str) -> str | None:
    """The code of the country, such as GB for «uk»; None where there is none."""
    code = text.upper() if len(text) == 2 and text.isascii() else text
    code = _ALIASES.get(code, code)
    return code if code in COUNTRIES else None


def canonical(codes: Iterable[str]) -> frozenset[str]:
    """These countries; what is none stays as it is, such as «*»."""
    return frozenset(country(code) or code for code in codes)


def spellings(codes: Iterable[str]) -> list[str]:
    """Every code that earlier versions may have stored for these countries."""
    wanted = set(codes)
    return sorted(wanted | {alias for alias, code in _ALIASES.items() if code in wanted})


Country = Annotated[str, Canonical(country, r"^[A-Za-z]{2}$", not_valid("no-country"))]
"""ISO 3166-1 alpha-2, such as FR."""
