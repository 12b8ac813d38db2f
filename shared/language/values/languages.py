"""Languages by their BCP 47 tags, as CLDR knows them: ``EN-us`` is en-US, ``iw`` is he, and nb is spoken with no."""

import re
from functools import lru_cache
from typing import Annotated

from babel import Locale
from babel.core import get_global, parse_locale

from shared.language.reasons import not_valid
from shared.language.values.canonical import Canonical
from shared.language.values.places import COUNTRIES, country

_ENGLISH = Locale("en")
_NO_LANGUAGE = frozenset({"mul", "root", "und", "zxx"})
"""Many, none in particular, unknown, and nothing that is spoken."""
_TAGS = (*_ENGLISH.languages, *get_global("likely_subtags"))
_KNOWN = frozenset(tag.replace("-", "_").partition("_")[0] for tag in _TAGS) - _NO_LANGUAGE
_REGIONS = COUNTRIES | {code for code in map(str, _ENGLISH.territories) if code.isdigit()}
_SCRIPTS = frozenset(_ENGLISH.scripts)
_VARIANTS = frozenset(str(variant).lower() for variant in _ENGLISH.variants)

LONGEST = 35
"""Characters of a tag, as BCP 47 advises: what is kept in memory is short."""
_TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,3}")
_UNDERSTOOD = {"nb": "no", "nn": "no"}
"""Forms of one language that people who speak one of them also give the other's tag."""


def language(text: str) -> str | None:
    """The tag in its one form; None for what is no tag, or of no language, script or region that is known."""
    return _one_form(text) if len(text) <= LONGEST and _TAG.fullmatch(text) else None


@lru_cache(maxsize=4096)
def _one_form(text: str) -> str | None:
    try:
        tongue, region, script, variant = parse_locale(text.replace("_", "-"), sep="-")[:4]
    except ValueError:
        return None
    tongue, _, usual = get_global("language_aliases").get(tongue, tongue).partition("_")
    script = script or (usual if usual in _SCRIPTS else None)
    region = country(region) or region if region else (usual if usual in _REGIONS else None)
    parts = ((tongue, _KNOWN), (script, _SCRIPTS), (region, _REGIONS), (variant and variant.lower(), _VARIANTS))
    if any(part and part not in known for part, known in parts):
        return None
    return "-".join(part for part, _ in parts if part)


def spoken(tag: str) -> str:
    """What two people need in common: the language without region and script; en-GB and en-US are spoken together."""
    tongue = (language(tag) or tag).partition("-")[0]
    return _UNDERSTOOD.get(tongue, tongue)


Language = Annotated[str, Canonical(language, r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}$", not_valid("no-language"))]
"""BCP 47, such as en, pt-BR, es-419."""
