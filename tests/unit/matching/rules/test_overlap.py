"""Common working time across time zones and clock changes."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching.rules.overlap import MOST_WEEKS, Hours, longest, weekly
from shared.language.values.zones import zone_of

OFFICE = ("09:00", "17:30", (0, 1, 2, 3, 4))
START = date(2026, 8, 31)
END = START + timedelta(weeks=MOST_WEEKS)


def between(one: Hours, other: Hours) -> tuple[int, int]:
    """The longest stretch and all common time of the worst week."""
    return int(longest([one], [other], START, END)[0, 0]), int(weekly([one], [other], START, END)[0, 0])


def test_colleagues_of_one_office() -> None:
    assert between(("Europe/Paris", *OFFICE), ("Europe/Paris", *OFFICE)) == (510, 5 * 510)


def test_the_clocks_of_paris_and_new_york_change_on_different_days_and_the_worst_week_counts() -> None:
    paris, new_york = ("Europe/Paris", "09:00", "15:00", (0, 1, 2)), ("America/New_York", *OFFICE)
    assert between(paris, new_york)[0] == 0  # six hours apart all year, but for five weeks


def test_a_zone_without_summer_time_is_nearer_in_one_season() -> None:
    london, tokyo = ("Europe/London", "08:00", "17:00", (0,)), ("Asia/Tokyo", "09:00", "17:30", (0,))
    assert between(london, tokyo)[0] == 30  # 90 minutes in summer


def test_ones_friday_is_the_others_saturday() -> None:
    auckland, samoa = ("Pacific/Auckland", "09:00", "17:00", (5,)), ("Pacific/Pago_Pago", "09:00", "17:00", (4,))
    assert between(auckland, samoa)[0] == 7 * 60  # 23 hours apart in one season, 24 in the other


zones = st.sampled_from(
    ["Europe/Paris", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Kiritimati", "Etc/GMT+12"]
)
clock = st.integers(0, 23)
works: st.SearchStrategy[Hours] = st.builds(
    lambda zone, start, length, days: (
        zone,
        f"{start:02}:00",
        f"{min(23, start + length):02}:59",
        tuple(sorted(days)),
    ),
    zones,
    clock,
    st.integers(0, 12),
    st.sets(st.integers(0, 6), min_size=1, max_size=3),
)


def at_work(hours: Hours, moment: datetime) -> bool:
    zone, start, end, days = hours
    local = moment.astimezone(zone_of(zone))
    return local.weekday() in days and start <= f"{local:%H:%M}" < end


@settings(max_examples=15)
@given(works, works, st.integers(0, MOST_WEEKS - 1))
def test_no_week_has_less_than_said(one: Hours, other: Hours, week: int) -> None:
    """Counted over a local week of the first one's, in steps of a quarter of an hour."""
    stretch, common_time = between(one, other)
    monday = datetime(2026, 8, 31, tzinfo=zone_of(one[0])) + timedelta(weeks=week)
    next_monday = monday + timedelta(weeks=1)
    moment, common = monday.astimezone(UTC), 0
    while moment < next_monday.astimezone(UTC):
        common += 15 * (at_work(one, moment) and at_work(other, moment))
        moment += timedelta(minutes=15)
    assert common >= common_time - 7 * 2 * 15
    assert stretch <= common_time


@settings(max_examples=10)
@given(st.lists(works, max_size=3), st.lists(works, max_size=3))
def test_a_table_holds_every_two(mentors: list[Hours], mentees: list[Hours]) -> None:
    tables = longest(mentors, mentees, START, END), weekly(mentors, mentees, START, END)
    assert [table.shape for table in tables] == [(len(mentees), len(mentors))] * 2
    for row, mine in enumerate(mentees):
        for column, theirs in enumerate(mentors):
            assert tuple(int(table[row, column]) for table in tables) == between(theirs, mine)
