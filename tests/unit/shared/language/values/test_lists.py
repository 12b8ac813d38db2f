"""A list that is too long is refused at once, with one fault, whatever is in it."""

from typing import Annotated

import pytest
from pydantic import BeforeValidator, TypeAdapter, ValidationError

from shared.language.values.lists import AtMost

FEW = TypeAdapter(Annotated[tuple[int, ...], AtMost(3, least=1)])
MANY = TypeAdapter(Annotated[list[int], AtMost(10_000)])
LOOKED_AT: list[object] = []
_Item = Annotated[int, BeforeValidator(LOOKED_AT.append)]
LOOKING = (TypeAdapter(Annotated[tuple[_Item, ...], AtMost(3)]), TypeAdapter(Annotated[list[_Item], AtMost(3)]))


def test_as_many_as_may_be_are_taken() -> None:
    assert FEW.validate_python([1, 2, 3]) == (1, 2, 3)
    assert FEW.validate_json("[1]") == (1,)


@pytest.mark.parametrize(("items", "fault"), [([1] * 4, "too_long"), ([], "too_short"), (["x"] * 4, "too_long")])
def test_more_or_fewer_are_one_fault(items: list[object], fault: str) -> None:
    with pytest.raises(ValidationError) as refused:
        FEW.validate_python(items)
    assert [(each["type"], each["ctx"]["actual_length"]) for each in refused.value.errors()] == [(fault, len(items))]


def test_of_a_short_list_every_wrong_item_is_told_of_a_long_one_the_first() -> None:
    with pytest.raises(ValidationError) as of_few:
        FEW.validate_python(["x", 2, "y"])
    assert [each["loc"] for each in of_few.value.errors()] == [(0,), (2,)]
    with pytest.raises(ValidationError) as of_many:
        MANY.validate_python(["x"] * 10_000)
    assert [each["loc"] for each in of_many.value.errors()] == [(0,)]


@pytest.mark.parametrize("no_list", ["123", {"1": 2}, 5, None])
def test_nothing_else_is_a_list(no_list: object) -> None:
    with pytest.raises(ValidationError) as refused:
        FEW.validate_python(no_list)
    assert [each["type"] for each in refused.value.errors()] == ["tuple_type"]


def test_of_half_a_million_items_none_is_looked_at() -> None:
    for adapter in LOOKING:
        with pytest.raises(ValidationError, match="too_long"):
            adapter.validate_python(["x"] * 500_000)
    assert LOOKED_AT == []


def test_interfaces_say_how_many() -> None:
    assert FEW.json_schema() == {"type": "array", "items": {"type": "integer"}, "minItems": 1, "maxItems": 3}
