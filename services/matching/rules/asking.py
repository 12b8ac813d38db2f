"""Asking the rules: whom they let meet, how good a pair would be, and why not."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from services.matching.rules.declaring import Hard, Soft
from services.matching.rules.meeting import Meeting
from services.matching.rules.rules import HARD, SOFT
from shared.domain.marking import Addressed, Sentence
from shared.language.matching import Criterion
from shared.language.terms import Terms


def doors(meet: Meeting, rules: Iterable[Hard] = HARD) -> NDArray[np.bool_]:
    """Whether these hard rules and the manager let each two be a pair."""
    open_: NDArray[np.bool_] = ~meet.among(meet.crowd.kept_apart)
    for rule in rules:
        open_ &= rule.allows(meet)
    return open_


def scores(meet: Meeting) -> NDArray[np.int32]:
    """The total of the soft rules, weight times per cent, for each two."""
    total = np.zeros(meet.shape, dtype=np.int32)
    for rule, weight in weighed(meet.terms):
        total += weight * rule.per_cent(meet)
    return total


def shares(meet: Meeting) -> list[tuple[Criterion, ...]]:
    """What each soft rule gives every couple of a meeting of couples."""
    points = [
        (rule.code, np.broadcast_to(weight * rule.per_cent(meet), meet.shape)) for rule, weight in weighed(meet.terms)
    ]
    return [
        tuple(Criterion(rule=code, points=int(column[nth])) for code, column in points)
        for nth in range(len(meet.mentors))
    ]


def weighed(terms: Terms) -> list[tuple[Soft, int]]:
    """The soft rules this programme uses, with their weights."""
    weights = {rule.code: int(getattr(terms.pairing.weights, rule.code)) for rule in SOFT}
    return [(rule, weights[rule.code]) for rule in SOFT if weights[rule.code]]


def closers(meet: Meeting) -> dict[str, NDArray[np.bool_]]:
    """Code of each hard rule → which pairs it keeps apart, in the rules' order."""
    return {rule.code: ~np.broadcast_to(rule.allows(meet), meet.shape) for rule in HARD}


def words(criterion: Criterion) -> Sentence | Addressed:
    """A criterion in words."""
    return next((rule.sentence for rule in SOFT if rule.code == criterion.rule), criterion.rule)
