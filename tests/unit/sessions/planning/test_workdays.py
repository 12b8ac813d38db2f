"""When people work: zones, changes of the clock, holidays."""

from datetime import UTC, date, datetime

import pytest

from shared.domain.working.days import Calendar, common_times, public_holidays, working_time, works
from shared.language.profile import WorkingHours

NIGHT = WorkingHours(start="01:00", end="02:30", days=(0, 1, 2, 3, 4, 5, 6))
LATE_NIGHT = WorkingHours(start="02:30", end="06:00", days=(0, 1, 2, 3, 4, 5, 6))


def seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def span(start: str, end: str) -> tuple[int, int]:
    return seconds(start), seconds(end)


def test_hours_follow_the_clock_in_both_hemispheres() -> None:
    london = Calendar("GB", "Europe/London", WorkingHours())
    sydney = Calendar("AU", "Australia/Sydney", WorkingHours())
    winter, summer = date(2026, 1, 13).toordinal(), date(2026, 7, 14).toordinal()
    assert working_time(london, winter) == span("2026-01-13T09:00Z", "2026-01-13T17:30Z")
    assert working_time(london, summer) == span("2026-07-14T08:00Z", "2026-07-14T16:30Z")
    assert working_time(sydney, winter) == span("2026-01-12T22:00Z", "2026-01-13T06:30Z")
    assert working_time(sydney, summer) == span("2026-07-13T23:00Z", "2026-07-14T07:30Z")


def test_a_bound_in_the_hour_that_is_skipped_takes_the_stricter_instant() -> None:
    day = date(2026, 3, 29).toordinal()  # Paris skips 02:00 to 03:00
    assert working_time(Calendar("FR", "Europe/Paris", NIGHT), day) == span("2026-03-29T00:00Z", "2026-03-29T00:30Z")
    late = working_time(Calendar("FR", "Europe/Paris", LATE_NIGHT), day)
    assert late == span("2026-03-29T01:30Z", "2026-03-29T04:00Z")


def test_a_bound_in_the_hour_that_comes_twice_takes_the_stricter_instant() -> None:
    day = date(2026, 10, 25).toordinal()  # Paris shows 02:00 to 03:00 twice
    night = working_time(Calendar("FR", "Europe/Paris", NIGHT), day)
    assert night == span("2026-10-24T23:00Z", "2026-10-25T00:30Z")
    late = working_time(Calendar("FR", "Europe/Paris", LATE_NIGHT), day)
    assert late == span("2026-10-25T01:30Z", "2026-10-25T05:00Z")


def test_nobody_works_on_a_public_holiday() -> None:
    bastille = date(2026, 7, 14)
    assert bastille in public_holidays("FR", 2026)
    assert working_time(Calendar("FR", "Europe/Paris", WorkingHours()), bastille.toordinal()) is None
    assert working_time(Calendar("GB", "Europe/London", WorkingHours()), bastille.toordinal()) is not None


def test_an_unknown_country_has_no_holidays() -> None:
    assert public_holidays("XX", 2026) == frozenset()


def test_common_times_reach_into_the_mentors_day_before_and_after() -> None:
    sydney = Calendar("XX", "Australia/Sydney", WorkingHours(start="08:00", end="18:00"))
    san_francisco = Calendar("XX", "America/Los_Angeles", WorkingHours(start="08:00", end="18:00"))
    monday = date(2026, 6, 8).toordinal()
    both = (span("2026-06-08T22:00Z", "2026-06-09T01:00Z"),)
    assert common_times(sydney, san_francisco, monday) == both
    assert common_times(san_francisco, sydney, monday + 1) == both


def test_no_common_time_when_weekends_differ() -> None:
    one = Calendar("XX", "UTC", WorkingHours(days=(0, 1, 2)))
    other = Calendar("XX", "UTC", WorkingHours(days=(3, 4)))
    days = range(date(2026, 3, 2).toordinal(), date(2026, 3, 9).toordinal())
    assert not any(common_times(one, other, day) for day in days)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-03-03T08:00", "2026-03-03T08:30", True),
        ("2026-03-03T07:59", "2026-03-03T08:29", False),
        ("2026-03-03T16:00", "2026-03-03T16:30", True),
        ("2026-03-03T16:01", "2026-03-03T16:31", False),
        ("2026-03-07T10:00", "2026-03-07T10:30", False),  # a Saturday
    ],
)
def test_works_means_all_of_it(start: str, end: str, expected: bool) -> None:
    paris = Calendar("FR", "Europe/Paris", WorkingHours())
    bounds = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (start, end))
    assert works(paris, *bounds) is expected
