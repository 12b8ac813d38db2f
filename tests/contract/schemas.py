"""The committed JSON Schema of every event: ``python -m tests.contract.schemas [--write]``.

``--write`` records compatible changes and new events. An incompatible change is never recorded: it needs a new
version of the event.
"""

import importlib
import json
import sys
from pathlib import Path

from shared.domain.handlers import heard
from shared.language.streams import REGISTRY, Event
from tests.contract.compatibility import Schema, breaks

ROOT = Path(__file__).parents[2]
SCHEMAS = ROOT / "shared" / "language" / "schemas"
EXAMPLES = Path(__file__).parent / "examples"
EVENTS = {kind: event for kind, event in REGISTRY.items() if event.__module__.startswith("shared.language.")}
"""Type → class of the published language; tests may register events of their own."""


def schema_of(event: type[Event]) -> Schema:
    """What a reader of this event accepts, as JSON Schema 2020-12."""
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"{event.type}.json"}
    return {**dialect, **event.model_json_schema()}


def committed() -> dict[str, Schema]:
    """Type → schema, as recorded."""
    return {path.stem: json.loads(path.read_text()) for path in sorted(SCHEMAS.glob("*.json"))}


def hearers(kind: str) -> list[str]:
    """The services that do something when they hear an event of this type."""
    names = sorted(path.parent.name for path in ROOT.glob("services/*/handlers.py"))
    modules = {name: importlib.import_module(f"services.{name}.handlers") for name in names}
    return [
        name
        for name, module in modules.items()
        if any(event.type == kind for handler in heard(module) for event in handler.events)
    ]


def complaint(kind: str, broken: list[str]) -> str:
    """Why the change of an event is incompatible, and whom it would hit."""
    listed = "".join(f"\n  - {what}" for what in broken)
    return f"{kind}, heard by {', '.join(hearers(kind)) or 'no service'}:{listed}\nSay it as a new version instead."


def complaints(before: dict[str, Schema], today: dict[str, Schema]) -> list[str]:
    """One complaint for each recorded event that today's classes no longer understand."""
    found = {
        kind: breaks(schema, today[kind]) if kind in today else ["the event: removed"]
        for kind, schema in before.items()
    }
    return [complaint(kind, broken) for kind, broken in found.items() if broken]


def today() -> dict[str, Schema]:
    """Type → schema, as the code has it."""
    return {kind: schema_of(event) for kind, event in sorted(EVENTS.items())}


def write() -> None:
    """Record today's schemas."""
    SCHEMAS.mkdir(exist_ok=True)
    for kind, schema in today().items():
        (SCHEMAS / f"{kind}.json").write_text(json.dumps(schema, indent=2, ensure_ascii=False) + "\n")


def main(arguments: list[str]) -> int:
    """Tell what changed, and record it when asked to and allowed; returns the exit code."""
    before, now = committed(), today()
    found = complaints(before, now)
    for one in found:
        print(one, file=sys.stderr)
    changed = [kind for kind in now if before.get(kind) != now[kind]]
    print(f"{len(now)} events, {len(changed)} new or changed, {len(found)} incompatible")
    if "--write" in arguments and not found:
        write()
        return 0
    return 1 if changed or found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
