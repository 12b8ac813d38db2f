"""Bodies that cost a server most: a megabyte of one thing, wherever a JSON Schema has a field for it."""

import json
from collections.abc import Callable, Iterator, Mapping
from itertools import cycle
from typing import Any

Schema = dict[str, Any]
Path = tuple[str, ...]

MARGIN = 5000
"""Bytes of a body that are left for the names of its fields."""


def filled(piece: str, room: int) -> str:
    """A list of as many of that piece as there is room for."""
    return "[" + ",".join([piece] * max(1, room // (len(piece) + 1))) + "]"


def keyed(room: int) -> str:
    """An object of as many keys."""
    return "{" + ",".join(f'"x{number:06}":1' for number in range(room // 12)) + "}"


def nested(begin: str, end: str) -> Callable[[int], str]:
    """As many as there is room for of what is as deep as may be."""

    def of(room: int) -> str:
        deep = max(1, min(90, room // 10))
        return filled(begin * deep + "1" + end * deep, room)

    return of


NASTY: Mapping[str, Callable[[int], str]] = {
    "ones": lambda room: filled("1", room),
    "empty objects": lambda room: filled("{}", min(room, 140_000)),
    "more empty objects": lambda room: filled("{}", room),
    "empty lists": lambda room: filled("[]", min(room, 140_000)),
    "nulls": lambda room: filled("null", room),
    "words": lambda room: filled('"a"', room),
    "long numbers": lambda room: filled("9" * 4000, room),
    "endless floats": lambda room: filled("1e999", room),
    "unknown keys": keyed,
    "objects of unknown keys": lambda room: filled(keyed(2000), room),
    "one long text": lambda room: json.dumps("x" * room),
    "white space": lambda room: json.dumps(" " * room),
    "ends of lines": lambda room: json.dumps("\r" * (room // 2)),
    "overrides": lambda room: json.dumps("\u202e" * (room // 3), ensure_ascii=False),
    "lists in lists": nested("[", "]"),
    "objects in objects": nested('{"a":', "}"),
    "deeper than may be": lambda room: "[" * room,
    "one long key": lambda room: json.dumps({"k" * room: 1}),
    "a key of escapes": lambda room: json.dumps({"\x1b[31m" * (room // 11): 1}),
    "half characters": lambda room: '"' + "\\ud800" * (room // 6) + '"',
    "true": lambda _: "true",
    "no number": lambda _: "NaN",
}
"""Kind → JSON (or what passes for it) of about so many bytes."""


def worst_of(kind: str, schema: Schema, largest: int) -> Iterator[bytes]:
    """As the whole body, in every field at once, and in every list alone."""
    make, room = NASTY[kind], largest - MARGIN
    yield make(room).encode()
    fields = built(schema, schema, cycle("0")).count(":0")
    yield built(schema, schema, cycle([make(room // max(1, fields))])).encode()
    alone = make(room)
    for path, _ in lists(schema, schema):
        yield at(path, alone).encode()


WRONG = ("{}", "1", '"\u202e"', '{"mentor_id":"!","mentee_id":1}', "null")


def full_lists(schema: Schema) -> Iterator[bytes]:
    """Every list as long as it may be, alone and all of a body's own at once, with nothing right in it."""
    found = dict(lists(schema, schema))
    for wrong in WRONG:
        full = {path: filled(wrong, (len(wrong) + 1) * each["maxItems"]) for path, each in found.items()}
        for path, items in full.items():
            yield at(path, items).encode()
        own = ",".join(f'"{path[0]}":{items}' for path, items in full.items() if len(path) == 1)
        yield f"{{{own}}}".encode()


def built(schema: Schema, whole: Schema, leaf: Iterator[str]) -> str:
    """A body of that schema with the next leaf in every field that has no fields."""
    schema = resolved(schema, whole)
    if "properties" not in schema:
        return next(leaf)
    fields = [f"{json.dumps(name)}:{built(field, whole, leaf)}" for name, field in schema["properties"].items()]
    return "{" + ",".join(fields) + "}"


def resolved(schema: Schema, whole: Schema) -> Schema:
    """What it refers to; of what may be absent what it is when it is there."""
    if "anyOf" in schema:
        return resolved(next(each for each in schema["anyOf"] if each.get("type") != "null"), whole)
    if "$ref" in schema:
        return resolved(whole["$defs"][schema["$ref"].rpartition("/")[2]], whole)
    return schema


def lists(schema: Schema, whole: Schema, path: Path = ()) -> Iterator[tuple[Path, Schema]]:
    """Path and schema of every list that is not within a list."""
    schema = resolved(schema, whole)
    if schema.get("type") == "array":
        yield path, schema
    for name, field in schema.get("properties", {}).items():
        yield from lists(field, whole, (*path, name))


def at(path: Path, inner: str) -> str:
    """A body with nothing but that field."""
    return "".join(f'{{"{name}":' for name in path) + inner + "}" * len(path)
