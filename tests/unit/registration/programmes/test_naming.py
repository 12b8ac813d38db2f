"""Ids made from titles."""

import pytest

from services.registration.programmes.naming import LONGEST, free_id, id_of


@pytest.mark.parametrize(
    ("title", "made"),
    [
        ("Digital voices", "digital-voices"),
        ("  Voix d’été – 2026! ", "voix-d-ete-2026"),
        ("Γλώσσα", "programme"),
        ("x" * 100, "x" * LONGEST),
        ("a " + "b" * 58 + " c", "a-" + "b" * 58),
    ],
)
def test_an_id_is_the_title_in_plain_letters(title: str, made: str) -> None:
    assert id_of(title, "programme") == made


def test_what_is_taken_gets_a_number() -> None:
    assert free_id("Voices", "x", ()) == "voices"
    assert free_id("Voices", "x", {"voices", "voices-2"}) == "voices-3"
