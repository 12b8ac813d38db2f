"""Planning a series: what people would expect of single cases."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from services.sessions.app import service
from services.sessions.planning.planning import Plan, plan
from shared.domain.working.days import Calendar
from shared.domain.working.hours import Span
from shared.language.profile import WorkingHours
from shared.language.terms import Terms, WorkPlan
from shared.language.values.zones import zone_of
from tests.unit.sessions.support import NOW, terms

PARIS = Calendar("FR", "Europe/Paris", WorkingHours())
NEW_YORK = Calendar("US", "America/New_York", WorkingHours())
AUCKLAND = Calendar("NZ", "Pacific/Auckland", WorkingHours())


def explained(found: Plan) -> str:
    assert found.shortfall
    return service.spoken.explain(found.shortfall)


def starts(found: Plan, zone: str) -> list[datetime]:
    return [start.astimezone(zone_of(zone)) for start, _ in found.slots]


def busy(start: str, end: str) -> Span:
    return int(datetime.fromisoformat(start).timestamp()), int(datetime.fromisoformat(end).timestamp())


def test_a_series_starts_on_the_next_working_day_and_keeps_its_cadence() -> None:
    found = plan(terms(), PARIS, PARIS, [], NOW)
    assert found.shortfall is None
    days = [start.date() for start in starts(found, "Europe/Paris")]
    assert days[0] == date(2026, 3, 3)
    assert [later - earlier for earlier, later in pairwise(days)] == [timedelta(days=28)] * 5
    assert {end - start for start, end in found.slots} == {timedelta(minutes=30)}


def test_local_time_stays_the_same_over_the_change_of_the_clock() -> None:
    found = plan(terms(), PARIS, PARIS, [], NOW)
    assert {start.strftime("%H:%M") for start in starts(found, "Europe/Paris")} == {"10:00"}


@pytest.mark.parametrize("formed_on", [date(2026, 2, 2), date(2026, 3, 9), date(2026, 10, 12)])
def test_the_mentees_time_is_chosen_so_that_it_suits_both_all_year(formed_on: date) -> None:
    """Clocks change on different dates on both sides of the Atlantic: the two are five hours apart for some weeks."""
    now = datetime(formed_on.year, formed_on.month, formed_on.day, 9, tzinfo=UTC)
    found = plan(terms(plan=WorkPlan(sessions=6, cadence_days=7)), NEW_YORK, PARIS, [], now)
    assert found.shortfall is None
    assert {start.strftime("%H:%M") for start in starts(found, "Europe/Paris")} == {"15:00"}


def test_nothing_before_the_programme_starts() -> None:
    found = plan(terms(starts_on=date(2026, 6, 6)), PARIS, PARIS, [], NOW)
    assert starts(found, "Europe/Paris")[0].date() == date(2026, 6, 8)


def test_a_holiday_puts_the_session_off_to_the_next_working_day() -> None:
    april = datetime(2026, 4, 2, 9, tzinfo=UTC)  # Good Friday and Easter Monday follow
    british = Calendar("GB", "Europe/London", WorkingHours())
    found = plan(terms(), PARIS, british, [], april)
    assert starts(found, "Europe/London")[0].date() == date(2026, 4, 7)


def test_a_busy_time_is_avoided_by_as_little_as_possible() -> None:
    taken = busy("2026-03-03T09:45+01:00", "2026-03-03T10:30+01:00")
    times = [start.strftime("%H:%M") for start in starts(plan(terms(), PARIS, PARIS, [taken], NOW), "Europe/Paris")]
    assert times == ["10:30", "10:00", "10:00", "10:00", "10:00", "10:00"]


def test_a_full_day_puts_only_that_session_off() -> None:
    found = plan(terms(), PARIS, PARIS, [busy("2026-03-31T00:00+02:00", "2026-04-01T00:00+02:00")], NOW)
    days = [start.date() for start in starts(found, "Europe/Paris")]
    assert days[:3] == [date(2026, 3, 3), date(2026, 4, 1), date(2026, 4, 28)]


def test_daily_sessions_skip_the_weekend() -> None:
    found = plan(terms(plan=WorkPlan(sessions=6, cadence_days=1)), PARIS, PARIS, [], NOW)
    days = [start.date().isoformat() for start in starts(found, "Europe/Paris")]
    assert days == ["2026-03-03", "2026-03-04", "2026-03-05", "2026-03-06", "2026-03-09", "2026-03-10"]


@pytest.mark.parametrize(
    ("programme", "mentor", "sentence"),
    [
        (terms(), AUCKLAND, "working hours of the two never have 30 minutes in common"),
        (terms(starts_on=date(2025, 1, 1), ends_on=date(2026, 3, 3)), PARIS, "ends on 3 March 2026, before the two"),
        (terms(ends_on=date(2026, 5, 15)), PARIS, "3 of 6 sessions"),
    ],
)
def test_a_shortfall_is_explained(programme: Terms, mentor: Calendar, sentence: str) -> None:
    assert sentence in explained(plan(programme, mentor, PARIS, [], NOW))


def test_people_who_are_never_free_get_a_sentence() -> None:
    found = plan(terms(), PARIS, PARIS, [busy("2026-01-01T00:00Z", "2028-01-01T00:00Z")], NOW)
    assert found.slots == ()
    assert "no 30 minutes free in common" in explained(found)


def test_a_late_first_session_is_explained() -> None:
    found = plan(terms(), PARIS, PARIS, [busy("2026-03-01T00:00Z", "2026-03-20T00:00Z")], NOW)
    assert len(found.slots) == 6
    assert "within the first 10 days" in explained(found)


def test_a_programme_without_an_end_in_sight_is_planned_all_the_same() -> None:
    endless = terms(ends_on=date(2199, 12, 31))
    assert len(plan(endless, PARIS, PARIS, [], NOW).slots) == 6
    assert plan(endless, AUCKLAND, PARIS, [], NOW).slots == ()
