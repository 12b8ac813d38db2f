"""A question of the ports, asked of one document: so much of MongoDB's language as ``shared.domain.work`` names."""

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from shared.domain.work import Order, Where
from shared.store.documents import Document


def matches(where: Where, document: Document) -> bool:
    """Whether all of it holds; raises NotImplementedError for what the port does not name."""
    return all(_holds(document, field, wanted) for field, wanted in where.items())


def _holds(document: Document, field: str, wanted: Any) -> bool:
    if field == "$or":
        return any(matches(each, document) for each in wanted)
    if field.startswith("$"):
        raise NotImplementedError(f"{field} is not in the language of the port")
    found = list(_reached(document, field.split(".")))
    if not isinstance(wanted, Mapping):
        return _equal(found, wanted)
    for name in wanted:
        if name not in OPERATORS:
            raise NotImplementedError(f"{name} is not in the language of the port")
    return all(OPERATORS[name](found, bound) for name, bound in wanted.items())


def _reached(found: Any, names: Sequence[str]) -> Iterator[Any]:
    """All that stands at the end of a path; through a list it goes by an element's place, and by every element."""
    if not names:
        yield found
    elif isinstance(found, Mapping):
        if names[0] in found:
            yield from _reached(found[names[0]], names[1:])
    elif isinstance(found, list):
        if names[0].isdigit() and int(names[0]) < len(found):
            yield from _reached(found[int(names[0])], names[1:])
        for element in found:
            if isinstance(element, Mapping):
                yield from _reached(element, names)


def _with_elements(found: Sequence[Any]) -> Iterator[Any]:
    for value in found:
        yield value
        if isinstance(value, list):
            yield from value


def _equal(found: Sequence[Any], wanted: Any) -> bool:
    if wanted is None and not found:
        return True
    same = list(wanted) if isinstance(wanted, tuple) else wanted
    return any(value == same and isinstance(value, bool) is isinstance(same, bool) for value in _with_elements(found))


def _in(found: Sequence[Any], wanted: Sequence[Any]) -> bool:
    texts = {value for value in _with_elements(found) if isinstance(value, str)}
    if any(each in texts for each in wanted if isinstance(each, str)):
        return True
    return any(_equal(found, each) for each in wanted if not isinstance(each, str))  # text is equal to text alone


def _compares(how: Callable[[Any, Any], bool]) -> Callable[[Sequence[Any], Any], bool]:
    def compare(found: Sequence[Any], bound: Any) -> bool:
        type_of_bound = _type(bound)
        return any(_type(value) is type_of_bound and how(value, bound) for value in _with_elements(found))

    return compare


def _type(value: Any) -> type:
    """Values of different types are neither less nor more."""
    for kind in (bool, str, datetime):
        if isinstance(value, kind):
            return kind
    return float if isinstance(value, int | float) else type(value)


OPERATORS: dict[str, Callable[[Sequence[Any], Any], bool]] = {
    "$in": _in,
    "$nin": lambda found, wanted: not _in(found, wanted),
    "$ne": lambda found, wanted: not _equal(found, wanted),
    "$gt": _compares(operator.gt),
    "$gte": _compares(operator.ge),
    "$lt": _compares(operator.lt),
    "$lte": _compares(operator.le),
    "$exists": lambda found, wanted: bool(found) is wanted,
    "$size": lambda found, wanted: any(isinstance(value, list) and len(value) == wanted for value in found),
}


def at(document: Document, field: str) -> Any:
    """What stands there; None when nothing does."""
    return next(_reached(document, field.split(".")), None)


def in_order(documents: Sequence[Document], sort: Order) -> list[Document]:
    """Sorted; those that are equal stay as they were."""
    found = list(documents)
    for field, direction in reversed(sort):
        found.sort(key=lambda document: _place(at(document, field)), reverse=direction < 0)
    return found


def _place(value: Any) -> tuple[int, Any]:
    """What is missing first, then numbers, then text, then times."""
    if value is None:
        return 0, 0
    types = (float, str, bool, datetime)
    if _type(value) not in types:
        raise NotImplementedError(f"sorting by {type(value).__name__} is not in the language of the port")
    return 1 + types.index(_type(value)), value
