"""Common working time of two people, the worst week of a year counted.

Clocks change on different days in different countries, and some countries never change them, so the distance of
two time zones is no constant. Every local working day of 53 weeks is therefore laid out in UTC and compared.
"""

from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.profile import WorkingHours

Hours = tuple[str, str, str, tuple[int, ...]]
"""Time zone, start, end, days."""

WEEKS = 53
PAD = 2
"""Days before and after: time zones lie up to 26 hours apart, so one's Monday meets the other's Sunday or Tuesday."""


class Overlap(NamedTuple):
    """Common working time in the worst week of the year, in minutes."""

    longest: int
    """The longest stretch without a break."""
    weekly: int
    """Everything together."""


@lru_cache(maxsize=100_000)
def overlap(one: Hours, other: Hours, starts_on: date) -> Overlap:
    """Common working time in the year that begins in the week of ``starts_on``, by the first one's local weeks."""
    mine, theirs = _year(one, starts_on), _year(other, starts_on)
    days = WEEKS * 7
    start, end = mine[PAD : PAD + days, 0], mine[PAD : PAD + days, 1]
    stretches = np.stack(
        [
            np.minimum(end, theirs[shift : shift + days, 1]) - np.maximum(start, theirs[shift : shift + days, 0])
            for shift in range(2 * PAD + 1)
        ]
    )
    weeks = np.maximum(stretches, 0).reshape(2 * PAD + 1, WEEKS, 7)
    return Overlap(longest=int(weeks.max(axis=(0, 2)).min()), weekly=int(weeks.sum(axis=(0, 2)).min()))


@lru_cache(maxsize=10_000)
def _year(hours: Hours, starts_on: date) -> NDArray[np.int64]:
    """Start and end of every local day's work in UTC minutes; a day off ends as it starts."""
    zone, start, end, days = hours
    work = WorkingHours(start=start, end=end, days=days)
    monday = starts_on - timedelta(days=starts_on.weekday() + PAD)
    rows = [work.on(monday + timedelta(days=n), zone) for n in range(WEEKS * 7 + 2 * PAD)]
    return np.array(
        [(0, 0) if row is None else [int(moment.timestamp()) // 60 for moment in row] for row in rows], dtype=np.int64
    )
