"""When people work: local hours and days, time zones with their changes of the clock, public holidays.

Times are whole seconds since 1970 (UTC) and days are ordinals of ``date``: both are cheap to compare and to cache,
and a programme of years costs no more than its days.
"""

from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

import holidays

from shared.language.profile import WorkingHours

Span = tuple[int, int]
"""From and to, in seconds since 1970; the end is no longer part of it."""


class Calendar(NamedTuple):
    """Where and when somebody works."""

    country: str
    time_zone: str
    hours: WorkingHours


@lru_cache(maxsize=2048)
def public_holidays(country: str, year: int) -> frozenset[date]:
    """National public holidays as the library ``holidays`` knows them; none for a country it does not know."""
    try:
        return frozenset(holidays.country_holidays(country, years=year))
    except NotImplementedError:
        return frozenset()


@lru_cache(maxsize=100_000)
def working_time(calendar: Calendar, day: int) -> Span | None:
    """The working time of that local day, or None on a day off or a public holiday.

    A bound that the clock skips or shows twice counts as the stricter of its two instants, so that the wall clock
    shows working hours during all of the span.
    """
    local = date.fromordinal(day)
    hours = calendar.hours.on(local, calendar.time_zone)
    if hours is None or local in public_holidays(calendar.country, local.year):
        return None
    start = max(_instant(hours[0]), _instant(hours[0].replace(fold=1)))
    end = min(_instant(hours[1]), _instant(hours[1].replace(fold=1)))
    return (start, end) if start < end else None


@lru_cache(maxsize=100_000)
def common_times(mentor: Calendar, mentee: Calendar, day: int) -> tuple[Span, ...]:
    """When both work during the mentee's local day; the mentor's may be the day before or after."""
    mentees = working_time(mentee, day)
    if mentees is None:
        return ()
    mentors = (working_time(mentor, day + shift) for shift in (-1, 0, 1))
    both = ((max(mentees[0], other[0]), min(mentees[1], other[1])) for other in mentors if other)
    return tuple(span for span in both if span[0] < span[1])


def works(calendar: Calendar, starts_at: datetime, ends_at: datetime) -> bool:
    """Whether all of it lies within one working day."""
    span = working_time(calendar, local_day(starts_at, calendar.time_zone))
    return span is not None and span[0] <= starts_at.timestamp() and ends_at.timestamp() <= span[1]


def local_day(moment: datetime, zone: str) -> int:
    """The ordinal of the date that people in that zone write."""
    return moment.astimezone(ZoneInfo(zone)).toordinal()


@lru_cache(maxsize=10_000)
def at(day: int, minute: int, zone: str) -> int:
    """That minute of the local day, in seconds since 1970."""
    wall = time(minute // 60, minute % 60)
    return _instant(datetime.combine(date.fromordinal(day), wall, ZoneInfo(zone)))


def minute_of_day(instant: int, zone: str) -> int:
    """What the wall clock shows in that zone, in minutes since midnight."""
    wall = datetime.fromtimestamp(instant, ZoneInfo(zone))
    return wall.hour * 60 + wall.minute


def moment(instant: int) -> datetime:
    """Seconds since 1970 as an aware datetime in UTC."""
    return datetime.fromtimestamp(instant, UTC)


def _instant(local: datetime) -> int:
    return int(local.timestamp())
