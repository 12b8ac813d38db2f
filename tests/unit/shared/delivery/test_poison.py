"""What stops a consumer is a broken stream or a broken reader, and never what one caller asks for."""

from collections.abc import Iterator
from itertools import count

import pytest

from shared.delivery.poison import TOO_MANY, WINDOW, End, Fate, Memory

TOPIC, OTHER = "telemachus.programmes", "telemachus.participants"
OPENED, CHANGED = "telemachus.programme-opened.v1", "telemachus.programme-changed.v1"

_names: Iterator[int] = count()


def fates(end: End, times: int, kind: str = OPENED, *, subject: str = "", topic: str = TOPIC) -> list[Fate]:
    """Of as many subjects, or of that one; ``kind`` empty: no events."""
    return [Fate(topic, end, kind, "registration", subject or f"s{next(_names)}") for _ in range(times)]


def poisoned(*batches: list[Fate]) -> str:
    memory = Memory()
    for batch in batches:
        memory = memory.with_all(batch)
    return memory.poisoned


@pytest.mark.parametrize("end", [End.DIED, End.UNREAD])
def test_a_type_of_which_nothing_goes_well_is_poison_and_told_which(end: End) -> None:
    assert poisoned(fates(end, TOO_MANY - 1)) == ""
    told = poisoned(fates(end, TOO_MANY // 2), fates(end, TOO_MANY // 2))
    assert OPENED in told and TOPIC in told and "registration" in told and "100 subjects" in told
    assert not any(f"s{n} " in told for n in range(next(_names)))


@pytest.mark.parametrize("subjects", [1, 5, TOO_MANY - 1])
@pytest.mark.parametrize("end", [End.DIED, End.UNREAD])
def test_few_subjects_however_often_they_die_are_no_poisoned_stream(end: End, subjects: int) -> None:
    assert poisoned(*(fates(end, 500, subject=f"one-of-{n}") for n in range(subjects))) == ""


@pytest.mark.parametrize("well", ["before", "between", "after"])
def test_a_caller_who_makes_thousands_of_subjects_that_die_stops_nobody_once_another_went_well(well: str) -> None:
    good, poison = fates(End.WELL, 1), fates(End.DIED, 2000)
    together = {"before": good + poison, "between": poison[:99] + good + poison[99:], "after": poison + good}
    assert poisoned(together[well]) == ""
    assert poisoned(together[well], fates(End.DIED, 2000)) == ""


def test_that_one_type_goes_well_says_nothing_of_another() -> None:
    """A release that breaks one handler alone."""
    assert CHANGED in poisoned(fates(End.WELL, 1000), fates(End.DIED, TOO_MANY, CHANGED))
    on_another_stream = fates(End.WELL, 1, CHANGED, topic=OTHER)
    assert CHANGED in poisoned(on_another_stream, fates(End.DIED, TOO_MANY, CHANGED))


def test_events_that_cannot_be_read_are_nobodys_wish_so_that_one_read_long_ago_is_no_excuse() -> None:
    """Who says them went over to words that this version does not know."""
    assert poisoned(fates(End.WELL, 1000), fates(End.UNREAD, TOO_MANY))
    some = [fate for _ in range(20) for fate in fates(End.UNREAD, TOO_MANY - 1) + fates(End.WELL, 1)]
    assert poisoned(some) == ""


def test_a_stream_half_of_which_are_no_events_is_poison_and_the_others_do_not_make_up_for_it() -> None:
    half = [fate for _ in range(TOO_MANY) for fate in fates(End.UNREAD, 1, "") + fates(End.WELL, 1)]
    assert poisoned(half).startswith(f"{TOO_MANY} of the last {WINDOW} records of {TOPIC}")
    less = [fate for _ in range(TOO_MANY) for fate in fates(End.UNREAD, 1, "") + fates(End.WELL, 2)]
    assert poisoned(less) == ""
    assert poisoned(fates(End.UNREAD, TOO_MANY - 1, ""), fates(End.UNREAD, TOO_MANY - 1, "", topic=OTHER)) == ""


def test_what_waits_is_neither() -> None:
    assert poisoned(fates(End.WAITS, 1000)) == ""
    assert poisoned(fates(End.WAITS, 1), fates(End.DIED, TOO_MANY))


def test_a_batch_that_is_not_committed_is_not_remembered() -> None:
    before = Memory().with_all(fates(End.DIED, TOO_MANY - 1))
    assert before.with_all(fates(End.DIED, 1)).poisoned
    assert before.with_all(fates(End.UNREAD, 99, "")).with_all(fates(End.WELL, 1)).poisoned == ""
    assert before.poisoned == ""
    assert before.with_all(fates(End.DIED, 1)).poisoned
