"""Equal is equal: one form for everything that is compared."""

import sys
from typing import Annotated
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.language.values.lines import Line
from shared.language.values.same import each_once, same, same_number

ONE_AND_THE_SAME = (
    "Qualité  des Données",
    normalize("NFD", "Qualité des Données"),
    "QUALITÉ DES DONNÉES",
    "Qualité\u00a0des\u202fDonnées",
    " Qualité\tdes\u3000Données\n",
    "Quali\u00adté des\u200b \u200bDon\ufeffnées\ufe0f",
    "Ｑualité des Données",
)


@pytest.mark.parametrize("written", ONE_AND_THE_SAME)
def test_however_it_is_written_it_is_the_same(written: str) -> None:
    assert same(written) == "qualité des données"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("R&D", "RD"),
        ("R&D", "R & D"),
        ("Sales EU", "Sales US"),
        ("Sales-EU", "Sales EU"),
        ("C", "C++"),
        ("Präsidium", "Prasidium"),
        ("Unit 1", "Unit 11"),
        ("O", "0"),
        ("Работа", "Pабота"),
    ],
)
def test_what_is_different_stays_so(one: str, other: str) -> None:
    assert same(one) != same(other)
    assert same_number(one) != same_number(other)


@pytest.mark.parametrize(
    "written",
    ["E\u00a01", " E 1 ", "E\u2003 1", "Ｅ １", "E \u200b1\ufeff"],
)
def test_a_number_is_the_same_however_it_is_spaced_and_shaped(written: str) -> None:
    assert same_number(written) == "E 1"


def test_a_number_with_capitals_is_another() -> None:
    assert same_number("aB1") != same_number("AB1")
    assert same("aB1") == same("AB1")


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126)))
def test_ordinary_numbers_are_their_own_form(number: str) -> None:
    assert same_number(number) == number


@given(st.text())
def test_the_form_of_a_form_is_itself(text: str) -> None:
    assert same(same(text)) == same(text)
    assert same_number(same_number(text)) == same_number(text)


@given(st.text())
def test_no_normalisation_makes_a_difference(text: str) -> None:
    for other in (normalize("NFC", text), normalize("NFD", text), normalize("NFKC", text), normalize("NFKD", text)):
        assert same(other) == same(text)
        assert same_number(other) == same_number(text)


@given(st.text(), st.text(), st.sampled_from("\u00ad\u200b\u200d\u2060\ufeff\ufe0f"))
def test_what_cannot_be_seen_makes_no_difference(before: str, after: str, invisible: str) -> None:
    assert same(before + invisible + after) == same(before + after)
    assert same_number(before + invisible + after) == same_number(before + after)


@given(st.lists(st.text(min_size=1), min_size=1), st.sampled_from(" \t\n\u00a0\u2003\u3000"))
def test_any_space_is_one_space(words: list[str], space: str) -> None:
    assert same((2 * space).join(words)) == same(" ".join(words))
    assert same_number((2 * space).join(words)) == same_number(" ".join(words))


@given(st.text())
def test_capitals_make_no_difference(text: str) -> None:
    assert same(normalize("NFD", text).casefold()) == same(text)


def test_each_comes_once_as_it_was_first_written() -> None:
    assert each_once(["Vélo", "chess", normalize("NFD", "VÉLO"), "Chess ", "go"]) == ("Vélo", "chess", "go")


def test_whatever_is_taken_for_a_line_has_a_form() -> None:
    """Or all whose number shows nothing would be one person."""
    line: TypeAdapter[str] = TypeAdapter(Annotated[str, Line(80)])
    for character in map(chr, range(sys.maxunicode + 1)):
        if not same_number(character):
            with pytest.raises(ValidationError):
                line.validate_python(character)
