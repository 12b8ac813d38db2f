"""The clock that tests and demonstrations move."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis.strategies import integers

from shared.domain.clock import MovedClock, SystemClock

THEN = datetime(2031, 5, 6, 7, 8, tzinfo=UTC)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "clock"


def close(one: datetime, other: datetime) -> bool:
    return abs(one - other) < timedelta(minutes=1)


def test_the_system_clock_tells_the_time_in_utc() -> None:
    assert SystemClock().now().utcoffset() == timedelta()


def test_without_a_file_it_is_now(file: Path) -> None:
    assert close(MovedClock(file).now(), SystemClock().now())


def test_it_goes_on_from_where_it_was_set(file: Path) -> None:
    clock = MovedClock(file)
    clock.move_to(THEN)
    first = clock.now()

    assert close(first, THEN)
    assert clock.now() >= first


def test_others_who_read_the_file_follow(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = [0.0]
    monkeypatch.setattr("shared.domain.clock.time.monotonic", lambda: seconds[0])
    mover, follower = MovedClock(file), MovedClock(file)
    assert close(follower.now(), SystemClock().now())
    mover.move_to(THEN)
    seconds[0] += 0.06

    assert close(follower.now(), THEN)


def test_it_can_be_moved_back_and_leaves_nothing_lying_about(file: Path) -> None:
    clock = MovedClock(file)
    clock.move_to(THEN)
    clock.move_to(THEN - timedelta(days=9000))

    assert close(clock.now(), THEN - timedelta(days=9000))
    assert list(file.parent.iterdir()) == [file]


@given(microseconds=integers(0, 10**9))
def test_it_never_starts_before_the_moment_it_was_set_to(
    microseconds: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    clock, moment = MovedClock(tmp_path_factory.mktemp("moved") / "clock"), THEN + timedelta(microseconds=microseconds)
    clock.move_to(moment)

    assert clock.now() >= moment
