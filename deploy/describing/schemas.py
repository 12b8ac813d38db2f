"""The committed JSON Schema of every event.

``make write`` records compatible changes and new events. An incompatible change is never recorded: it needs a new
version of the event.
"""

import json
from collections.abc import Mapping
from pathlib import Path

import shared.language
from deploy.describing.compatibility import Schema, breaks
from deploy.services import SERVICES
from shared.language.streams import REGISTRY, Event

FOLDER = Path(shared.language.__file__).parent / "schemas"
EVENTS = {kind: event for kind, event in REGISTRY.items() if event.__module__.startswith("shared.language.")}
"""Type → class of the published language; tests may register events of their own."""


class Incompatible(Exception):
    """Somebody who reads today's events would not understand what was said before; the message says what and whom."""


def schema_of(event: type[Event]) -> Schema:
    """What a reader of this event accepts, as JSON Schema 2020-12."""
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"{event.type}.json"}
    return {**dialect, **event.model_json_schema()}


def committed() -> dict[str, Schema]:
    """Type → schema, as recorded."""
    return {path.stem: json.loads(path.read_text()) for path in sorted(FOLDER.glob("*.json"))}


def today() -> dict[str, Schema]:
    """Type → schema, as the code has it."""
    return {kind: schema_of(event) for kind, event in sorted(EVENTS.items())}


def hearers(kind: str) -> list[str]:
    """The services that do something when they hear an event of this type."""
    return sorted(service.name for service in SERVICES if any(event.type == kind for event in service.hears))


def complaints(before: Mapping[str, Schema], today: Mapping[str, Schema]) -> list[str]:
    """One complaint for each recorded event that today's classes no longer understand."""
    found = {
        kind: breaks(schema, today[kind]) if kind in today else ["the event: removed"]
        for kind, schema in before.items()
    }
    return [_complaint(kind, broken) for kind, broken in found.items() if broken]


def _complaint(kind: str, broken: list[str]) -> str:
    """Why the change of an event is incompatible, and whom it would hit."""
    listed = "".join(f"\n  - {what}" for what in broken)
    return f"{kind}, heard by {', '.join(hearers(kind)) or 'no service'}:{listed}\nSay it as a new version instead."


def files() -> dict[Path, str]:
    """Each schema as it has to be; raises Incompatible when what is recorded would no longer be understood."""
    if found := complaints(committed(), today()):
        raise Incompatible("\n".join(found))
    return {FOLDER / f"{kind}.json": json.dumps(s, indent=2, ensure_ascii=False) + "\n" for kind, s in today().items()}
