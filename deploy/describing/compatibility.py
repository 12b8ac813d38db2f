"""Whether today's reader understands everything that was ever said: a comparison of two JSON Schemas."""

from collections.abc import Callable, Iterator
from typing import Any

Schema = dict[str, Any]
Breaks = Iterator[str]

LOWEST = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
HIGHEST = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
FORMS = ("pattern", "format")


def inlined(schema: Schema) -> Schema:
    """The schema with every reference replaced by what it refers to; no event refers to itself."""
    definitions = schema.get("$defs", {})

    def resolved(node: Any) -> Any:
        if isinstance(node, list):
            return [resolved(item) for item in node]
        if not isinstance(node, dict):
            return node
        if "$ref" in node:
            return resolved(definitions[node["$ref"].rpartition("/")[2]])
        return {key: resolved(value) for key, value in node.items() if key != "$defs"}

    whole: Schema = resolved(schema)
    return whole


def breaks(old: Schema, new: Schema) -> list[str]:
    """What a reader of ``new`` would refuse or miss of what a writer of ``old`` has said; empty when nothing."""
    return list(_any(inlined(old), inlined(new), "the event"))


def _any(old: Schema, new: Schema, where: str) -> Breaks:
    """Each alternative of old must find one of new that takes it."""
    olds, news = old.get("anyOf", [old]), new.get("anyOf", [new])
    if len(olds) == len(news) == 1:
        yield from _one(olds[0], news[0], where)
        return
    for alternative in olds:
        if all(list(_one(alternative, candidate, where)) for candidate in news):
            yield f"{where}: no longer accepts {_kind(alternative)}"


def _one(old: Schema, new: Schema, where: str) -> Breaks:
    if not _type_holds(old.get("type"), new.get("type")):
        yield f"{where}: type narrowed from {old.get('type', 'anything')} to {new['type']}"
        return
    for compare in COMPARISONS:
        yield from compare(old, new, where)


def _kind(schema: Schema) -> str:
    return str(schema.get("enum") or schema.get("const") or schema.get("type", "anything"))


def _type_holds(old: str | None, new: str | None) -> bool:
    return new is None or old == new or (old, new) == ("integer", "number")


def _values(schema: Schema) -> list[Any] | None:
    return [schema["const"]] if "const" in schema else schema.get("enum")


def _enums(old: Schema, new: Schema, where: str) -> Breaks:
    before, after = _values(old), _values(new)
    if after is None:
        return
    if before is None:
        yield f"{where}: narrowed to the values {after}"
        return
    for value in before:
        if value not in after:
            yield f"{where}: value {value!r} removed"


def _bounds(old: Schema, new: Schema, where: str) -> Breaks:
    for bound in LOWEST:
        if bound in new and (bound not in old or new[bound] > old[bound]):
            yield f"{where}: {bound} raised from {old.get(bound, 'none')} to {new[bound]}"
    for bound in HIGHEST:
        if bound in new and (bound not in old or new[bound] < old[bound]):
            yield f"{where}: {bound} lowered from {old.get(bound, 'none')} to {new[bound]}"
    for form in FORMS:
        if form in new and new[form] != old.get(form):
            yield f"{where}: {form} changed from {old.get(form, 'none')} to {new[form]}"


def _fields(old: Schema, new: Schema, where: str) -> Breaks:
    before, after = old.get("properties", {}), new.get("properties", {})
    for name in before.keys() - after.keys():
        yield f"{where}: field {name} removed"
    for name in sorted(set(new.get("required", ())) - set(old.get("required", ()))):
        yield f"{where}: field {name} is newly required"
    for name in sorted(before.keys() & after.keys()):
        yield from _any(before[name], after[name], f"{where}.{name}")


def _contents(old: Schema, new: Schema, where: str) -> Breaks:
    if new.get("additionalProperties") is False and old.get("additionalProperties") is not False:
        yield f"{where}: unknown fields are no longer ignored"
    for part, step in (("items", "[]"), ("additionalProperties", "{}")):
        if isinstance(new.get(part), dict):
            before = old.get(part)
            yield from _any(before if isinstance(before, dict) else {}, new[part], where + step)


COMPARISONS: tuple[Callable[[Schema, Schema, str], Breaks], ...] = (_enums, _bounds, _fields, _contents)
