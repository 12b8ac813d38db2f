"""The port's questions in MongoDB's language."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from shared.domain.aggregate import Aggregate
from shared.domain.errors import Unreadable
from shared.domain.pieces import by_turns
from shared.domain.work import Order, Page, Where
from shared.store.documents import Document, from_document

A = TypeVar("A", bound=Aggregate)

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


def beyond(sort: Order, after: Sequence[Any]) -> Where:
    """MongoDB's query for what comes after that key in that order; of nothing, for everything.

    The first field bounds the search once more by itself: MongoDB goes by an index where a condition stands outside of
    any ``$or``.
    """
    if not after:
        return {}
    same: dict[str, Any] = {}
    places: list[Where] = []
    for (field, direction), value in zip(sort, after, strict=True):
        if value is not None:
            places.append({**same, field: {"$gt" if direction > 0 else "$lt": value}})
        elif direction > 0:  # what is missing comes first
            places.append({**same, field: {"$ne": None}})
        same[field] = value
    (first, direction), value = sort[0], after[0]
    bound = {} if value is None else {first: {"$gte" if direction > 0 else "$lte": value}}
    return {**bound, "$or": places}


async def page_of(
    kind: type[A], documents: Sequence[Document], sort: Order, limit: int, spoilt: list[str] | None = None
) -> Page[A]:
    """A page of documents, of which one more may be there than it holds; raises Unreadable as ``Store.page`` does."""
    items = []
    async for document in by_turns(documents[:limit]):
        try:
            items.append(from_document(kind, document))
        except Unreadable:
            if spoilt is None:
                raise
            spoilt.append(document["_id"])
    more = len(documents) > limit
    return Page(items, tuple(at(documents[limit - 1], field) for field, _ in sort) if more else ())
