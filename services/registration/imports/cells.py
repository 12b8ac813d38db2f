"""What cells say: lists, topics with levels, times, and what a dash takes back."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from shared.language.values.same import same

REQUIRED = ("employee_id", "name", "email", "role", "country", "time_zone", "languages", "unit", "grade")
NOTHING = frozenset("-\N{EN DASH}\N{EM DASH}")
"""Cells that take back what may be left out; spreadsheets make the longer ones of the first."""
MOST_ITEMS = 100
"""Items of a cell that are read: more than any list may have, so that a longer one is refused."""


def _listed(cell: str) -> list[str]:
    return [item.strip() for item in cell.split("|") if item.strip()][:MOST_ITEMS]


def _topics(cell: str, *fields: str) -> list[dict[str, str]]:
    items = [item.split(":", len(fields) - 1) for item in _listed(cell)]
    said = [dict(zip(fields, map(str.strip, parts), strict=False)) for parts in items]
    return [{**each, "topic": "-".join(same(each["topic"]).split())} for each in said]


_PROFILE: Mapping[str, Callable[[str], object]] = {
    "role": same,
    "country": str,
    "time_zone": str,
    "languages": _listed,
    "unit": str,
    "grade": str,
    "city": str,
    "offers": lambda cell: _topics(cell, "topic", "level"),
    "wants": lambda cell: _topics(cell, "topic", "level", "priority"),
    "interests": _listed,
    "capacity": str,
    "cross_border": str,
}


def payload(cells: Mapping[str, str], of_rows: Iterable[str]) -> dict[str, Any]:
    """A row as pydantic reads it: what it says of the profile, and of itself the fields ``of_rows``."""
    said = cells if NOTHING.isdisjoint(cells.values()) else _taking_back(cells)
    profile = {column: (cell := said[column]) and read(cell) for column, read in _PROFILE.items() if column in said}
    times = {edge: said[f"working_{edge}"] for edge in ("start", "end") if f"working_{edge}" in said}
    if times:
        profile["working_hours"] = {edge: time and time.zfill(5) for edge, time in times.items()}
    own = {name: said[name] for name in of_rows if name in said}
    return {**own, "profile": profile}


def _taking_back(cells: Mapping[str, str]) -> Mapping[str, str | None]:
    """With None where a dash takes back what may be left out."""
    return {column: None if cell in NOTHING and column not in REQUIRED else cell for column, cell in cells.items()}
