"""What pydantic finds wrong is told with its code and facts, in English word for word as pydantic does."""

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

import pytest
from pydantic import AfterValidator, AwareDatetime, BaseModel, Field, ValidationError
from pydantic_core import PydanticKnownError
from pydantic_core._pydantic_core import list_all_errors

from shared.web.faults import COUNTED, FAULTS, explained
from shared.web.sentences import Sentences
from shared.web.wording import PSEUDO

SAID_OTHERWISE = {"json_invalid": "JSON decode error"}
"""By whoever reads the body."""
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


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("kind", FAULTS)
def test_in_english_it_is_pydantics_own_sentence(kind: str, number: int) -> None:
    facts = context_of(kind, number)
    words = SAID_OTHERWISE.get(kind) or PydanticKnownError(kind, facts or None).message()  # type: ignore[arg-type]
    told = explained({"type": kind, "ctx": facts, "msg": ""}, Sentences(), "en")
    assert (told["problem"], told["code"]) == (words, kind.replace("_", "-"))


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


WRONG: list[tuple[str, Any, dict[str, Any]]] = [
    ("minutes", 31, {"expected": ["30", "45", "60"]}),
    ("word", "bored", {"expected": ["ill", "no-time"]}),
    ("only", "bored", {"expected": ["ill"]}),
    ("member", "bored", {"expected": ["ill", "no-time"]}),
    ("topics", ["a", "b", "c"], {"field_type": "Set", "max_length": 1, "actual_length": "more"}),
    ("at", "2300-01-01T00:00:00Z", {"lt": "2200-01-01T00:00:00Z"}),
    ("on", "soon", {"error": "input is too short"}),
    ("text", "a", {"min_length": 2}),
    ("text", "A1", {"pattern": "^[a-z]+$"}),
    ("name", "  ab  ", {"field_type": "Value", "min_length": 3, "actual_length": 2}),
]


@pytest.mark.parametrize(("field", "value", "facts"), WRONG)
def test_the_facts_are_what_a_program_needs(field: str, value: object, facts: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refusal:
        Body.model_validate({field: value})
    [error] = refusal.value.errors()
    told = explained(error, Sentences(), "en")
    assert (told["problem"], told["facts"]) == (error["msg"], facts)


def test_a_fault_of_tomorrow_is_told_in_its_own_words() -> None:
    told = explained({"type": "of_tomorrow", "msg": "Input should be better"}, Sentences(), "en")
    assert told == {"problem": "Input should be better", "code": "of-tomorrow", "facts": {}}


@pytest.mark.parametrize(("field", "value"), [("topics", ["a", "b"]), ("name", "  ab  ")])
def test_what_is_too_long_or_too_short_is_called_so_in_the_readers_language(field: str, value: object) -> None:
    with pytest.raises(ValidationError) as refusal:
        Body.model_validate({field: value})
    [error] = refusal.value.errors()
    assert error["ctx"]["field_type"] not in explained(error, Sentences(), PSEUDO)["problem"]
