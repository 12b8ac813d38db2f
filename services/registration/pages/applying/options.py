"""The options of an application that depend on the programme and on who reads them, in words."""

from collections.abc import Mapping
from functools import lru_cache

from shared.language.profile import Profile
from shared.language.terms import Terms
from shared.language.values.zones import names, zones_in
from shared.web.forms.declaring import Options
from shared.web.languages.times import place
from shared.web.languages.words import topic_in_words
from shared.web.wording import Say, country, tongue


def options_of(terms: Terms, known: Profile | None, say: Say, language: str) -> Mapping[str, Options]:
    """Field → what can be chosen."""
    topics = {each: topic_in_words(each, say) for each in terms.topics}
    spoken = dict.fromkeys((*terms.languages, *(known.languages if known else ())))
    countries = {each: country(each, language) for each in terms.countries}
    return {
        "country": dict(sorted(countries.items(), key=lambda each: each[1])),
        "offers": topics,
        "wants": topics,
        "first": topics,
        "languages": {each: tongue(each, language) for each in spoken},
        "time_zone": zones_near(terms.countries, language),
    }


@lru_cache(maxsize=256)
def zones_near(countries: tuple[str, ...], language: str) -> Options:
    """Those of the programme's countries first, then all others."""
    near = [zone for each in countries for zone in zones_in(each)]
    far = sorted(names() - set(near))
    return {zone: place(zone, language) for zone in (*near, *far)}
