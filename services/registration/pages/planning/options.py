"""What can be chosen, in the reader's words: countries of theirs, languages, topics."""

from collections.abc import Iterable, Mapping
from itertools import islice

from babel import Locale

from services.registration.pages.planning.terms import between_commas
from services.registration.programmes.programme import Programme
from shared.domain.errors import Refused
from shared.language.terms import Terms
from shared.language.values.places import COUNTRIES
from shared.language.values.same import same
from shared.web.access import Caller
from shared.web.forms.declaring import Options
from shared.web.languages.words import TOPICS, topic_in_words
from shared.web.wording import SOURCE, Say, country, locale, tongue

NEAR = ("DE", "ES", "FR", "GB", "IT", "RO")
"""Offered to whoever manages every country, beside those of programmes there are."""
MOST_OFFERED = 40
"""Countries of other programmes that are offered; others are named, so that a page stays small."""
SPOKEN = (
    "ar", "bg", "cs", "da", "de", "el", "en", "es", "fi", "fr", "hu", "it", "ja", "nl", "no", "pl", "pt", "ro", "sv",
    "tr", "uk", "zh",
)  # fmt: skip
"""Languages that are offered; a programme that has others keeps them."""


def manages_all(caller: Caller) -> bool:
    """Whether they may name any country."""
    return caller.covers(["*"])


def options_of(
    caller: Caller, known: Iterable[Programme], terms: Terms | None, say: Say, language: str
) -> Mapping[str, Options]:
    """Field → what can be chosen; ``terms`` are those that there are already."""
    countries = {*(terms.countries if terms else ()), *_managed(caller, known)}
    topics = dict.fromkeys((*TOPICS, *(terms.topics if terms else ())))
    languages = dict.fromkeys((*SPOKEN, *(terms.languages if terms else ())))
    return {
        "countries": _by_name({each: country(each, language) for each in countries}),
        "languages": _by_name({each: tongue(each, language) for each in languages}),
        "topics": {each: topic_in_words(each, say) for each in topics},
    }


def _managed(caller: Caller, known: Iterable[Programme]) -> set[str]:
    if not manages_all(caller):
        return set(caller.countries) & COUNTRIES
    there = dict.fromkeys(each for programme in known for each in programme.terms.countries)
    return {*NEAR, *islice(there, MOST_OFFERED)}


def _by_name(words: Mapping[str, str]) -> Options:
    return dict(sorted(words.items(), key=lambda each: same(each[1])))


def countries_in(text: str, language: str) -> list[str]:
    """The codes of countries named in the reader's language, or in English; raises Refused for what is none."""
    names = _names(locale(SOURCE)) | _names(locale(language))
    wanted = between_commas(text)
    if unknown := [each for each in wanted if same(each) not in names]:
        raise Refused("no-such-countries", names=unknown)
    return [names[same(each)] for each in wanted]


def _names(of: Locale) -> dict[str, str]:
    return {same(of.territories[code]): code for code in sorted(COUNTRIES) if code in of.territories}
