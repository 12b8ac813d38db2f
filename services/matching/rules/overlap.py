"""Common working time of two people, the worst week of a year counted.

Clocks change on different days in different countries, and some countries never change them, so the distance of
two time zones is no constant. Every local working day of 53 weeks is therefore laid out in UTC and compared; weeks
that are alike for everybody are compared once.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

Hours = tuple[str, str, str, tuple[int, ...]]
"""Time zone, start, end, days."""

WEEKS = 53
PAD = 2
"""Days before and after: time zones lie up to 26 hours apart, so one's Monday meets the other's Sunday or Tuesday."""

DAYS = WEEKS * 7 + 2 * PAD
DAY = 24 * 60
MINUTE = timedelta(minutes=1)

Minutes = NDArray[np.int16]

Table = NDArray[np.int32]
"""Minutes, mentees' hours × mentors' hours."""


def longest(mentors: Sequence[Hours], mentees: Sequence[Hours], starts_on: date) -> Table:
    """The longest common stretch without a break in the worst week of the year that begins with ``starts_on``."""
    return _tables(tuple(mentors), tuple(mentees), starts_on)[0]


def weekly(mentors: Sequence[Hours], mentees: Sequence[Hours], starts_on: date) -> Table:
    """All common working time together in the worst week of that year."""
    return _tables(tuple(mentors), tuple(mentees), starts_on)[1]


@lru_cache(maxsize=2)
def _tables(mentors: tuple[Hours, ...], mentees: tuple[Hours, ...], starts_on: date) -> tuple[Table, Table]:
    if not mentors or not mentees:
        nothing = np.zeros((len(mentees), len(mentors)), dtype=np.int32)
        return nothing, nothing
    ours, theirs = np.split(_weeks((*mentors, *mentees), starts_on), [len(mentors)], axis=-1)
    found = [_worst(_common(ours, one)) for one in np.moveaxis(theirs, -1, 0)]
    return np.stack([stretch for stretch, _ in found]), np.stack([together for _, together in found])


def _weeks(everybody: Sequence[Hours], starts_on: date) -> Minutes:
    """Start and end of the days of every week and of the days around it, in minutes from the week's beginning:
    kinds of weeks × days × 2 × calendars."""
    years = np.stack([_year(hours, starts_on) for hours in everybody], axis=-1)
    weeks = [years[7 * week : 7 * week + 7 + 2 * PAD] for week in range(WEEKS)]
    kinds = np.stack([*{week.tobytes(): week for week in weeks}.values()])
    return kinds + DAY * np.arange(7 + 2 * PAD, dtype=np.int16)[:, None, None]


def _common(many: Minutes, one: Minutes) -> Minutes:
    """Minutes two working days have in common: shifts of days × kinds of weeks × days × calendars."""
    start, end = one[:, PAD : PAD + 7, 0, None], one[:, PAD : PAD + 7, 1, None]
    stretches = [
        np.minimum(end, many[:, shift : shift + 7, 1]) - np.maximum(start, many[:, shift : shift + 7, 0])
        for shift in range(2 * PAD + 1)
    ]
    common: Minutes = np.maximum(np.stack(stretches), 0)
    return common


def _worst(common: Minutes) -> tuple[Table, Table]:
    """Of all weeks the longest stretch and the time together that are least."""
    longest_stretch, together = common.max(axis=(0, 2)), common.sum(axis=(0, 2), dtype=np.int16)
    return longest_stretch.min(axis=0).astype(np.int32), together.min(axis=0).astype(np.int32)


@lru_cache(maxsize=10_000)
def _year(hours: Hours, starts_on: date) -> Minutes:
    """Start and end of every local day's work, in minutes from its midnight as if that were UTC; a day off ends as it
    starts."""
    zone, start, end, days = hours
    first = starts_on - timedelta(days=starts_on.weekday() + PAD)
    offsets = _offsets(zone, first)
    walls = [time.fromisoformat(wall) for wall in (start, end)]
    year = np.array([wall.hour * 60 + wall.minute for wall in walls], dtype=np.int16) - offsets[:-1, None]
    for day in np.flatnonzero(np.diff(offsets)).tolist():
        year[day] = [_since_midnight(datetime.combine(first + timedelta(days=day), wall), zone) for wall in walls]
    year[[day for day in range(DAYS) if (day - PAD) % 7 not in days]] = 0
    return year


def _since_midnight(local: datetime, zone: str) -> int:
    """Minutes from the day's midnight, as if that were UTC, to this local moment."""
    midnight = datetime.combine(local.date(), time(), UTC)
    return (local.replace(tzinfo=ZoneInfo(zone)) - midnight) // MINUTE


@lru_cache(maxsize=1_000)
def _offsets(zone: str, first: date) -> Minutes:
    """Minutes from UTC at every local midnight; where two in a row are equal, no clock is changed between them."""
    here, there = (datetime.combine(first, time(), its) for its in (UTC, ZoneInfo(zone)))
    days = [timedelta(days=day) for day in range(DAYS + 1)]
    return np.array([((here + day) - (there + day)) // MINUTE for day in days], dtype=np.int16)
