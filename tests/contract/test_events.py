"""Every event has a recorded schema and a golden example, both still understood, and neither personal."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import BaseModel

from deploy.describing.compatibility import Schema, inlined
from deploy.describing.examples import FOLDER as EXAMPLES
from deploy.describing.schemas import EVENTS, committed, complaints, hearers, schema_of, today
from shared.language.feedback import ProgrammeCounted
from shared.language.streams import CROSSING

PERSONAL = re.compile(
    r"(^|_)(name|names|surname|mail|email|phone|mobile|birth|birthday|born|age|gender|sex|address|employee|comment|"
    r"text|note|notes|message|feeling|useful|rating)(_|$)"
)

every_event = pytest.mark.parametrize("kind", sorted(EVENTS))


def example(kind: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((EXAMPLES / f"{kind}.json").read_text())
    return found


def properties(schema: Any) -> Iterator[tuple[str, Schema]]:
    """Every field at any depth, by name."""
    if isinstance(schema, list):
        for item in schema:
            yield from properties(item)
    elif isinstance(schema, dict):
        yield from schema.get("properties", {}).items()
        for inner in schema.values():
            yield from properties(inner)


def as_said(read: Any, said: Any) -> Any:
    """What was read, without the fields at any depth that are newer than what was said."""
    if isinstance(said, dict):
        return {name: as_said(read[name], part) for name, part in said.items()}
    if isinstance(said, list) and len(read) == len(said):
        return [as_said(one, part) for one, part in zip(read, said, strict=True)]
    return read


MEANS = {"telemachus.programme-counted.v1": ["feeling", "useful"]}
"""Of at least five people, and of nobody alone."""
CROSSING_WORDS = {"count_id", "region", "programme_id"}
"""All that may be said in words in a stream that crosses regions."""


def personal(schema: Schema) -> list[str]:
    return [name for name, _ in properties(inlined(schema)) if PERSONAL.search(name)]


def test_no_change_is_incompatible() -> None:
    assert not complaints(committed(), today()), "\n".join(complaints(committed(), today()))


def test_no_example_is_left_over() -> None:
    assert sorted(path.stem for path in EXAMPLES.glob("*.json")) == sorted(EVENTS)


@every_event
def test_the_golden_example_is_read_whole(kind: str) -> None:
    said = example(kind)
    read = EVENTS[kind].model_validate_json(json.dumps(said)).model_dump(mode="json")
    assert as_said(read, said) == said


@every_event
def test_a_newer_writers_fields_are_ignored(kind: str) -> None:
    event = EVENTS[kind]
    said = example(kind)
    newer = {**said, "field_of_tomorrow": {"any": ["thing"]}}
    assert event.model_validate(newer) == event.model_validate(said)


@every_event
def test_an_example_says_what_it_is_about(kind: str) -> None:
    event = EVENTS[kind].model_validate(example(kind))
    assert event.subject
    assert event.key


@every_event
def test_nothing_personal_is_said(kind: str) -> None:
    assert personal(schema_of(EVENTS[kind])) == MEANS.get(kind, [])


def test_what_crosses_regions_is_figures_alone() -> None:
    crossing = [event for event in EVENTS.values() if event.stream in CROSSING]
    assert crossing == [ProgrammeCounted]
    for event in crossing:
        for name, field in properties(inlined(schema_of(event))):
            kinds = {one.get("type") for one in field.get("anyOf", [field])}
            assert name in CROSSING_WORDS or kinds <= {"integer", "number", "null", "object"}, name
            assert "additionalProperties" not in field, name


@every_event
def test_a_reason_is_a_category(kind: str) -> None:
    reasons = [schema for name, schema in properties(inlined(schema_of(EVENTS[kind]))) if name == "because"]
    assert all("enum" in schema or "const" in schema for schema in reasons)


def test_personal_fields_are_found_at_any_depth() -> None:
    class Inner(BaseModel):
        first_name: str
        unit: str

    class Outer(BaseModel):
        people: tuple[Inner, ...]
        message: str

    assert sorted(personal(Outer.model_json_schema())) == ["first_name", "message"]


def test_the_complaint_names_the_services_that_hear_the_event() -> None:
    kind = "telemachus.session-held.v1"
    before = committed()[kind]
    fields = before["properties"]
    old = {**before, "properties": {**fields, "room": {"type": "string"}}}
    (complaint,) = complaints({kind: old}, today())
    assert "feedback" in hearers(kind)
    assert "heard by " + ", ".join(hearers(kind)) in complaint
    assert "field room removed" in complaint


def test_an_event_that_is_gone_is_missed() -> None:
    (complaint,) = complaints({"telemachus.pair-toasted.v1": {}}, today())
    assert "removed" in complaint
