"""What counts as an incompatible change, and what does not."""

from datetime import datetime
from enum import Enum
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, create_model

from deploy.describing.compatibility import breaks

Wide = Enum("Wide", {"ILL": "ill", "TRAVELLING": "travelling"}, type=str)
Narrow = Enum("Narrow", {"ILL": "ill"}, type=str)


def change(old: Any, new: Any) -> list[str]:
    """The breaks when a field «x» was of the old type and is of the new one."""
    before, after = (create_model("Said", x=(kind, ...)) for kind in (old, new))
    return breaks(before.model_json_schema(), after.model_json_schema())


class Inner(BaseModel):
    kept: int


class InnerWithMore(Inner):
    more: int


class InnerWithDefault(Inner):
    more: int = 0


class Strict(Inner):
    model_config = ConfigDict(extra="forbid")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (int, int),
        (int, float),
        (int, int | None),
        (Narrow, Wide),
        (Wide, str),
        (Literal["a"], Literal["a", "b"]),
        (int | None, str | int | None),
        (Annotated[int, Field(ge=1)], int),
        (Annotated[str, Field(max_length=10)], Annotated[str, Field(max_length=20)]),
        (Inner, InnerWithDefault),
        (tuple[Inner, ...], tuple[InnerWithDefault, ...]),
        (dict[str, int], dict[str, float]),
        (Literal["a"], str),
    ],
)
def test_these_changes_are_compatible(old: Any, new: Any) -> None:
    assert change(old, new) == []


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        (float, int, "type narrowed from number to integer"),
        (str, int, "type narrowed from string to integer"),
        (int | None, int, "no longer accepts null"),
        (Wide, Narrow, "value 'travelling' removed"),
        (str, Wide, "narrowed to the values ['ill', 'travelling']"),
        (Wide | None, Narrow | None, "no longer accepts ['ill', 'travelling']"),
        (Literal["a", "b"], Literal["a"], "value 'b' removed"),
        (int, Annotated[int, Field(ge=1)], "minimum raised from none to 1"),
        (Annotated[str, Field(max_length=20)], Annotated[str, Field(max_length=10)], "maxLength lowered from 20 to 10"),
        (str, Annotated[str, Field(pattern="^a")], "pattern changed from none to ^a"),
        (str, datetime, "format changed from none to date-time"),
        (InnerWithDefault, Inner, "the event.x: field more removed"),
        (Inner, InnerWithMore, "the event.x: field more is newly required"),
        (InnerWithDefault, InnerWithMore, "the event.x: field more is newly required"),
        (tuple[Inner, ...], tuple[InnerWithMore, ...], "the event.x[]: field more is newly required"),
        (dict[str, float], dict[str, int], "the event.x{}: type narrowed"),
        (Inner, Strict, "unknown fields are no longer ignored"),
    ],
)
def test_these_changes_are_not(old: Any, new: Any, what: str) -> None:
    (told,) = change(old, new)
    assert what in told


def test_every_break_is_told() -> None:
    class Before(BaseModel):
        a: int
        b: str

    class After(BaseModel):
        b: int
        c: int

    assert len(breaks(Before.model_json_schema(), After.model_json_schema())) == 3
