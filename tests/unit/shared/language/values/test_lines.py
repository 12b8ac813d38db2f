"""Text that people see can be read, at every edge; what was accepted once is mended and never refused."""

import re
import unicodedata
from time import process_time
from typing import Annotated, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.language.values.accepted import ACCEPTED, as_accepted
from shared.language.values.lines import Line, Text

LINE = TypeAdapter(Annotated[str, Line(40)])
MAY_BE_EMPTY = TypeAdapter(Annotated[str, Line(40, least=0)])
TEXT = TypeAdapter(Annotated[str, Text(40, least=0)])

VISIBLE_SIGNS = {"\u0600", "\u06dd", "\u070f", "\u08e2", "\U000110bd"}
HARMFUL = ["\n", "\r", "\t", "\x00", "\x1b[31m", "\x7f", "\x85", "\u2028", "\u202a", "\u202e", "\u2066", "\u2069"]
HARMFUL += ["\ue000", "\ufdd0", "\uffff", "\ufff9", "\U000e0041", "\U000f0000", "\U0010ffff"]


def faults(adapter: TypeAdapter[Any], said: object) -> list[str]:
    """The codes of what is wrong with it; none when it is taken."""
    try:
        adapter.validate_python(said)
    except ValidationError as error:
        return [each["type"] for each in error.errors()]
    return []


@pytest.mark.parametrize("character", HARMFUL)
def test_a_line_holds_nothing_that_hides_breaks_or_turns(character: str) -> None:
    assert faults(LINE, f"a{character}b") == ["not-one-line"]
    assert faults(MAY_BE_EMPTY, f"a{character}b") == ["not-one-line"]


@pytest.mark.parametrize("character", [each for each in HARMFUL if each not in "\n\r\t\u2028"])
def test_a_text_holds_none_of_it_but_ends_of_lines(character: str) -> None:
    assert faults(TEXT, f"a{character}b") == ["not-plain-text"]


def test_a_text_has_lines() -> None:
    assert TEXT.validate_python(" one\r\ntwo\rthree\tfour\n") == "one\ntwo\nthree\tfour"


@pytest.mark.parametrize(
    "words", ["Zoë O’Neill-van der Berg", "王小明", "می‌خواهم", "क्‍ष", "co\u00adoperate", "👩‍💻", "שלום\u200f!", "葛󠄀城"]
)
def test_words_of_all_languages_are_welcome(words: str) -> None:
    assert LINE.validate_python(f"\u00a0 {words}\ufeff ") == words


@pytest.mark.parametrize(
    "nothing", ["", " ", "\u00a0\u3000", "\u200b", "\u3164", "\u2800\u2800", "\u200e\u200f", "\ufe0f"]
)
def test_a_line_has_something_to_see(nothing: str) -> None:
    assert faults(LINE, nothing) in (["string_too_short"], ["not-one-line"])
    assert faults(MAY_BE_EMPTY, nothing) == []


@pytest.mark.parametrize(
    ("said", "fault"), [(3, "string_type"), ("x" * 41, "string_too_long"), ("\ud800", "string_unicode")]
)
def test_whatever_else_is_wrong_has_its_own_code(said: object, fault: str) -> None:
    assert faults(LINE, said) == [fault]


def test_what_unicode_calls_control_private_or_broken_is_refused() -> None:
    unreadable = {"Cc", "Co", "Cs", "Zl", "Zp"}
    taken = [chr(code) for code in range(0x110000) if not faults(MAY_BE_EMPTY, f"a{chr(code)}b")]
    assert not [character for character in taken if unicodedata.category(character) in unreadable]
    refused = {chr(code) for code in range(0x20, 0x3000)} - set(taken)
    assert not [each for each in refused if unicodedata.category(each) not in unreadable | {"Cf", "Cn"}]
    assert set(taken) >= VISIBLE_SIGNS


@given(st.text(max_size=30), st.sampled_from([MAY_BE_EMPTY, TEXT]))
def test_whatever_was_accepted_once_is_read_and_may_be_sent_again(said: str, adapter: TypeAdapter[str]) -> None:
    mended = adapter.validate_python(said, context=ACCEPTED)
    assert adapter.validate_python(mended) == mended


@given(st.text(max_size=30))
def test_a_line_that_was_accepted_once_is_never_empty(said: str) -> None:
    assert LINE.validate_python(said, context=ACCEPTED)


@pytest.mark.parametrize(
    ("kept", "read"),
    [("One\r\ntwo", "One two"), ("\x1b[31mred", "�[31mred"), (" \n", "�"), ("ab\u202e", "ab�"), ("plain", "plain")],
)
def test_what_was_accepted_once_is_mended(kept: str, read: str) -> None:
    assert LINE.validate_python(kept, context=ACCEPTED) == read
    assert LINE.validate_python(read) == read


def test_a_title_has_so_many_characters_and_not_only_room_for_them() -> None:
    title = TypeAdapter(Annotated[str, Line(40, least=3)])
    assert title.validate_python(" a b ") == "a b"
    assert [faults(title, said) for said in ("ab ", "a\u3164\u3164", "")] == [
        ["string_too_short"],
        ["not-one-line"],
        ["string_too_short"],
    ]
    assert not re.search(title.json_schema()["pattern"], "ab  ")
    assert [title.validate_python(kept, context=ACCEPTED) for kept in ("a  ", "\n\n\n")] == ["a", "�"]


def test_interfaces_say_what_is_taken_and_schemas_of_events_what_is_read() -> None:
    assert LINE.json_schema()["pattern"] == Line(40).pattern
    with as_accepted():
        assert LINE.json_schema() == {"type": "string", "minLength": 1, "maxLength": 40}


@pytest.mark.parametrize("said", [" " * 1_000_000, "a \t" * 300_000, "\r" * 1_000_000, "\x00" * 1_000_000])
def test_length_costs_no_time(said: str) -> None:
    began = process_time()
    for adapter in (LINE, TEXT):
        assert len(faults(adapter, said)) <= 1
    assert process_time() - began < 5, "what looks at every character again for every character takes minutes"
