"""The golden examples of events: one of each type, understood for ever once it is there.

``make write`` makes one for a new event, of what the other examples say under the same names; put in its place what
somebody would really say, if it does not read well. One that is there is never touched again.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from deploy.describing.compatibility import Schema, inlined
from deploy.describing.schemas import EVENTS, schema_of
from shared.language.streams import Event

FOLDER = Path(__file__).parents[2] / "tests" / "contract" / "examples"
WORDS = ("example", "eu", "en", "GB", "09:00", "1")
"""What is tried where a pattern is asked for and no other example has the field."""
FORMATS = {"date-time": "2026-03-31T09:30:00Z", "date": "2026-03-31"}
SIMPLE: dict[str, Any] = {"boolean": True, "null": None}


class NoExample(Exception):
    """None can be made up: somebody has to write it."""


def files() -> dict[Path, str]:
    """The examples that are missing; raises NoExample."""
    missing = {kind: FOLDER / f"{kind}.json" for kind in EVENTS if not (FOLDER / f"{kind}.json").exists()}
    known = _said()
    return {path: json.dumps(made(EVENTS[kind], known), indent=2) + "\n" for kind, path in missing.items()}


def made(event: type[Event], known: dict[str, list[Any]]) -> dict[str, Any]:
    """An example of that event, its fields filled with what is known of others by the same names."""
    properties = inlined(schema_of(event))["properties"]
    return {name: _filled(event, name, [*known.get(name, ()), *_made_up(part)]) for name, part in properties.items()}


def _filled(event: type[Event], name: str, tried: list[Any]) -> Any:
    """The first that the field takes."""
    field: TypeAdapter[Any] = TypeAdapter(event.model_fields[name].rebuild_annotation())
    for value in tried:
        try:
            field.validate_json(json.dumps(value))
        except ValidationError:
            continue
        return value
    raise NoExample(f"{event.type}: nothing comes to mind for {name}; write {FOLDER.name}/{event.type}.json yourself")


def _said() -> dict[str, list[Any]]:
    """Field → what examples say under that name."""
    found: dict[str, list[Any]] = {}
    for path in sorted(FOLDER.glob("*.json")):
        for name, value in json.loads(path.read_text()).items():
            found.setdefault(name, []).append(value)
    return found


def _made_up(schema: Schema) -> Iterator[Any]:
    """Values that such a schema may take, the likeliest first."""
    if "anyOf" in schema:
        for one in schema["anyOf"]:
            yield from _made_up(one)
    elif "const" in schema or "enum" in schema:
        yield from schema.get("enum", [schema.get("const")])
    else:
        yield from _of_type(schema)


def _of_type(schema: Schema) -> Iterator[Any]:
    match schema.get("type"):
        case "string":
            pattern = re.compile(schema.get("pattern", ""))
            yield FORMATS.get(schema.get("format", "")) or next(filter(pattern.search, WORDS), WORDS[0])
        case "integer" | "number":
            yield schema.get("minimum", 1)
        case "array":
            yield [next(_made_up(schema["items"]))] if "items" in schema else []
        case "object":
            yield {name: next(_made_up(part)) for name, part in schema.get("properties", {}).items()}
        case kind:
            yield SIMPLE.get(str(kind))
