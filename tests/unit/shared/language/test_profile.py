"""A profile says everything once, and means the same however it is written."""

from typing import Any
from unicodedata import normalize

import pytest
from pydantic import ValidationError

from shared.language.profile import Profile
from shared.language.terms import Terms
from shared.language.values.accepted import ACCEPTED
from shared.language.values.places import COUNTRIES

SAID: dict[str, Any] = {
    "role": "mentor",
    "country": "GB",
    "time_zone": "Europe/London",
    "languages": ["en"],
    "unit": "Risk",
    "grade": 3,
}
TERMS: dict[str, Any] = {
    "title": "A programme",
    "countries": ["UK", "fr", "GB"],
    "languages": ["EN", "en-GB", "en"],
    "topics": ["the-web", "vision", "the-web"],
    "starts_on": "2026-03-01",
    "ends_on": "2026-09-01",
}


def test_what_comes_again_says_nothing_new() -> None:
    again = {
        "languages": ["EN", "iw", "en", "he"],
        "interests": ["Vélo", "chess", normalize("NFD", "vélo"), "Chess"],
        "managers": ["person-b", "person-a", "person-b"],
        "working_hours": {"days": [0, 1, 0, 4, 1]},
    }
    profile = Profile.model_validate({**SAID, **again})
    assert profile.languages == ("en", "he")
    assert profile.interests == ("Vélo", "chess")
    assert profile.managers == ("person-b", "person-a")
    assert profile.working_hours.days == (0, 1, 4)


def test_so_do_the_terms_of_a_programme() -> None:
    terms = Terms.model_validate(TERMS)
    assert terms.countries == ("GB", "FR")
    assert terms.languages == ("en", "en-GB")
    assert terms.topics == ("the-web", "vision")


def test_a_programme_may_be_for_the_whole_world() -> None:
    whole = Terms.model_validate({**TERMS, "countries": sorted(COUNTRIES)})
    assert set(whole.countries) == COUNTRIES


@pytest.mark.parametrize("field", ["offers", "wants"])
def test_a_topic_is_offered_and_wanted_once(field: str) -> None:
    twice = {**SAID, field: [{"topic": "the-web", "level": 1}, {"topic": "the-web", "level": 4}]}
    with pytest.raises(ValidationError) as refused:
        Profile.model_validate(twice)
    [error] = refused.value.errors()
    assert (error["type"], error["loc"], error["ctx"]) == ("topic-comes-again", (field,), {"topic": "the-web"})
    assert len(getattr(Profile.model_validate(twice, context=ACCEPTED), field)) == 2


def test_what_was_taken_before_is_read() -> None:
    """Events and documents of earlier versions."""
    old = {**SAID, "country": "UK", "languages": ["iw", "xx"]}
    assert Profile.model_validate(old, context=ACCEPTED).country == "GB"
    assert Profile.model_validate(old, context=ACCEPTED).languages == ("he", "xx")
    assert Profile.model_validate({**old, "country": "XX"}, context=ACCEPTED).country == "XX"
