"""What a page says of itself so that the frame leads to it, on the pages of every service."""

from dataclasses import dataclass
from enum import StrEnum

from shared.web.access import RoleName


class Where(StrEnum):
    """Which of the frame's lists an entry stands in."""

    MAIN = "main"
    """What one comes for."""
    OWN = "own"
    """What is about oneself: in the menu that says who one is."""
    BELOW = "below"
    """What few need, at the foot of every page."""


@dataclass(frozen=True)
class Entry:
    """One page, declared beside it; ``make write`` gathers all into ``shared.web.frame.made``, and marks the titles."""

    route: str
    """The name of its route, whose address has no parts that change."""
    title: str
    """Plain: where it is gathered it is marked for translation."""
    roles: tuple[RoleName, ...]
    """Who sees it: those of the page's ``allow``, or fewer."""
    order: int
    """Smaller ones come first, across all services: 10 what is mine, 30 programmes, 50 people, 70 operations."""
    where: Where = Where.MAIN


@dataclass(frozen=True)
class Place:
    """An entry as it was gathered."""

    service: str
    """Empty for a page that every service has: one is led to that of the service one looks at."""
    path: str
    """Within the service."""
    title: str
    roles: tuple[RoleName, ...]
    where: Where
