"""Common working time of two people, the worst week of the programme counted.

What two people have in common is ``shared.domain.working.hours``'s word, by which sessions plans too, and so is it here
for whole tables of calendars. Clocks change on different days in different countries, and some countries never change
them, so the distance of two time zones is no constant: two people may meet in winter and not in summer. They suit each
other only if **every** week of the programme has room for them, from its first Monday on and for a year at most; weeks
that are alike for everybody are compared once. In a programme without a whole week, its days are taken together.

Holidays are left out: which there are is sessions' to know, and they put a session off rather than prevent it.
"""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from shared.domain.working.hours import EPOCH, NEIGHBOURS, common, on_the_grid, working_time
from shared.language.profile import WorkingHours

Hours = tuple[str, str, str, tuple[int, ...]]
"""Time zone, start, end, days."""

MOST_WEEKS = 53
PAD = max(NEIGHBOURS)
"""Days before and after, of which one's may meet the other's."""

DAY = 24 * 60

Minutes = NDArray[np.int16]

Table = NDArray[np.int32]
"""Minutes, mentees' hours × mentors' hours."""


class Weeks(NamedTuple):
    """So many weeks of so many days, the first day of the first one; on no day outside the programme is there a
    session."""

    first: int
    many: int
    days: int
    starts_on: int
    ends_on: int

    @classmethod
    def of(cls, starts_on: date, ends_on: date) -> "Weeks":
        """The whole weeks of a programme; without one, all its days are one."""
        start, end = starts_on.toordinal(), ends_on.toordinal()
        monday = start + -starts_on.weekday() % 7
        whole = min((end - monday) // 7, MOST_WEEKS)
        return cls(monday, whole, 7, start, end) if whole > 0 else cls(start, 1, end - start, start, end)


def longest(mentors: Sequence[Hours], mentees: Sequence[Hours], starts_on: date, ends_on: date) -> Table:
    """The longest common stretch without a break in the worst week of the programme; on its last day nobody meets."""
    return _tables(tuple(mentors), tuple(mentees), Weeks.of(starts_on, ends_on))[0]


def weekly(mentors: Sequence[Hours], mentees: Sequence[Hours], starts_on: date, ends_on: date) -> Table:
    """All common working time together in the worst week of the programme."""
    return _tables(tuple(mentors), tuple(mentees), Weeks.of(starts_on, ends_on))[1]


@lru_cache(maxsize=2)
def _tables(mentors: tuple[Hours, ...], mentees: tuple[Hours, ...], weeks: Weeks) -> tuple[Table, Table]:
    if not mentors or not mentees:
        nothing = np.zeros((len(mentees), len(mentors)), dtype=np.int32)
        return nothing, nothing
    ours, theirs = np.split(_kinds((*mentors, *mentees), weeks), [len(mentors)], axis=-1)
    found = [_worst(_common(ours, one)) for one in np.moveaxis(theirs, -1, 0)]
    return np.stack([stretch for stretch, _ in found]), np.stack([together for _, together in found])


def _kinds(everybody: Sequence[Hours], weeks: Weeks) -> Minutes:
    """Start and end of the days of every week and of the days around it, in minutes from the week's beginning:
    kinds of weeks × days × 2 × calendars."""
    laid_out = np.stack([_laid_out(hours, weeks) for hours in everybody], axis=-1)
    each = [laid_out[7 * week : 7 * week + weeks.days + 2 * PAD] for week in range(weeks.many)]
    kinds = np.stack([*{week.tobytes(): week for week in each}.values()])
    return kinds + DAY * np.arange(weeks.days + 2 * PAD, dtype=np.int16)[:, None, None]


def _common(many: Minutes, one: Minutes) -> Minutes:
    """Minutes two working days have in common: shifts of days × kinds of weeks × days × calendars."""
    days = one.shape[1] - 2 * PAD
    own = one[:, PAD : PAD + days, 0, None], one[:, PAD : PAD + days, 1, None]
    around = [many[:, PAD + shift : PAD + shift + days] for shift in NEIGHBOURS]
    both = (common(own, (day[:, :, 0], day[:, :, 1]), np.maximum, np.minimum) for day in around)
    stretches: Minutes = np.maximum(np.stack([end - start for start, end in both]), 0)
    return stretches


def _worst(common: Minutes) -> tuple[Table, Table]:
    """Of all weeks the longest stretch and the time together that are least."""
    longest_stretch, together = common.max(axis=(0, 2)), common.sum(axis=(0, 2), dtype=np.int16)
    return longest_stretch.min(axis=0).astype(np.int32), together.min(axis=0).astype(np.int32)


@lru_cache(maxsize=10_000)
def _laid_out(hours: Hours, weeks: Weeks) -> Minutes:
    """Start and end of every local day's work, in minutes from its midnight as if that were UTC; a day off ends as it
    starts."""
    zone, start, end, days = hours
    own = WorkingHours.model_construct(start=start, end=end, days=days)  # of somebody who is taken in
    first = weeks.first - PAD
    minutes = np.zeros((weeks.days + 7 * (weeks.many - 1) + 2 * PAD, 2), dtype=np.int16)
    for nth in range(max(0, weeks.starts_on - first), min(len(minutes), weeks.ends_on - first)):
        span = working_time(own, zone, first + nth)
        if span:
            midnight = (first + nth - EPOCH) * DAY
            minutes[nth] = [edge // 60 - midnight for edge in on_the_grid(span)]
    return minutes
