"""The reporting line: who is above whom, at any depth."""

from collections.abc import Mapping

DEEPEST = 50
"""Levels of managers followed; no organisation is deeper, and broken data may be."""

Links = Mapping[str, str | None]
"""Person id → person id of the direct manager."""


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
