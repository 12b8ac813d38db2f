"""Days and instants are of the years 2000 to 2199, wherever they come from."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from shared.language.values.accepted import ACCEPTED, as_accepted
from shared.language.values.days import Day, Instant

DAY: TypeAdapter[date] = TypeAdapter(Day)
INSTANT: TypeAdapter[datetime] = TypeAdapter(Instant)


def code(adapter: TypeAdapter[Any], said: object) -> str:
    """What is wrong with it."""
    with pytest.raises(ValidationError) as refused:
        adapter.validate_python(said)
    [fault] = refused.value.errors()
    return fault["type"]


@pytest.mark.parametrize("day", ["2000-01-01", "2026-03-02", "2199-12-31"])
def test_days_are_taken(day: str) -> None:
    assert DAY.validate_python(day) == date.fromisoformat(day)


NO_DAYS = ["0001-01-01", "1999-12-31", "2200-01-01", "9999-12-31", "2026-02-30", "2026-03-02T10:00:00Z"]
NO_TEXT = [0, 1772409600, 1.5e9, None, True]
NO_DATE = ["soon", "", "0", "1772409600", "\ud800"]


@pytest.mark.parametrize("said", [*NO_DAYS, *NO_TEXT, *NO_DATE, "٢٠٢٦-٠٣-٠٢", date(1999, 12, 31)])
def test_anything_else_is_no_day(said: object) -> None:
    assert code(DAY, said) == "no-day"


@pytest.mark.parametrize(
    "moment", ["2000-01-01T00:00:00+05:00", "2026-03-02T10:15:00+01:00", "2199-12-31T23:59:59-14:00"]
)
def test_moments_are_taken(moment: str) -> None:
    assert INSTANT.validate_python(moment) == datetime.fromisoformat(moment)


NO_MOMENTS = ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1999-12-31T23:59:59Z", "2026-03-02T10:15:00"]


@pytest.mark.parametrize(
    "said", [*NO_MOMENTS, *NO_TEXT, *NO_DATE, "2026-03-02", "2026-03-02Tsoon", datetime.max.replace(tzinfo=UTC)]
)
def test_anything_else_is_no_moment(said: object) -> None:
    assert code(INSTANT, said) == "no-instant"


@pytest.mark.parametrize(
    ("kept", "read"),
    [("0001-01-01", date(2000, 1, 1)), ("9999-12-31", date(2199, 12, 31)), ("2026-03-02", date(2026, 3, 2))],
)
def test_a_day_that_was_accepted_once_is_brought_near(kept: str, read: date) -> None:
    assert DAY.validate_python(kept, context=ACCEPTED) == read
    assert DAY.validate_json(f'"{kept}"', context=ACCEPTED) == read


@pytest.mark.parametrize(
    ("kept", "read"),
    [
        ("0001-01-01T00:00:00+14:00", datetime(2000, 1, 1, tzinfo=UTC)),
        ("9999-12-31T23:59:59-14:00", datetime(2199, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_so_is_a_moment(kept: str, read: datetime) -> None:
    assert INSTANT.validate_python(kept, context=ACCEPTED) == read
    assert code(INSTANT, kept) == "no-instant"


def test_interfaces_say_which_years_and_schemas_of_events_what_is_read() -> None:
    assert DAY.json_schema() == {"type": "string", "format": "date", "pattern": "^2[01][0-9]{2}-[0-9]{2}-[0-9]{2}$"}
    with as_accepted():
        assert DAY.json_schema() == {"type": "string", "format": "date"}
