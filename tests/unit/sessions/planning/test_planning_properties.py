"""Planning a series: what holds for any zones, hours, dates, holidays and busy times.

The checks read wall clocks and the holiday library themselves and share no code with what they check.
"""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import NamedTuple

import holidays
from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.sessions.planning.planning import FIRST_WITHIN, Plan, plan
from shared.domain.working.days import Calendar
from shared.domain.working.hours import Span
from shared.language.profile import WorkingHours
from shared.language.terms import Terms, WorkPlan
from shared.language.values.zones import zone_of
from tests.unit.sessions.support import terms

ZONES = [
    "UTC",
    "Europe/Paris",
    "Europe/London",
    "Europe/Istanbul",
    "America/New_York",
    "America/Los_Angeles",
    "America/Sao_Paulo",
    "America/Santiago",
    "America/St_Johns",
    "America/Havana",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Asia/Tehran",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Asia/Beirut",
    "Asia/Tokyo",
    "Australia/Sydney",
    "Australia/Lord_Howe",
    "Australia/Eucla",
    "Pacific/Auckland",
    "Pacific/Chatham",
    "Pacific/Apia",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
]
COUNTRIES = ["FR", "GB", "US", "BR", "CL", "CU", "EG", "MA", "IR", "IN", "NP", "LB", "JP", "AU", "NZ", "WS", "XX"]
MINUTES = [f"{hour:02}:{minute:02}" for hour in range(24) for minute in (0, 10, 15, 30, 45)]


class Question(NamedTuple):
    terms: Terms
    mentor: Calendar
    mentee: Calendar
    busy: list[Span]
    now: datetime

    def plan(self) -> Plan:
        return plan(self.terms, self.mentor, self.mentee, self.busy, self.now)

    @property
    def people(self) -> tuple[Calendar, Calendar]:
        return self.mentor, self.mentee


def working_hours(earliest: str = "00:00", latest: str = "23:59") -> st.SearchStrategy[WorkingHours]:
    clock = st.sampled_from([minute for minute in MINUTES if earliest <= minute <= latest])
    bounds = st.lists(clock, min_size=2, max_size=2, unique=True).map(sorted)
    days = st.one_of(st.just((0, 1, 2, 3, 4)), st.just((6, 0, 1, 2, 3)), st.just(tuple(range(7))))
    own = st.builds(lambda both, which: WorkingHours(start=both[0], end=both[1], days=which), bounds, days)
    return st.one_of(st.just(WorkingHours()), own)


def calendars(hours: st.SearchStrategy[WorkingHours]) -> st.SearchStrategy[Calendar]:
    return st.builds(Calendar, st.sampled_from(COUNTRIES), st.sampled_from(ZONES), hours)


