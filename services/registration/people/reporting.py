"""The reporting line: who is above whom, at any depth."""

from collections.abc import Mapping, Set
from typing import NamedTuple

DEEPEST = 50
"""Levels of managers followed; no organisation is deeper, and broken data may be."""

Links = Mapping[str, str | None]
"""Person id → person id of the direct manager."""


class Heard(NamedTuple):
    """HR's word on somebody's direct manager, None for nobody; and where they work, empty where that is not told."""

    manager_id: str | None
    country: str = ""


def managers_of(person_id: str, links: Links) -> tuple[str, ...]:
    """Person ids of the reporting line from the direct manager upwards, at most ``DEEPEST``.

    Nobody comes twice and nobody stands above themselves: where the links run in a circle, the line ends.
    """
    line: dict[str, None] = {}
    manager = links.get(person_id)
    while manager and manager != person_id and manager not in line and len(line) < DEEPEST:
        line[manager] = None
        manager = links.get(manager)
    return tuple(line)


def passing_over(erased: Set[str], heard: Mapping[str, Heard]) -> Mapping[str, Heard]:
    """What was heard, of nobody who was erased: whoever reported to them reports to the next one above.

    Where it is not told who that is, nothing was said.
    """
    if not erased:
        return heard
    return {
        person_id: said._replace(manager_id=manager)
        for person_id, said in heard.items()
        if person_id not in erased and (manager := _next_above(said.manager_id, erased, heard)) not in erased
    }


def _next_above(manager: str | None, erased: Set[str], heard: Mapping[str, Heard]) -> str | None:
    seen: set[str] = set()
    while manager is not None and manager in erased and manager in heard and manager not in seen:
        seen.add(manager)
        manager = heard[manager].manager_id
    return manager
