"""Two people have time in common for matching exactly when they have it for sessions, wherever they work."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from importlib.resources import files
from typing import Any, NamedTuple

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.matching.rules.asking import broken_rules
from services.matching.rules.candidate import Candidate
from services.matching.rules.overlap import longest, weekly
from services.sessions.planning.planning import Plan, plan
from shared.domain.working.days import Calendar
from shared.domain.working.hours import GRID, common_times, working_time
from shared.language.profile import WorkingHours
from shared.language.terms import Role, Terms, WorkPlan
from shared.language.values.zones import zone_of
from tests.unit.matching import people
from tests.unit.matching.naive import weeks_in_common

EVERY_DAY = tuple(range(7))
ZONES = sorted(set(files("tzdata").joinpath("zones").read_text().split()) - {"Factory"})
FAR = ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Etc/GMT+12", "Etc/GMT-14", "Pacific/Apia", "Pacific/Chatham"]
CHANGING = ["Europe/London", "America/New_York", "America/Santiago", "Australia/Lord_Howe", "Africa/Casablanca"]


class Person(NamedTuple):
    zone: str
    hours: WorkingHours

    @property
    def label(self) -> tuple[str, str, str, tuple[int, ...]]:
        return self.zone, self.hours.start, self.hours.end, self.hours.days

    def candidate(self, role: Role) -> Candidate:
        """In whatever zone, also one that only earlier versions took."""
        found = people.candidate(role, role, working_hours=self.hours)
        return replace(found, profile=found.profile.model_copy(update={"time_zone": self.zone}))


def person(zone: str, start: str = "09:00", end: str = "17:30", days: tuple[int, ...] = (0, 1, 2, 3, 4)) -> Person:
    return Person(zone, WorkingHours(start=start, end=end, days=days))


clock = st.integers(0, 24 * 60 - 1).map(lambda minute: f"{minute // 60:02}:{minute % 60:02}")
hours = st.builds(
    lambda edges, days: WorkingHours(start=edges[0], end=edges[1], days=days),
    st.lists(clock, min_size=2, max_size=2, unique=True).map(sorted),
    st.one_of(
        st.sampled_from([(0, 1, 2, 3, 4), (6, 0, 1, 2, 3), (5, 6), EVERY_DAY]),
        st.integers(0, 6).map(lambda day: (day,)),
        st.sets(st.integers(0, 6), min_size=1).map(sorted).map(tuple),
    ),
)
everybody = st.builds(Person, st.one_of(st.sampled_from(ZONES), st.sampled_from(FAR), st.sampled_from(CHANGING)), hours)
days = st.dates(date(2000, 1, 3), date(2060, 1, 1))
several = st.lists(everybody, min_size=1, max_size=3)
minutes = st.sampled_from([30, 45, 60])


def programme(starts_on: date, length: int, minutes: Any) -> Terms:
    ends_on = starts_on + timedelta(days=length)
    return people.terms().model_copy(
        update={"starts_on": starts_on, "ends_on": ends_on, "plan": WorkPlan(minutes=minutes, sessions=1)}
    )


def matching_says(terms: Terms, mentor: Person, mentee: Person) -> bool:
    (broken,) = broken_rules([(mentor.candidate(Role.MENTOR), mentee.candidate(Role.MENTEE))], terms)
    assert set(broken) <= {"working-hours"}
    return not broken


def planned(terms: Terms, mentor: Person, mentee: Person) -> Plan:
    """The series without holidays, busy times and hurry."""
    before = datetime.combine(terms.starts_on, time(), UTC) - timedelta(days=5)
    ours, theirs = (Calendar("XX", one.zone, one.hours) for one in (mentor, mentee))
    return plan(terms, ours, theirs, [], before)


@settings(max_examples=200)
@given(everybody, everybody, days, st.integers(1, 7), minutes)
@example(  # early on Monday in Kiritimati it is still Saturday in Pago Pago
    person("Pacific/Pago_Pago", "22:00", "23:59", (5,)),
    person("Pacific/Kiritimati", "00:00", "01:00", (0,)),
    date(2026, 3, 5),
    7,
    30,
)
@example(
    person("Pacific/Kiritimati", "00:00", "01:00", (0,)),
    person("Pacific/Pago_Pago", "22:00", "23:59", (5,)),
    date(2026, 3, 5),
    7,
    30,
)
@example(  # thirty minutes in common, and no quarter of an hour from which they last
    person("Europe/Paris", "09:10", "12:00"), person("Europe/Paris", "08:00", "09:40"), date(2026, 3, 2), 7, 30
)
@example(  # the night in which Paris skips the hour
    person("Europe/Paris", "02:00", "03:30", (6,)), person("UTC", "00:00", "23:59", EVERY_DAY), date(2026, 3, 23), 7, 30
)
@example(  # Samoa had no 30 December
    person("Pacific/Apia", days=(4,)), person("UTC", "00:00", "23:59", EVERY_DAY), date(2011, 12, 26), 7, 30
)
@example(  # Friday evening here is Saturday there, where nobody works
    person("America/Los_Angeles", "16:00", "23:00", (4,)), person("Asia/Tokyo"), date(2026, 3, 2), 7, 30
)
@example(  # and Sunday, where somebody does
    person("America/New_York", "18:00", "23:00", (5,)),
    person("Asia/Dubai", "03:00", "09:00", (6, 0, 1, 2, 3)),
    date(2026, 3, 2),
    7,
    60,
)
@example(  # on the first Monday of the one the programme has not begun for the other
    person("America/Los_Angeles", days=(6,)), person("Asia/Tokyo", days=(0,)), date(2026, 3, 2), 7, 30
)
def test_matching_says_that_two_can_meet_exactly_when_sessions_finds_a_slot(
    mentor: Person, mentee: Person, starts_on: date, length: int, minutes: int
) -> None:
    """Within one week; where clocks are changed in between, a longer programme needs a slot in each."""
    terms = programme(starts_on, length, minutes)
    assert matching_says(terms, mentor, mentee) == bool(planned(terms, mentor, mentee).slots)


@settings(max_examples=60)
@given(everybody, everybody, days, st.integers(1, 500), minutes)
@example(  # 60 minutes in summer, none in winter
    person("Europe/London", "08:00", "09:00"), person("Asia/Tokyo", "16:00", "17:00"), date(2026, 6, 1), 120, 60
)
@example(person("Europe/London", "08:00", "09:00"), person("Asia/Tokyo", "16:00", "17:00"), date(2026, 6, 1), 200, 60)
def test_in_every_week_of_a_programme_there_is_a_slot(
    mentor: Person, mentee: Person, starts_on: date, length: int, minutes: int
) -> None:
    terms = programme(starts_on, length, minutes)
    weeks = weeks_in_common(mentor.label, mentee.label, terms.starts_on, terms.ends_on)
    says = matching_says(terms, mentor, mentee)
    assert says == all(max(week) >= minutes for week in weeks)
    if says:
        assert len(planned(terms, mentor, mentee).slots) == 1


def test_who_can_meet_in_summer_alone_is_paired_in_a_programme_of_summer_alone() -> None:
    london, tokyo = person("Europe/London", "08:00", "09:00"), person("Asia/Tokyo", "16:00", "17:00")
    summer, longer = (programme(date(2026, 6, 1), length, 60) for length in (120, 200))
    assert matching_says(summer, london, tokyo)
    assert not matching_says(longer, london, tokyo)


@settings(max_examples=60)
@given(several, several, days, st.integers(1, 400))
def test_tables_say_of_any_two_what_is_said_of_the_two_alone(
    mentors: list[Person], mentees: list[Person], starts_on: date, length: int
) -> None:
    ends_on = starts_on + timedelta(days=length)
    labels = [one.label for one in mentors], [one.label for one in mentees]
    stretches, together = (table(*labels, starts_on, ends_on) for table in (longest, weekly))
    for row, mentee in enumerate(labels[1]):
        for column, mentor in enumerate(labels[0]):
            weeks = weeks_in_common(mentor, mentee, starts_on, ends_on)
            assert stretches[row, column] == min(map(max, weeks))
            assert together[row, column] == min(map(sum, weeks))


def at_work(one: Person, moment: int) -> bool:
    """As the wall clock says during the quarter of an hour from that moment."""
    zone = zone_of(one.zone)
    first, last = (datetime.fromtimestamp(edge, zone) for edge in (moment, moment + GRID - 60))
    minutes = (moment + minute * 60 for minute in range(15))
    walls = [datetime.fromtimestamp(minute, zone) for minute in minutes]
    return (
        first.date() == last.date()
        and first.weekday() in one.hours.days
        and all(one.hours.start <= f"{wall:%H:%M}" < one.hours.end for wall in walls)
    )


@settings(max_examples=100)
@given(everybody, everybody, days)
def test_the_wall_clocks_of_both_show_working_hours_and_no_other_time_does(
    one: Person, other: Person, day: date
) -> None:
    ours, theirs = (partial(working_time, each.hours, each.zone) for each in (one, other))
    found = {moment for start, end in common_times(ours, theirs, day.toordinal()) for moment in range(start, end, GRID)}
    midnight = datetime.combine(day, time(), zone_of(one.zone))
    begins, ends = (int((midnight + timedelta(days=days)).timestamp()) for days in (0, 1))
    shown = {
        moment
        for moment in range(-(-begins // GRID) * GRID, ends, GRID)
        if at_work(one, moment) and at_work(other, moment)
    }
    if steady(one.zone, day) and steady(other.zone, day):
        assert found == shown
    else:  # of the two instants of a bound that comes twice, the stricter one counts
        assert found <= shown


def steady(zone: str, day: date) -> bool:
    """Whether no clock is changed about that day."""
    around = (datetime.combine(day, time(12), UTC) + timedelta(days=days) for days in (-2, 2))
    return len({moment.astimezone(zone_of(zone)).utcoffset() for moment in around}) == 1


@pytest.mark.parametrize("zone", ["Europe/Paris", "America/Santiago", "Australia/Lord_Howe", "America/Havana"])
def test_a_year_is_laid_out_as_its_clocks_show(zone: str) -> None:
    """Gaps and folds of both hemispheres; in Santiago and Havana they come at midnight."""
    hours = WorkingHours(start="00:00", end="23:59", days=EVERY_DAY)
    for day in range(date(2026, 1, 1).toordinal(), date(2027, 1, 1).toordinal()):
        span = working_time(hours, zone, day)
        assert span
        first, last = (datetime.fromtimestamp(edge, zone_of(zone)) for edge in span)
        assert first.date() == last.date() == date.fromordinal(day)
        assert f"{last:%H:%M}" == "23:59"
        assert 23 * 3600 <= span[1] - span[0] + 60 <= 25 * 3600
