"""What the contacts of a programme are told, and when: by their own clock."""

from datetime import UTC, date, datetime, timedelta

import pytest

from services.registration.notices.kinds import Kind
from services.registration.notices.leading import monday_of, of_alarms, of_week
from services.registration.programmes.programme import Stage
from tests.support.letters import MONDAY, contact, spring
from tests.unit.registration.samples import programme

SUNDAY = datetime(2026, 5, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "monday"),
    [
        (SUNDAY - timedelta(seconds=1), date(2026, 4, 27)),
        (SUNDAY, date(2026, 5, 4)),
        (MONDAY, date(2026, 5, 4)),
        (SUNDAY + timedelta(days=7), date(2026, 5, 11)),
    ],
)
def test_a_week_is_asked_for_before_it_begins_anywhere(now: datetime, monday: date) -> None:
    assert monday_of(now) == monday
    assert now < datetime(monday.year, monday.month, monday.day, tzinfo=UTC) + timedelta(days=6)


@pytest.mark.parametrize(
    ("zone", "begins"),
    [
        ("Pacific/Auckland", datetime(2026, 5, 3, 12, tzinfo=UTC)),
        ("Europe/Paris", datetime(2026, 5, 3, 22, tzinfo=UTC)),
        ("America/Los_Angeles", datetime(2026, 5, 4, 7, tzinfo=UTC)),
    ],
)
def test_figures_are_of_the_week_before_their_monday(zone: str, begins: datetime) -> None:
    [asked] = of_week(spring().told_to([contact(time_zone=zone)]), SUNDAY).asks
    assert (asked.kind, asked.to_go_at) == (Kind.WEEK, begins)
    assert asked.facts == {"since": (begins - timedelta(days=7)).isoformat(), "until": begins.isoformat()}


def test_a_week_is_told_once_however_often_it_is_asked_for_and_an_address_once() -> None:
    told = spring().told_to([contact(), contact(email="LEAD@x.example"), contact(email="other@x.example")])
    days = [of_week(told, SUNDAY + timedelta(days=day)).asks for day in range(7)]
    assert len({letter.id for asked in days for letter in asked}) == 2
    assert not {letter.id for letter in of_week(told, SUNDAY + timedelta(days=7)).asks} & {x.id for x in days[0]}
    assert all("lead" not in letter.id + letter.participant_id for letter in days[0])


@pytest.mark.parametrize("state", [Stage.DRAFT, Stage.ENDED])
def test_of_a_programme_that_does_not_run_nobody_is_told_figures(state: Stage) -> None:
    assert of_week(programme(state).told_to([contact()]), SUNDAY).asks == ()
    over = spring().told_to([contact()])
    assert of_week(over, datetime(2099, 1, 1, tzinfo=UTC)).asks == ()


def test_who_wants_no_figures_hears_of_pairs_that_need_help_all_the_same() -> None:
    quiet = spring().told_to([contact(weekly=False)])
    assert of_week(quiet, SUNDAY).asks == ()
    assert len(of_alarms(quiet, MONDAY).asks) == 1


def test_all_alarms_of_a_day_are_one_letter_of_the_next_morning() -> None:
    told = spring().told_to([contact()])
    early, late = datetime(2026, 5, 3, 22, tzinfo=UTC), datetime(2026, 5, 4, 21, 59, tzinfo=UTC)
    [first], [second], [next_day] = (of_alarms(told, at).asks for at in (early, late, late + timedelta(minutes=1)))
    assert first.id == second.id != next_day.id
    assert first.to_go_at == second.to_go_at == datetime(2026, 5, 4, 22, tzinfo=UTC)
