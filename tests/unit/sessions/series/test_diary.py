"""A person's diary never holds two sessions at once."""

from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from services.sessions.app import service
from services.sessions.series.diary import Booking, Diary
from shared.domain.errors import Refused
from tests.support.sentences import refusing
from tests.unit.sessions.support import NOW


def booking(session_id: str, start: int, length: int = 30) -> Booking:
    """Minutes from now."""
    starts_at = NOW + timedelta(minutes=start)
    return Booking(session_id=session_id, starts_at=starts_at, ends_at=starts_at + timedelta(minutes=length))


def ids(diary: Diary) -> list[str]:
    return [one.session_id for one in diary.booked]


EMPTY = Diary(id="person")


def test_two_sessions_never_overlap() -> None:
    diary = EMPTY.book([booking("a", 0)], NOW)
    with refusing(service.spoken, "another session"):
        diary.book([booking("b", 29)], NOW)
    assert ids(diary.book([booking("b", 30)], NOW)) == ["a", "b"]


def test_booked_again_a_session_moves() -> None:
    diary = EMPTY.book([booking("a", 0), booking("b", 60)], NOW).book([booking("a", 100)], NOW)
    assert ids(diary) == ["b", "a"]


def test_what_is_past_is_dropped_when_it_grows() -> None:
    diary = EMPTY.book([booking("a", 0), booking("b", 60)], NOW)
    assert ids(diary.book([booking("c", 200)], NOW + timedelta(minutes=30))) == ["b", "c"]


def test_struck_out_sessions_leave_room() -> None:
    diary = EMPTY.book([booking("a", 0), booking("b", 60)], NOW).free({"a", "unknown"})
    assert ids(diary.book([booking("c", 10)], NOW)) == ["c", "b"]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 600), st.sampled_from([30, 45, 60]), st.booleans())))
def test_whatever_is_booked_the_diary_stays_sorted_and_disjoint(steps: list[tuple[int, int, int, bool]]) -> None:
    diary = EMPTY
    for name, start, length, strike in steps:
        try:
            diary = diary.free({str(name)}) if strike else diary.book([booking(str(name), start, length)], NOW)
        except Refused:
            others = [one for one in diary.booked if one.session_id != str(name)]
            new = booking(str(name), start, length)
            assert any(one.starts_at < new.ends_at and new.starts_at < one.ends_at for one in others)
    assert all(earlier.ends_at <= later.starts_at for earlier, later in pairwise(diary.booked))
    assert len(set(ids(diary))) == len(diary.booked)
