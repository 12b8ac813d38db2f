"""When two people both work: what matching forms pairs by is what sessions plans by.

A session suits two people when all of it lies within one working day of each, and it starts on a quarter of an hour.
Working days are local: they begin and end by the wall clock, which is changed on different days in different countries,
and what is Friday for one may be Thursday or Saturday for the other.

Times are whole seconds since 1970 (UTC) and days are ordinals of ``date``: both are cheap to compare and to cache.
"""

from collections.abc import Callable
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any, TypeAlias

from shared.language.profile import WorkingHours
from shared.language.values.zones import zone_of

Span = tuple[int, int]
"""From and to; the end is no longer part of it."""

Works = Callable[[int], Span | None]
"""When somebody works on that local day; None on a day off."""

GRID = 15 * 60
"""Sessions start on a quarter of an hour, seconds; their length is a multiple of it."""

NEIGHBOURS = range(-2, 3)
"""How many days before or after a day of one the days of the other lie that it may meet: the clocks of two zones lie up
to 26 hours apart, so early on Monday in Kiritimati it is still Saturday in Pago Pago."""

EPOCH = date(1970, 1, 1).toordinal()

Edge: TypeAlias = Any
"""An instant, or an array of them: seconds or minutes, as long as all are of one kind."""


def working_time(hours: WorkingHours, zone: str, day: int) -> Span | None:
    """The working time of that local day, or None on a day off.

    A bound that the clock skips or shows twice counts as the stricter of its two instants, so that the wall clock
    shows working hours during all of the span.
    """
    if (day - 1) % 7 not in hours.days:
        return None
    start, end = _minutes(hours.start), _minutes(hours.end)
    ahead = _ahead(zone, day)
    if ahead is not None:
        midnight = (day - EPOCH) * 86400 - ahead
        return midnight + start * 60, midnight + end * 60
    first, last = max(_instants(zone, day, start)), min(_instants(zone, day, end))
    return (first, last) if first < last else None


def common_times(one: Works, other: Works, day: int) -> tuple[Span, ...]:
    """When both work during that local day of the first one's, in whole quarters of an hour."""
    own = one(day)
    if own is None:
        return ()
    others = (other(day + shift) for shift in NEIGHBOURS)
    both = (common(on_the_grid(own), on_the_grid(each)) for each in others if each)
    return tuple(span for span in both if span[0] < span[1])


def common(
    one: tuple[Edge, Edge],
    other: tuple[Edge, Edge],
    later: Callable[[Edge, Edge], Edge] = max,
    earlier: Callable[[Edge, Edge], Edge] = min,
) -> tuple[Edge, Edge]:
    """What two working days on the grid have in common; it ends before it begins, or then, where that is nothing.

    For arrays of days ``later`` and ``earlier`` choose one by one.
    """
    return later(one[0], other[0]), earlier(one[1], other[1])


def on_the_grid(span: Span) -> Span:
    """Without what lies before its first and after its last quarter of an hour."""
    return -(-span[0] // GRID) * GRID, span[1] // GRID * GRID


def instant(zone: str, day: int, minute: int) -> int:
    """When the clock shows that minute of the local day; the first time, if it does so twice."""
    return _instants(zone, day, minute)[0]


@lru_cache(maxsize=100_000)
def _ahead(zone: str, day: int) -> int | None:
    """Seconds that the zone's clock is ahead of UTC all through that local day; None when it is changed."""
    edges = [datetime.combine(date.fromordinal(each), time(), zone_of(zone)) for each in (day, day + 1)]
    offsets = {edge.replace(fold=fold).utcoffset() for edge in edges for fold in (0, 1)}
    return int(offset.total_seconds()) if len(offsets) == 1 and (offset := offsets.pop()) is not None else None


def _instants(zone: str, day: int, minute: int) -> tuple[int, int]:
    """Both instants that a minute of the wall clock may be; almost always the same."""
    wall = datetime.combine(date.fromordinal(day), time(minute // 60, minute % 60), zone_of(zone))
    return int(wall.timestamp()), int(wall.replace(fold=1).timestamp())


@lru_cache(maxsize=1440)
def _minutes(wall: str) -> int:
    """Since midnight."""
    return int(wall[:2]) * 60 + int(wall[3:])
