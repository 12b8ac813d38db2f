"""When people work and no holiday keeps them from it; a programme of years costs no more than its days.

Times are whole seconds since 1970 (UTC) and days are ordinals of ``date``, as in ``shared.domain.working.hours``.
"""

from datetime import UTC, date, datetime
from functools import lru_cache, partial
from typing import NamedTuple

import holidays

from shared.domain.working.hours import Span, instant
from shared.domain.working.hours import common_times as in_common
from shared.domain.working.hours import working_time as of_hours
from shared.language.profile import WorkingHours
from shared.language.values.zones import zone_of


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
    """The working time of that local day, or None on a day off or a public holiday."""
    local = date.fromordinal(day)
    if local in public_holidays(calendar.country, local.year):
        return None
    return of_hours(calendar.hours, calendar.time_zone, day)


@lru_cache(maxsize=100_000)
def common_times(mentor: Calendar, mentee: Calendar, day: int) -> tuple[Span, ...]:
    """When both work during the mentee's local day; the mentor's may be another one."""
    return in_common(partial(working_time, mentee), partial(working_time, mentor), day)


def works(calendar: Calendar, starts_at: datetime, ends_at: datetime) -> bool:
    """Whether all of it lies within one working day."""
    span = working_time(calendar, local_day(starts_at, calendar.time_zone))
    return span is not None and span[0] <= starts_at.timestamp() and ends_at.timestamp() <= span[1]


def local_day(moment: datetime, zone: str) -> int:
    """The ordinal of the date that people in that zone write."""
    return moment.astimezone(zone_of(zone)).toordinal()


@lru_cache(maxsize=10_000)
def at(day: int, minute: int, zone: str) -> int:
    """That minute of the local day, in seconds since 1970."""
    return instant(zone, day, minute)


def minute_of_day(instant: int, zone: str) -> int:
    """What the wall clock shows in that zone, in minutes since midnight."""
    wall = datetime.fromtimestamp(instant, zone_of(zone))
    return wall.hour * 60 + wall.minute


def moment(instant: int) -> datetime:
    """Seconds since 1970 as an aware datetime in UTC."""
    return datetime.fromtimestamp(instant, UTC)
