"""What is advised to whoever is left over: only what they have not done, and only where it opens a door by itself."""

from typing import Any

import pytest

from services.matching.explaining.leftover import left_over
from services.matching.markets.outcome import Opening
from services.matching.rules.candidate import Snapshot
from services.matching.solver.solver import optimum
from shared.language.terms import Training
from tests.unit.matching.people import mentee, mentor, terms

SPEAKS = ("en", "fr")


def advised(junior: dict[str, Any], senior: dict[str, Any], **pairing: Any) -> tuple[tuple[Opening, ...], ...]:
    """To the junior and to the senior of two who may not meet."""
    people = (mentor("junior", languages=SPEAKS, **junior), mentee("senior", languages=SPEAKS, **senior))
    found = left_over(optimum(Snapshot(terms=terms(**pairing), candidates=people)))
    return found["junior"].openings, found["senior"].openings


CONSENT, TRAINING = (Opening(rule=rule, value="", doors=1) for rule in ("cross-border", "training"))


@pytest.mark.parametrize(
    ("junior", "senior", "told"),
    [(False, True, ((CONSENT,), ())), (True, False, ((), (CONSENT,))), (False, False, ((), ()))],
)
def test_consent_is_advised_to_whoever_has_not_given_it_and_stands_alone_in_the_way(
    junior: bool, senior: bool, told: tuple[tuple[Opening, ...], ...]
) -> None:
    assert advised({"country": "FR", "cross_border": junior}, {"country": "GB", "cross_border": senior}) == told


@pytest.mark.parametrize(
    ("gate", "junior", "senior", "told"),
    [
        (Training.BOTH, False, True, ((TRAINING,), ())),
        (Training.BOTH, True, False, ((), (TRAINING,))),
        (Training.BOTH, False, False, ((), ())),
        (Training.MENTOR, False, False, ((TRAINING,), ())),
    ],
)
def test_training_is_advised_to_whoever_is_asked_for_it_and_has_not_done_it(
    gate: Training, junior: bool, senior: bool, told: tuple[tuple[Opening, ...], ...]
) -> None:
    assert advised({"trained": junior}, {"trained": senior}, training=gate) == told
