"""What a manager decides about a round beforehand, and which pairs can be put together."""

from collections import Counter

import pytest

from services.matching.app import service
from services.matching.rounds.choices import Changes, Choices, Locks
from services.matching.rules.candidate import Candidate
from shared.domain.errors import Refused
from shared.language.terms import Goal, PairingRules, Weights
from tests.support.sentences import refusing
from tests.unit.matching.people import mentee, mentor, terms

AB, AC, BC = ("a", "b"), ("a", "c"), ("b", "c")


def people(*candidates: Candidate) -> dict[str, Candidate]:
    return {candidate.id: candidate for candidate in candidates}


def test_what_is_not_changed_is_taken_over() -> None:
    before = Choices(pairing=PairingRules(grade_gap=2), seed=4, locked=(AB,), forbidden=(AC,), what_if=True)
    assert Changes().of(before, terms()) == before


def test_only_the_settings_that_were_named_change() -> None:
    programme = terms(grade_gap=3, weights=Weights(topics=7, city=9))
    changes = Changes(pairing=PairingRules.model_validate({"goal": "best-total", "weights": {"city": 1}}))
    changed = changes.of(Choices(), programme).pairing
    assert changed is not None
    assert (changed.goal, changed.grade_gap) == (Goal.BEST_TOTAL, 3)
    assert (changed.weights.topics, changed.weights.city) == (7, 1)


def test_a_minimum_score_can_be_taken_back() -> None:
    before = Choices(pairing=PairingRules(minimum_score=50))
    changes = Changes(pairing=PairingRules.model_validate({"minimum_score": None}))
    changed = changes.of(before, terms()).pairing
    assert changed is not None
    assert changed.minimum_score is None


def test_who_is_put_together_is_no_longer_kept_apart_and_the_other_way_round() -> None:
    before = Choices(locked=(AB,), forbidden=(AC,))
    changed = Changes(lock=(AC, BC), forbid=(AB,)).of(before, terms())
    assert (changed.locked, changed.forbidden) == ((AC, BC), (AB,))
    undone = Changes(unlock=(AC, BC), allow=(AB,)).of(changed, terms())
    assert (undone.locked, undone.forbidden) == ((), ())


def test_nobody_is_put_together_and_kept_apart_at_once() -> None:
    with pytest.raises(Refused):
        Changes(lock=(AB,), forbid=(AB,)).of(Choices(), terms())


def test_a_pair_every_rule_allows_can_be_put_together() -> None:
    locks = Locks.of([("junior", "senior")], people(mentor(), mentee()), terms())
    assert (locks.held, locks.refused) == ((("junior", "senior"),), {})
    locks.must_hold()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (mentor(), mentee(languages=("ja",))),
        (mentor(partners=frozenset({"senior"})), mentee()),
        (mentor(trained=False), mentee()),
        (mentor(room=0), mentee()),
        (mentee("junior"), mentee()),
    ],
)
def test_a_pair_that_breaks_a_rule_cannot(one: Candidate, other: Candidate) -> None:
    locks = Locks.of([("junior", "senior"), ("junior", "nobody")], people(one, other), terms())
    assert locks.held == ()
    assert set(locks.refused) == {("junior", "senior"), ("junior", "nobody")}
    with refusing(service.spoken, "cannot be put together"):
        locks.must_hold()


def test_places_are_counted_over_all_locked_pairs() -> None:
    crowd = people(mentor(capacity=2), mentee("first"), mentee("second"), mentee("third"))
    locks = Locks.of([("junior", "first"), ("junior", "second"), ("junior", "third")], crowd, terms())
    assert locks.held == (("junior", "first"), ("junior", "second"))
    assert list(locks.refused) == [("junior", "third")]


def test_places_are_counted_over_those_that_were_asked_before() -> None:
    crowd, taken = people(mentor(capacity=1), mentee("first"), mentee("second")), Counter[str]()
    assert Locks.of([("junior", "first")], crowd, terms(), taken).held
    assert list(Locks.of([("junior", "second")], crowd, terms(), taken).refused) == [("junior", "second")]
