"""The values of the chart as people read them: the table of its README."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CHART = Path(__file__).parents[2] / "chart"
README = CHART / "README.md"
BEGIN, END = "<!-- values: make write -->", "<!-- end of values -->"
COMMENT, KEY = re.compile(r"\s*# -- (?P<text>.+)"), re.compile(r"(?P<indent> *)(?P<key>[\w.]+):")


@dataclass(frozen=True)
class Value:
    """One value: its path with dots, its default as JSON, and what values.yaml and the schema say of it."""

    path: str
    default: str
    comment: str
    description: str


def described() -> list[Value]:
    """Every value that values.yaml comments on, in its order; raises KeyError for one the schema does not know."""
    import yaml  # whoever only installs the chart need not have it

    values = yaml.safe_load((CHART / "values.yaml").read_text())
    schema = json.loads((CHART / "values.schema.json").read_text())
    return [
        Value(path, _default(values, path), comment, _part(schema, path)["description"])
        for path, comment in _comments((CHART / "values.yaml").read_text())
    ]


def _comments(text: str) -> Iterator[tuple[str, str]]:
    """Path → the comment above it."""
    path: list[str] = []
    comment = None
    for line in text.splitlines():
        if said := COMMENT.fullmatch(line):
            comment = said["text"]
        elif key := KEY.match(line):
            path = [*path[: len(key["indent"]) // 2], key["key"]]
            if comment:
                yield ".".join(path), comment
            comment = None


def _default(values: Any, path: str) -> str:
    for name in path.split("."):
        values = values[name]
    return json.dumps(values, ensure_ascii=False)


def _part(schema: dict[str, Any], path: str) -> dict[str, Any]:
    part = schema
    for name in path.split("."):
        while "$ref" in part:
            part = schema["$defs"][part["$ref"].rpartition("/")[2]]
        part = part["properties"][name]
    return part


def table() -> str:
    """The values as a table in Markdown."""
    rows = [f"| `{value.path}` | {value.description} | `{value.default}` |" for value in described()]
    return "\n".join(["| value | what it is | default |", "|---|---|---|", *rows])


def readme() -> str:
    """The chart's README with the table as it has to be."""
    before, _, rest = README.read_text().partition(BEGIN)
    after = rest.partition(END)[2]
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


def files() -> dict[Path, str]:
    """What is made here: path → text."""
    return {README: readme()}
