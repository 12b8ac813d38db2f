"""When a letter goes: at work, not too often, and not when it tells nothing new any more."""

from datetime import UTC, datetime, timedelta

import pytest

from services.registration.notices.kinds import RULES, Kind
from services.registration.notices.letter import Because, Fate, Letter
from services.registration.notices.timing import MOST_A_WEEK, Letterbox, at_work, decided
from shared.domain.working.days import Calendar
from shared.language.profile import WorkingHours
from tests.support.letters import MONDAY

PARIS = Calendar("FR", "Europe/Paris", WorkingHours())
REST = Letterbox(PARIS, lately=0)


def letter(kind: Kind, to_go_at: datetime = MONDAY) -> Letter:
    return Letter(
        id="letter",
        kind=kind,
        programme_id="spring",
        participant_id="junior",
        subject="pair",
        facts={},
        asked_at=to_go_at,
        to_go_at=to_go_at,
        due_at=to_go_at,
    )


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        (datetime(2026, 5, 4, 10, tzinfo=UTC), datetime(2026, 5, 4, 10, tzinfo=UTC)),
        (datetime(2026, 5, 4, 3, tzinfo=UTC), datetime(2026, 5, 4, 7, tzinfo=UTC)),
        (datetime(2026, 5, 4, 20, tzinfo=UTC), datetime(2026, 5, 5, 7, tzinfo=UTC)),
        (datetime(2026, 5, 2, 10, tzinfo=UTC), datetime(2026, 5, 4, 7, tzinfo=UTC)),  # a Saturday
        (datetime(2026, 5, 7, 20, tzinfo=UTC), datetime(2026, 5, 11, 7, tzinfo=UTC)),  # the 8th is a holiday
    ],
)
def test_letters_arrive_at_work(now: datetime, opens: datetime) -> None:
    assert at_work(PARIS, now) == opens
    put_off = decided(letter(Kind.PAIRED, now), REST, now)
    assert (put_off.due_at, put_off.fate) == (opens, Fate.WAITING)


def test_whoever_never_works_in_a_month_is_written_to_all_the_same() -> None:
    hours = WorkingHours.model_construct(start="09:00", end="17:00", days=())
    never = Calendar("FR", "Europe/Paris", hours)
    assert at_work(never, MONDAY) == MONDAY


@pytest.mark.parametrize("kind", list(Kind))
def test_what_cannot_wait_goes_at_any_hour(kind: Kind) -> None:
    night = MONDAY.replace(hour=23)
    after = decided(letter(kind, night), REST, night)
    assert (after.due_at == night) == RULES[kind].at_once


@pytest.mark.parametrize("kind", list(Kind))
def test_nobody_gets_more_than_two_a_week_beside_what_they_are_owed(kind: Kind) -> None:
    asked = letter(kind)
    assert decided(asked, Letterbox(PARIS, MOST_A_WEEK - 1), MONDAY) is asked
    after = decided(asked, Letterbox(PARIS, MOST_A_WEEK), MONDAY)
    assert (after.because is Because.ENOUGH) == (not RULES[kind].owed)


@pytest.mark.parametrize("kind", list(Kind))
def test_whoever_wants_fewer_is_told_what_they_have_to_know_and_no_more(kind: Kind) -> None:
    after = decided(letter(kind), Letterbox(PARIS, 0, fewer=True), MONDAY)
    assert (after.because is Because.UNWANTED) == (not RULES[kind].owed)


@pytest.mark.parametrize("kind", list(Kind))
def test_what_comes_too_late_is_not_sent(kind: Kind) -> None:
    late = MONDAY + RULES[kind].lasts + timedelta(seconds=1)
    assert decided(letter(kind), REST, late).because is Because.TOO_LATE
    assert decided(letter(kind), REST, MONDAY + RULES[kind].lasts).because is None
