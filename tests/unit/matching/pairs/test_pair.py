"""A pair through its life."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.matching.app import service
from services.matching.markets.outcome import Alternative
from services.matching.pairs.pair import NotMade, Pair, PairState
from shared.domain.errors import Refused
from shared.language.matching import (
    Criterion,
    PairCompleted,
    PairDeclined,
    PairDissolved,
    PairFormed,
    PairProposed,
    PairRechecked,
    Parting,
)
from shared.store.documents import from_document, to_document
from tests.support.sentences import refusing
from tests.unit.matching.people import pair

NOW = datetime(2026, 10, 1, 9, tzinfo=UTC)
PROPOSED = pair(
    round_id="round",
    mentor_id="junior",
    mentee_id="senior",
    countries=("FR", "GB"),
    score=7,
    criteria=(Criterion(rule="topics", points=7),),
    mentors_alternative=Alternative(partner_id="other", score=5, people=0, points=2),
)
FORMED = replace(PROPOSED.approved(NOW, 5), raised=())
ENDED = [FORMED.dissolved(Parting.MANAGER), FORMED.declined(NOW), FORMED.completed(), PROPOSED.dropped()]


def said(pair: Pair) -> list[str]:
    """What it has told of."""
    return [type(event).__name__ for event in pair.raised]


def test_a_trial_is_proposed_in_silence() -> None:
    assert said(PROPOSED.proposed(says=True)) == ["PairProposed"]
    assert said(PROPOSED.proposed(says=False)) == []


def test_approval_forms_it_and_fixes_the_days_to_decline() -> None:
    approved = PROPOSED.approved(NOW, 5)
    assert (approved.state, approved.formed_at) == (PairState.FORMED, NOW)
    assert approved.declinable_until == NOW + timedelta(days=5)
    assert PROPOSED.approved(NOW, 0).declinable_until is None
    [told] = approved.raised
    assert isinstance(told, PairFormed) and (told.round_id, told.score, told.criteria) == (
        "round",
        7,
        PROPOSED.criteria,
    )


@pytest.mark.parametrize("pair", [FORMED, *ENDED], ids=lambda pair: pair.state)
def test_only_a_proposal_is_approved_or_dropped(pair: Pair) -> None:
    with pytest.raises(Refused):
        pair.approved(NOW, 5)
    assert pair.dropped(NotMade.REFUSED) == pair


@pytest.mark.parametrize("pair", [PROPOSED, *ENDED], ids=lambda pair: pair.state)
@pytest.mark.parametrize("end", [lambda pair: pair.dissolved(Parting.MANAGER), lambda pair: pair.declined(NOW)])
def test_only_a_pair_that_is_together_ends(pair: Pair, end: Callable[[Pair], Pair]) -> None:
    with pytest.raises(Refused):
        end(pair)


@pytest.mark.parametrize(("late", "is_too_late"), [(timedelta(days=5), False), (timedelta(days=5, seconds=1), True)])
def test_it_is_declined_in_the_first_days_without_a_name(late: timedelta, is_too_late: bool) -> None:
    if is_too_late:
        with refusing(service.spoken, "dissolve"):
            FORMED.declined(NOW + late)
        return
    declined = FORMED.declined(NOW + late)
    assert (declined.state, declined.because) == (PairState.DECLINED, Parting.DECLINED)
    first, second = declined.raised
    assert isinstance(first, PairDeclined) and isinstance(second, PairDissolved)
    assert second.because is Parting.DECLINED
    assert set(type(first).model_fields) == {"programme_id", "pair_id", "mentor_id", "mentee_id"}


def test_the_end_of_the_programme() -> None:
    assert isinstance(FORMED.completed().raised[0], PairCompleted)
    over = PROPOSED.completed()
    assert (over.state, over.not_made, over.raised) == (PairState.DROPPED, NotMade.OVER, ())
    assert ENDED[0].completed() == ENDED[0]


def test_broken_rules_are_told_when_they_change() -> None:
    broken = FORMED.rechecked(("language",))
    [told] = broken.raised
    assert isinstance(told, PairRechecked) and told.broken == ("language",)
    assert said(broken.rechecked(("language",))) == ["PairRechecked"]
    assert said(broken.rechecked(())) == ["PairRechecked", "PairRechecked"]
    assert PROPOSED.rechecked(("language",)) == PROPOSED


def test_the_waiting_list_has_no_round() -> None:
    waiting = replace(PROPOSED, round_id=None)
    [proposed], [formed] = waiting.proposed(says=True).raised, waiting.approved(NOW, 5).raised
    assert isinstance(proposed, PairProposed) and isinstance(formed, PairFormed)
    assert proposed.round_id is formed.round_id is None


@pytest.mark.parametrize("pair", [PROPOSED, FORMED, FORMED.rechecked(("language",))], ids=lambda pair: pair.state)
def test_what_is_stored_comes_back(pair: Pair) -> None:
    assert from_document(Pair, to_document(pair)) == pair
