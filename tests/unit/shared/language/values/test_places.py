"""Countries have one code, in tokens, files and requests."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.language.values.accepted import ACCEPTED
from shared.language.values.places import COUNTRIES, Country, canonical, country, spellings
from shared.web.access import Caller

COUNTRY: TypeAdapter[str] = TypeAdapter(Country)


@pytest.mark.parametrize(
    ("written", "one"),
    [("FR", "FR"), ("fr", "FR"), ("UK", "GB"), ("uk", "GB"), ("EL", "GR"), ("el", "GR"), ("XK", "XK"), ("TP", "TL")],
)
def test_it_becomes_the_one_code(written: str, one: str) -> None:
    assert COUNTRY.validate_python(written) == one
    assert COUNTRY.validate_python(written, context=ACCEPTED) == one


@pytest.mark.parametrize(
    "written", ["XX", "ZZ", "EU", "UN", "QQ", "SU", "YU", "F", "FRA", "", "*", "ﬀ", "12", "F\u200b"]
)
def test_what_is_no_country_is_refused_and_what_was_taken_before_is_kept(written: str) -> None:
    with pytest.raises(ValidationError) as refused:
        COUNTRY.validate_python(written)
    assert [each["type"] for each in refused.value.errors()] == ["no-country"]
    assert COUNTRY.validate_python(written, context=ACCEPTED) == written


def test_every_country_is_itself_and_there_is_no_other() -> None:
    """ISO 3166-1 has 249, CLDR names Kosovo and seven places that ISO reserves codes for."""
    assert len(COUNTRIES) == 257
    assert {country(code) for code in COUNTRIES} == COUNTRIES


@given(st.text(max_size=3))
def test_the_code_of_a_code_is_itself(text: str) -> None:
    found = country(text)
    assert found is None or country(found) == found


def test_a_manager_of_the_uk_manages_great_britain_and_one_of_nowhere_nobody() -> None:
    manager = Caller("person-m", frozenset({"manager"}), canonical(["UK", "el", "XX"]))
    assert manager.covers(["GB"]) and manager.covers(["UK", "GR"])
    assert not manager.covers(["FR"])
    everybody = Caller("person-m", frozenset({"manager"}), canonical(["*"]))
    assert everybody.covers(["FR", "GB"])


def test_what_is_stored_under_a_code_of_before_is_found() -> None:
    assert {"GB", "UK", "FR"} <= {*spellings(["GB", "FR"])}
    assert "EL" not in spellings(["GB", "FR"])
