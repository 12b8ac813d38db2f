"""Aggregates as MongoDB documents and back."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from shared.domain.aggregate import Aggregate
from shared.domain.errors import Unreadable
from shared.language.values.accepted import ACCEPTED

A = TypeVar("A", bound=Aggregate)
Document = dict[str, Any]

OWN = frozenset({"_gone", "_id", "_revision", "_said"})
"""What the unit of work keeps beside an aggregate's fields."""

NAMED = 3
"""Faults named of one document."""

_adapters: dict[type[Aggregate], TypeAdapter[Any]] = {}
_names: dict[type[Aggregate], frozenset[str]] = {}


def _adapter(kind: type[Aggregate]) -> TypeAdapter[Any]:
    if kind not in _adapters:
        _adapters[kind] = TypeAdapter(kind)
    return _adapters[kind]


def to_document(aggregate: Aggregate) -> Document:
    """The aggregate as JSON-compatible values, with ``_id`` and a native ``due_at`` that can be compared."""
    document: Document = _adapter(type(aggregate)).dump_python(aggregate, mode="json", exclude={"raised", "due_at"})
    document["_id"] = document.pop("id")
    if aggregate.due_at is not None:
        document["due_at"] = aggregate.due_at
    return document


def from_document(kind: type[A], document: Mapping[str, Any]) -> A:
    """The aggregate that was stored; unknown fields of a newer version are left out. Raises Unreadable."""
    known = {name: value for name, value in document.items() if name in _field_names(kind)}
    try:
        aggregate: A = _adapter(kind).validate_python({**known, "id": document["_id"]}, context=ACCEPTED)
    except ValidationError as error:
        raise Unreadable(kind.__name__, _faults(error)) from None
    return aggregate


def counters(kind: type[Aggregate], document: Mapping[str, Any]) -> tuple[int, int]:
    """The document's revision, and how many events it has raised; raises Unreadable."""
    try:
        return document["_revision"], document["_said"]
    except KeyError as missing:
        raise Unreadable(kind.__name__, f"{missing.args[0]}: missing") from None


def _faults(error: ValidationError) -> str:
    faults = [f"{'.'.join(map(str, each['loc']))}: {each['type']}" for each in error.errors(include_input=False)]
    return "; ".join(faults[:NAMED])


def unknown_fields(kind: type[Aggregate], document: Mapping[str, Any]) -> Document:
    """What a newer version has stored beside what this one knows."""
    return {name: document[name] for name in document.keys() - _field_names(kind) - OWN}


def _field_names(kind: type[Aggregate]) -> frozenset[str]:
    if kind not in _names:
        _names[kind] = frozenset(f.name for f in fields(kind)) - {"id", "raised"}
    return _names[kind]
