"""Aggregates are values: what happened to them is carried along and is no part of what they are."""

from dataclasses import FrozenInstanceError, dataclass, replace
from typing import ClassVar

import pytest

from shared.domain.aggregate import Aggregate
from shared.language.feedback import PairAtRisk, PairRecovered, Risk

FIRST = PairAtRisk(programme_id="p", pair_id="a", because=Risk.SESSIONS_LOST, sessions_lost=2)
SECOND = PairRecovered(programme_id="p", pair_id="a")


@dataclass(frozen=True, kw_only=True)
class Thing(Aggregate):
    collection: ClassVar[str] = "things"

    size: int = 0


def test_events_are_kept_in_the_order_they_were_raised() -> None:
    assert Thing(id="a").raising(FIRST).raising(SECOND, FIRST).raised == (FIRST, SECOND, FIRST)


def test_raising_leaves_the_original_alone() -> None:
    before = Thing(id="a")
    assert before.raising(FIRST) is not before
    assert before.raised == ()


def test_a_changed_copy_still_tells_what_happened() -> None:
    assert replace(Thing(id="a").raising(FIRST), size=3).raised == (FIRST,)


def test_what_was_raised_makes_no_difference_and_is_not_shown() -> None:
    assert Thing(id="a").raising(FIRST) == Thing(id="a")
    assert "PairAtRisk" not in repr(Thing(id="a").raising(FIRST))


def test_it_cannot_be_changed_in_place() -> None:
    with pytest.raises(FrozenInstanceError):
        Thing(id="a").size = 3  # type: ignore[misc]
