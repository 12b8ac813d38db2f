"""Asking the rules, of blocks of people or of given couples: who may meet, how good a pair would be, and why not."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from services.matching.rules.candidate import Candidate, Snapshot
from services.matching.rules.crowd import Crowd
from services.matching.rules.declaring import Hard, Soft
from services.matching.rules.meeting import Meeting
from services.matching.rules.rules import HARD, SOFT
from shared.domain.marking import Addressed, Sentence
from shared.language.matching import Criterion
from shared.language.terms import Terms

Couple = tuple[Candidate, Candidate]
"""Mentor and mentee."""


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


def broken_rules(couples: Sequence[Couple], terms: Terms) -> list[tuple[str, ...]]:
    """The codes of the hard rules that keep each mentor and mentee apart; empty where every rule allows the pair."""
    meet = meeting(couples, terms)
    closed = closers(meet)
    return [tuple(code for code, marks in closed.items() if marks[nth]) for nth in range(len(couples))]


def meeting(couples: Sequence[Couple], terms: Terms) -> Meeting:
    """The couples as the rules look at them, in their order; somebody may be in several."""
    crowd = Crowd(Snapshot(terms=terms, candidates=tuple({c.id: c for couple in couples for c in couple}.values())))
    mentors, mentees = crowd.places
    return Meeting.of_couples(
        crowd, [mentors[mentor.id] for mentor, _ in couples], [mentees[mentee.id] for _, mentee in couples]
    )


def brings(teacher: Candidate, learner: Candidate) -> tuple[str, ...]:
    """Topics one knows better than the other who wants them, the most valuable first."""
    worth = {
        topic: priority * (teacher.offers.get(topic, 0) - level)
        for topic, level, priority in learner.wants
        if teacher.offers.get(topic, 0) > level
    }
    return tuple(sorted(worth, key=lambda topic: (-worth[topic], topic)))
