"""No number in what is said or sent is infinite, and no number of keys costs anybody time."""

from typing import Annotated

import pytest
from pydantic import TypeAdapter, ValidationError

from shared.language.reasons import not_valid
from shared.language.values.accepted import ACCEPTED
from shared.language.values.forms import Form
from shared.language.values.value import MOST_FIELDS, Figure, Sent, Value

COUNTRY = TypeAdapter(Annotated[str, Form(r"^[A-Z]{2}$", not_valid("no-country"))])


class Measured(Value):
    figure: Figure


class Asked(Sent):
    share: float = 0


@pytest.mark.parametrize("said", [float("inf"), float("-inf"), float("nan"), "Infinity", "nan", "1e999"])
def test_a_number_is_finite(said: object) -> None:
    for kind, field in ((Measured, "figure"), (Asked, "share")):
        with pytest.raises(ValidationError) as refused:
            kind.model_validate({field: said})
        text = kind is Measured and isinstance(said, str)
        assert [each["type"] for each in refused.value.errors()] == ["float_type" if text else "finite_number"]


@pytest.mark.parametrize("kept", [float("inf"), float("nan")])
def test_one_that_was_kept_and_is_not_is_nothing(kept: float) -> None:
    assert Measured.model_validate({"figure": kept}, context=ACCEPTED).figure == 0


def test_more_keys_than_anything_has_are_one_fault() -> None:
    with pytest.raises(ValidationError) as refused:
        Asked.model_validate({f"x{number}": 1 for number in range(MOST_FIELDS + 1)})
    assert [(each["type"], each["ctx"]) for each in refused.value.errors()] == [
        ("too-many-fields", {"limit": MOST_FIELDS})
    ]


@pytest.mark.parametrize("said", ["fr", "FRA", "", "\ud800", 33, None])
def test_what_has_another_form_is_refused_with_its_code(said: object) -> None:
    with pytest.raises(ValidationError) as refused:
        COUNTRY.validate_python(said)
    assert [each["type"] for each in refused.value.errors()] == ["no-country"]
    assert COUNTRY.json_schema() == {"type": "string", "pattern": "^[A-Z]{2}$"}


def test_a_name_that_nobody_knows_is_told() -> None:
    with pytest.raises(ValidationError) as refused:
        Asked.model_validate({"sahre": 1})
    assert [(each["type"], each["loc"]) for each in refused.value.errors()] == [("extra_forbidden", ("sahre",))]
