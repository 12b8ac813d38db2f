"""Time zones as the pinned package ``tzdata`` has them, whatever the machine has: the only place to get one from.

A zone has one name, the one IANA calls it by today. Names it had before, and any spelling, are understood:
``Asia/Calcutta`` and ``asia/kolkata`` are ``Asia/Kolkata``. Which name is which is CLDR's word: IANA's own links join
zones of neighbouring countries, too, and would have Amsterdam become Brussels.
"""

from functools import cache
from importlib.resources import files
from typing import Annotated
from zoneinfo import ZoneInfo  # noqa: TID251 – nobody else may

import tzdata
from babel.core import get_global
from pydantic import AfterValidator, ValidationInfo

from shared.language.reasons import not_valid
from shared.language.values.accepted import accepted

VERSION: str = tzdata.IANA_VERSION
"""Of the database, such as 2026f: the sixth of that year."""

RELEASED_IN = int(VERSION[:4])
"""Its year; the package tells no day."""

UTC = "UTC"

_NO_PLACES = {"factory": UTC, "localtime": UTC, "posixrules": "America/New_York"}
"""What earlier versions took for names, and what clocks they showed in our images."""

SHOWN = 64
"""Characters of an unknown name that are repeated; the longest of IANA's has 32."""


@cache
def zone_of(name: str) -> ZoneInfo:
    """The zone of that name; raises ZoneInfoNotFoundError for one that is in no list here."""
    return ZoneInfo(name)


@cache
def names() -> frozenset[str]:
    """Every zone people live in, by today's name: those IANA lists for a country, and UTC.

    Not the offsets (``Etc/GMT+5``, whose sign is the other way round than everybody reads it, and ``GMT``, which London
    leaves in summer).
    """
    return frozenset(zone for zones in _by_country().values() for zone in zones) | {UTC}


def zones_in(country: str) -> tuple[str, ...]:
    """The zones of a country in the order of IANA, which says nothing; none for what is no country."""
    return _by_country().get(country, ())


@cache
def _by_country() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for line in _package("zoneinfo", "zone.tab"):
        if line and not line.startswith("#"):
            country, _, zone = line.split("\t")[:3]
            found[country] = (*found.get(country, ()), zone)
    return found


@cache
def _spellings() -> dict[str, str]:
    """Every name there is or was, in lower case → today's."""
    today = get_global("zone_aliases")
    found = {name.lower(): today.get(name, name) for name in (*_package("zones"), *today)}
    return {name: UTC if canonical == "Etc/UTC" else canonical for name, canonical in found.items()} | _NO_PLACES


def _package(*path: str) -> list[str]:
    return files(tzdata).joinpath(*path).read_text("ascii").splitlines()


def canonical(name: str) -> str:
    """Today's name; raises the fault ``no-time-zone`` for anything that never was one."""
    found = _spellings().get(name.removeprefix("posix/").removeprefix("right/").lower()) if name.isascii() else None
    if found is None:
        raise _unknown(name)
    return found


def inhabited(name: str) -> str:
    """Today's name of a zone people live in; raises the fault ``no-time-zone`` for any other."""
    found = _spellings().get(name.lower()) if name.isascii() and name.lower() not in _NO_PLACES else None
    if found is None or found not in names():
        raise _unknown(name)
    return found


def _unknown(name: str) -> Exception:
    return not_valid("no-time-zone", name=(name if name.isprintable() else ascii(name)[1:-1])[:SHOWN])


def _zone(name: str, info: ValidationInfo) -> str:
    return canonical(name) if accepted(info) else inhabited(name)


TimeZone = Annotated[str, AfterValidator(_zone)]
"""The name of a zone people live in; of what was accepted once, whatever an earlier version took is understood."""
