"""The very moments and states in which a pair just may be declined, ended or decided about, or just may not."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from services.matching.pairs.pair import PairState
from shared.domain.errors import Refused
from shared.language.matching import Parting
from tests.unit.matching.pairs.test_pair import FORMED, NOW, PROPOSED

MOMENT = timedelta(milliseconds=1)
FIVE_DAYS = NOW + timedelta(days=5)


def refusal(work: Callable[[], object]) -> str:
    """The code it is refused with, empty where it is not."""
    try:
        work()
    except Refused as refused:
        return refused.reason.code
    return ""


@pytest.mark.parametrize(("now", "code"), [(FIVE_DAYS, ""), (FIVE_DAYS + MOMENT, "days-to-decline-over")])
def test_it_may_be_declined_to_the_end_of_its_days(now: datetime, code: str) -> None:
    assert refusal(lambda: FORMED.declined(now)) == code


def test_without_days_to_decline_nobody_declines() -> None:
    assert refusal(lambda: PROPOSED.approved(NOW, 0).declined(NOW)) == "days-to-decline-over"


@pytest.mark.parametrize("state", [state for state in PairState if state is not PairState.FORMED])
def test_only_two_who_are_together_part(state: PairState) -> None:
    pair = replace(FORMED, state=state)
    assert refusal(lambda: pair.declined(NOW)) == "nothing-to-decline"
    assert refusal(lambda: pair.dissolved(Parting.MANAGER)) == "nothing-to-dissolve"


@pytest.mark.parametrize("state", [state for state in PairState if state is not PairState.PROPOSED])
def test_only_a_proposal_is_approved(state: PairState) -> None:
    assert refusal(lambda: replace(PROPOSED, state=state).approved(NOW, 5)) == "nothing-to-approve"
