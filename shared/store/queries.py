"""The port's questions in MongoDB's language."""

from collections.abc import Mapping, Sequence
from typing import Any

from shared.domain.work import Order, Where

Pipeline = list[dict[str, Any]]

STORED = {"_gone": None}
"""MongoDB's query for aggregates; what was deleted may have left its counter."""


def stored(where: Where) -> Where:
    """The query for aggregates alone.

    A counter has no field that could equal a value, and a query that asks for none of its own can be answered from
    an index without a look at any document.
    """
    return where if any(map(_names_a_value, where, where.values())) else {**where, **STORED}


def _names_a_value(field: str, wanted: object) -> bool:
    return not field.startswith(("_", "$")) and wanted is not None and not isinstance(wanted, Mapping)


def elements(where: Where, each: str) -> Pipeline:
    """Those that match; of each one every element of that list, when one is named."""
    if not each:
        return [{"$match": stored(where)}]
    prefix = f"{each}."
    of_each = {field: wanted for field, wanted in where.items() if field.startswith(prefix)}
    whole = {field: wanted for field, wanted in where.items() if field not in of_each}
    if of_each:
        any_of_them = {field.removeprefix(prefix): wanted for field, wanted in of_each.items()}
        whole[each] = {"$elemMatch": any_of_them}
    return [{"$match": stored(whole)}, {"$unwind": f"${each}"}, {"$match": of_each}]


def values_of(where: Where, fields: Sequence[str], each: str, sort: Order, limit: int) -> Pipeline:
    """These fields of every element."""
    steps = elements(where, each)
    if sort:
        steps.append({"$sort": dict(sort)})
    if limit:
        steps.append({"$limit": limit})
    return [*steps, {"$project": dict.fromkeys(fields, 1)}]


def counts_of(where: Where, by: Sequence[str], each: str) -> Pipeline:
    """Rows with ``_id``, which holds the values in their order, and ``times``."""
    together = [{"$ifNull": [f"${field}", None]} for field in by]
    return [*elements(where, each), {"$group": {"_id": together, "times": {"$sum": 1}}}]


def different_in(where: Where, fields: Sequence[str]) -> Pipeline:
    """One row with ``times``, or none at all."""
    return [
        {"$match": stored(where)},
        {"$project": {"value": [f"${field}" for field in fields]}},
        {"$unwind": "$value"},
        {"$match": {"value": {"$nin": ["", None]}}},
        {"$group": {"_id": "$value"}},
        {"$count": "times"},
    ]


def at(document: Mapping[str, Any], field: str) -> Any:
    """What stands there; None when nothing does."""
    found: Any = document
    for name in field.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found
