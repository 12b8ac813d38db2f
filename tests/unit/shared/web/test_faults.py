"""What pydantic finds wrong is told for people: what is expected of the field; and with its code and facts."""

import re
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

import pytest
from pydantic import AfterValidator, AwareDatetime, BaseModel, Field, ValidationError
from pydantic_core._pydantic_core import list_all_errors

from shared.web.faults import COUNTED, FAULTS, MOST_FAULTS, explained, told
from shared.web.sentences import Sentences
from shared.web.wording import PSEUDO

NEVER_OF_A_REQUEST = {
    "arguments_type",
    "assertion_error",
    "callable_type",
    "complex_str_parsing",
    "complex_type",
    "counter_type",
    "dataclass_exact_type",
    "dataclass_type",
    "default_factory_not_called",
    "deque_type",
    "ellipsis_error",
    "fraction_parsing",
    "fraction_type",
    "frozen_dict_type",
    "frozen_field",
    "frozen_instance",
    "get_attribute_error",
    "is_instance_of",
    "is_subclass_of",
    "iteration_error",
    "json_type",
    "missing_argument",
    "missing_keyword_only_argument",
    "missing_positional_only_argument",
    "missing_sentinel_error",
    "multiple_argument_values",
    "named_tuple_type",
    "needs_python_object",
    "no_such_attribute",
    "ordered_dict_type",
    "unexpected_keyword_argument",
    "unexpected_positional_argument",
    "value_error",
}
"""They are about Python, or have words of ours (``not_valid``)."""
CONTEXTS: dict[str, dict[str, Any]] = {
    str(each["type"]): each.get("example_context") or {} for each in list_all_errors()
}


def context_of(kind: str, number: int) -> dict[str, Any]:
    """As pydantic would tell it, with that number where something is counted."""
    facts = {name: number if isinstance(value, int) else value or "x" for name, value in CONTEXTS[kind].items()}
    if "actual_length" in facts:
        facts |= {"actual_length": number, "field_type": "List"}
    return facts


JARGON = re.compile(
    r"\b(input|valid|string|tuple|dict\w*|boolean|parse|validation|None|frozenset|iterable|bytes|pattern)\b|<|%|'"
)


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("kind", FAULTS)
def test_people_are_told_what_is_expected(kind: str, number: int) -> None:
    said = explained({"type": kind, "ctx": context_of(kind, number), "msg": ""}, Sentences(), "en")
    assert re.match(r"(must |is )", said["problem"])
    assert JARGON.findall(said["problem"]) == []
    assert said["code"] == kind.replace("_", "-")


def test_every_fault_has_a_sentence_but_those_of_python() -> None:
    assert FAULTS.keys() | NEVER_OF_A_REQUEST == CONTEXTS.keys()
    assert not FAULTS.keys() & NEVER_OF_A_REQUEST
    assert COUNTED.keys() <= FAULTS.keys()


class Reason(StrEnum):
    ILL = "ill"
    NO_TIME = "no-time"


class Body(BaseModel):
    minutes: Literal[30, 45, 60] = 30
    word: Literal["ill", "no-time"] = "ill"
    only: Literal["ill"] = "ill"
    member: Literal[Reason.ILL, Reason.NO_TIME] = Reason.ILL
    topics: Annotated[set[str], Field(max_length=1)] = set()
    at: Annotated[AwareDatetime, Field(lt=datetime(2200, 1, 1, tzinfo=UTC))] | None = None
    on: date | None = None
    text: Annotated[str, Field(min_length=2, pattern="^[a-z]+$")] = "ab"
    name: Annotated[str, AfterValidator(str.strip), Field(min_length=3)] = "abc"


WRONG: list[tuple[str, Any, str, dict[str, Any]]] = [
    ("minutes", 31, "must be 30, 45 or 60", {"expected": ["30", "45", "60"]}),
    ("word", "bored", "must be ill or no-time", {"expected": ["ill", "no-time"]}),
    ("only", "bored", "must be ill", {"expected": ["ill"]}),
    ("member", "bored", "must be ill or no-time", {"expected": ["ill", "no-time"]}),
    (
        "topics",
        ["a", "b", "c"],
        "must have at most 1 item, not more",
        {"field_type": "Set", "max_length": 1, "actual_length": "more"},
    ),
    ("at", "2300-01-01T00:00:00Z", "must be less than 2200-01-01T00:00:00Z", {"lt": "2200-01-01T00:00:00Z"}),
    ("on", "soon", "must be a date, such as 2026-03-02", {"error": "input is too short"}),
    ("text", "a", "must have at least 2 characters", {"min_length": 2}),
    ("text", "A1", "must be of the form ^[a-z]+$", {"pattern": "^[a-z]+$"}),
    (
        "name",
        "  ab  ",
        "must have at least 3 items, not 2",
        {"field_type": "Value", "min_length": 3, "actual_length": 2},
    ),
]


@pytest.mark.parametrize(("field", "value", "problem", "facts"), WRONG)
def test_the_facts_are_what_a_program_needs(field: str, value: object, problem: str, facts: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refusal:
        Body.model_validate({field: value})
    [error] = refusal.value.errors()
    said = explained(error, Sentences(), "en")
    assert (said["problem"], said["facts"]) == (problem, facts)


def fault_at(*place: str | int) -> dict[str, Any]:
    return {"type": "missing", "loc": place, "msg": ""}


@pytest.mark.parametrize(
    ("place", "field"),
    [
        (("body", "terms", "objectives", 0, "title"), "terms.objectives.0.title"),
        (("body", "body"), "body"),
        (("query", "after"), "query.after"),
        (("body",), "body"),
        (("body", "\x1b[31m\ud800"), "�[31m�"),
        (("body", "x" * 900_000), "x" * 63 + "…"),
    ],
)
def test_a_field_is_named_by_its_path_and_what_somebody_made_up_in_short(place: tuple[str, ...], field: str) -> None:
    [fault] = told([fault_at(*place)], Sentences(), "en")
    assert fault["field"] == field


def test_no_more_are_told_than_anybody_reads() -> None:
    assert len(told([fault_at("body", str(number)) for number in range(90_000)], Sentences(), "en")) == MOST_FAULTS


def test_a_fault_of_tomorrow_is_told_in_its_own_words() -> None:
    said = explained({"type": "of_tomorrow", "msg": "Input should be better"}, Sentences(), "en")
    assert said == {"problem": "Input should be better", "code": "of-tomorrow", "facts": {}}


@pytest.mark.parametrize(("field", "value"), [("topics", ["a", "b"]), ("name", "  ab  ")])
def test_what_is_too_long_or_too_short_is_called_so_in_the_readers_language(field: str, value: object) -> None:
    with pytest.raises(ValidationError) as refusal:
        Body.model_validate({field: value})
    [error] = refusal.value.errors()
    assert error["ctx"]["field_type"] not in explained(error, Sentences(), PSEUDO)["problem"]
