"""Languages have one form, whoever writes them how; two people talk in what they have in common."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.language.values.accepted import ACCEPTED
from shared.language.values.languages import Language, language, spoken

LANGUAGE: TypeAdapter[str] = TypeAdapter(Language)


@pytest.mark.parametrize(
    ("written", "one"),
    [
        ("en", "en"),
        ("EN", "en"),
        ("en-us", "en-US"),
        ("en_GB", "en-GB"),
        ("en-UK", "en-GB"),
        ("es-419", "es-419"),
        ("en-001", "en-001"),
        ("zh-hant", "zh-Hant"),
        ("ZH-HANS-cn", "zh-Hans-CN"),
        ("de-CH-1901", "de-CH-1901"),
        ("ca-valencia", "ca-valencia"),
        ("iw", "he"),
        ("tl", "fil"),
        ("in-ID", "id-ID"),
        ("fra", "fr"),
        ("cmn-TW", "zh-TW"),
        ("sh", "sr-Latn"),
        ("nb", "nb"),
        ("gsw-CH", "gsw-CH"),
        ("yue", "yue"),
    ],
)
def test_it_becomes_the_one_form(written: str, one: str) -> None:
    assert LANGUAGE.validate_python(written) == one


@pytest.mark.parametrize(
    "written",
    [
        *("", "e", "xx", "qaa", "und", "mul", "zxx", "root", "english", "en-", "-en", "en--GB", "en-XX", "en-EU"),
        *("de-Xxxx", "x-mine", "en-x-mine", "en-u-ca-gregory", "fr FR", "ﬁ", "en\u200b", "en-GB-GB-GB-GB"),
        "e" * 1_000_000,
    ],
)
def test_what_is_no_language_is_refused_and_what_was_taken_before_is_kept(written: str) -> None:
    with pytest.raises(ValidationError) as refused:
        LANGUAGE.validate_python(written)
    assert [each["type"] for each in refused.value.errors()] == ["no-language"]
    assert LANGUAGE.validate_python(written, context=ACCEPTED) == written


def test_what_was_taken_before_has_the_form_too_where_it_is_known() -> None:
    assert LANGUAGE.validate_python("iw", context=ACCEPTED) == "he"


@given(st.text(max_size=20) | st.from_regex(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,3}", fullmatch=True))
def test_the_form_of_a_form_is_itself(text: str) -> None:
    found = language(text)
    assert found is None or (language(found) == found and spoken(found) == spoken(text))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("nb", "no"),
        ("nn", "nb"),
        ("nn-NO", "no"),
        ("he", "iw"),
        ("fil", "tl"),
        ("zh-CN", "zh-Hans"),
        ("en-GB", "en-US"),
    ],
)
def test_who_can_talk(one: str, other: str) -> None:
    assert spoken(one) == spoken(other)


@pytest.mark.parametrize(("one", "other"), [("da", "no"), ("zh", "yue"), ("de", "gsw"), ("xx", "xy"), ("pt", "es")])
def test_who_cannot(one: str, other: str) -> None:
    assert spoken(one) != spoken(other)


@pytest.mark.parametrize("written", ["EN", "es-419", "zh_hant", "de-CH-1901"])
def test_the_schema_says_what_is_taken(written: str) -> None:
    assert re.search(LANGUAGE.json_schema()["pattern"], written)