moments = st.integers(0, 6 * 365 * 24 * 60).map(
    lambda minutes: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@st.composite
def questions(draw: st.DrawFn, *, days: int = 500, hours: st.SearchStrategy[WorkingHours] | None = None) -> Question:
    now = draw(moments)
    starts_on = now.date() + timedelta(days=draw(st.integers(-60, 60)))
    ends_on = starts_on + timedelta(days=draw(st.integers(1, days)))
    work = WorkPlan(
        sessions=draw(st.integers(1, 12)),
        cadence_days=draw(st.integers(1, 40)),
        minutes=draw(st.sampled_from([30, 45, 60])),
    )
    one = calendars(working_hours() if hours is None else hours)
    length = st.integers(1, 40 * 3600)
    taken = st.tuples(st.integers(-5 * 86400, 90 * 86400), length)
    busy = [
        (int(now.timestamp()) + offset, int(now.timestamp()) + offset + long)
        for offset, long in draw(st.lists(taken, max_size=12))
    ]
    return Question(terms(starts_on=starts_on, ends_on=ends_on, plan=work), draw(one), draw(one), busy, now)


def works(calendar: Calendar, start: datetime, end: datetime) -> bool:
    zone = zone_of(calendar.time_zone)
    first, last = start.astimezone(zone), end.astimezone(zone)
    return (
        first.date() == last.date()
        and first.weekday() in calendar.hours.days
        and calendar.hours.start <= first.strftime("%H:%M")
        and last.time() <= time.fromisoformat(calendar.hours.end)
        and not on_holiday(calendar.country, first.date())
    )


def on_holiday(country: str, day: date) -> bool:
    return country != "XX" and day in holidays.country_holidays(country)


def is_free(busy: list[Span], start: datetime, end: datetime) -> bool:
    return all(until <= start.timestamp() or since >= end.timestamp() for since, until in busy)


GAP = Question(  # Paris skips 02:00 to 03:00 on 29 March 2026; the mentee works right through
    terms(plan=WorkPlan(sessions=3, cadence_days=1, minutes=60)),
    Calendar("XX", "Europe/Paris", WorkingHours(start="00:00", end="02:30", days=(0, 1, 2, 3, 4, 5, 6))),
    Calendar("XX", "UTC", WorkingHours(start="00:00", end="23:59", days=(0, 1, 2, 3, 4, 5, 6))),
    [],
    datetime(2026, 3, 27, 12, tzinfo=UTC),
)
FOLD = GAP._replace(now=datetime(2026, 10, 23, 12, tzinfo=UTC))


@given(questions())
@example(GAP)
@example(FOLD)
@settings(max_examples=200)
def test_every_session_suits_both(question: Question) -> None:
    for start, end in question.plan().slots:
        assert end - start == timedelta(minutes=question.terms.plan.minutes)
        assert start.minute % 15 == 0
        assert is_free(question.busy, start, end)
        for person in question.people:
            assert works(person, start, end)


@given(questions())
@settings(max_examples=200)
def test_sessions_come_after_now_within_the_programme_and_one_by_one(question: Question) -> None:
    slots = question.plan().slots
    for person in question.people:
        zone = zone_of(person.time_zone)
        days = [start.astimezone(zone).date() for start, _ in slots]
        assert all(day > question.now.astimezone(zone).date() for day in days)
        assert all(question.terms.starts_on <= day < question.terms.ends_on for day in days)
    gap = timedelta(days=max(1, question.terms.plan.cadence_days // 2)) - timedelta(days=1)
    assert all(later[0] - earlier[1] >= gap for earlier, later in pairwise(slots))
    assert all(later[0] >= earlier[1] for earlier, later in pairwise(slots))


@given(questions())
@settings(max_examples=100)
def test_complete_and_soon_or_explained(question: Question) -> None:
    found = question.plan()
    begins = max(
        question.now,
        datetime.combine(question.terms.starts_on, time(), zone_of(question.mentee.time_zone)),
    )
    complete = len(found.slots) == question.terms.plan.sessions
    soon = complete and found.slots[0][0] <= begins + FIRST_WITHIN
    assert (found.shortfall is None) is soon
    assert len(found.slots) <= question.terms.plan.sessions


@given(questions(days=20, hours=working_hours("05:00", "22:30")))
@settings(max_examples=40)
def test_no_session_means_that_there_really_is_no_slot(question: Question) -> None:
    """Every quarter of an hour of a short programme is tried."""
    found = question.plan()
    length = timedelta(minutes=question.terms.plan.minutes)
    if found.slots:
        limit = found.slots[0][0].astimezone(zone_of(question.mentee.time_zone)).date()
    else:
        limit = question.terms.ends_on
    begin = max(question.now, datetime.combine(question.terms.starts_on, time(), UTC) - timedelta(days=1))
    quarter = begin.replace(minute=0, second=0, microsecond=0)
    while quarter.date() <= limit:
        assert not _possible(question, quarter, length, limit), quarter
        quarter += timedelta(minutes=15)


def _possible(question: Question, start: datetime, length: timedelta, limit: date) -> bool:
    """Whether a session could start then, on a day before the limit in the mentee's zone."""
    days = [start.astimezone(zone_of(person.time_zone)).date() for person in question.people]
    tomorrow = [question.now.astimezone(zone_of(one.time_zone)).date() + timedelta(days=1) for one in question.people]
    return (
        days[1] < limit
        and all(question.terms.starts_on <= day < question.terms.ends_on for day in days)
        and all(day >= first for day, first in zip(days, tomorrow, strict=True))
        and is_free(question.busy, start, start + length)
        and all(works(person, start, start + length) for person in question.people)
    )


@given(questions())
@settings(max_examples=30)
def test_the_same_question_gets_the_same_answer(question: Question) -> None:
    shuffled = question._replace(busy=question.busy[::-1])
    assert question.plan() == shuffled.plan()
