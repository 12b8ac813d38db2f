"""Topics, levels, countries and languages as pages write them."""

import pytest

from shared.web.languages.times import place
from shared.web.languages.words import LEVELS, TOPICS
from shared.web.pages import Pages
from shared.web.sentences import Sentences
from shared.web.wording import languages, saying


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("en", "Generative AI, Own topic, Germany, German, first steps"),
        ("de", "Generative KI, Own topic, Deutschland, Deutsch, erste Schritte"),
        ("fr", "IA générative, Own topic, Allemagne, allemand, premiers pas"),
    ],
)
def test_codes_are_shown_as_words(language: str, shown: str) -> None:
    template = (
        Pages("shared.web")
        ._environment(language)
        .from_string(
            "{{ 'generative-ai'|topic }}, {{ 'own-topic'|topic }}, {{ 'DE'|country }}, {{ 'de'|tongue }}, {{ 1|level }}"
        )
    )
    assert template.render() == shown


def test_every_level_and_topic_is_another_word_in_every_language() -> None:
    for language in languages():
        said = [saying(language)(word) for word in (*LEVELS, *TOPICS.values())]
        assert len(set(said)) == len(said) == 6 + len(TOPICS)


def test_facts_that_are_topics_are_words_too() -> None:
    say = Sentences().say("de")
    assert say("%(topics)s", topics=("social-media", "vision")) == "Soziale Medien und Vision"
    assert say("%(topic)s", topic="own-topic") == "own-topic"


@pytest.mark.parametrize(
    ("zone", "language", "shown"),
    [
        ("Europe/Rome", "de", "Rom"),
        ("America/Argentina/Buenos_Aires", "en", "Buenos Aires"),
        ("America/Kentucky/Louisville", "fr", "Louisville"),
    ],
)
def test_a_time_zone_is_a_city_and_never_a_piece_of_its_id(zone: str, language: str, shown: str) -> None:
    assert place(zone, language) == shown
