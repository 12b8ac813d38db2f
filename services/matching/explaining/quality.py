"""How good a round is: figures for everybody and for groups, and what other ways would have given."""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr

from services.matching.engine import optimum
from services.matching.engine.flow import Arcs
from services.matching.engine.looking import joined
from services.matching.engine.market import Whole
from services.matching.explaining.baselines import first_come, greedy
from services.matching.explaining.blocking import blocking
from services.matching.markets.outcome import Behind, Figures, Group, Quality
from services.matching.markets.pool import Solved
from services.matching.markets.solution import Solution
from services.matching.rules.candidate import Candidate
from shared.language.terms import Goal

KINDS: Mapping[str, Callable[[Candidate], str]] = {
    "country": lambda candidate: candidate.profile.country,
    "unit": lambda candidate: candidate.unit,
    "grade": lambda candidate: str(candidate.profile.grade),
    "role": lambda candidate: candidate.profile.role.value,
}
"""What people are grouped by."""

GROUPS = 100
"""Groups of one kind that are told."""

ENOUGH = 10
"""People a group needs for being compared with others."""

UNLIKELY = 0.01
"""Probability under which few pairs are no longer put down to chance."""

NOBODY = np.iinfo(np.int64).min


class Fared(NamedTuple):
    """People who had room and no partner."""

    people: list[Candidate]
    best: Whole
    """Score of the best pair of each; NOBODY where there is none."""
    expected: NDArray[np.float64]
    """Share of their role that is paired."""

    @property
    def paired(self) -> NDArray[np.bool_]:
        """Who got a partner."""
        return np.not_equal(self.best, NOBODY)


class Members(NamedTuple):
    """The people of one group, by their places among those who fared."""

    by: str
    value: str
    places: NDArray[np.intp]


def quality(solution: Solution) -> Quality:
    """How good a solution is. Whoever's record could not be considered is not counted."""
    fared = _fared(solution, solution.couples)
    groups = {kind: list(_largest(fared, kind, read)) for kind, read in KINDS.items()}
    return Quality(
        overall=_overall(fared, solution.couples),
        most_possible=_most_possible(solution),
        blocking=sum(blocking(one) for one in solution.solved),
        groups=tuple(_group(fared, members) for each in groups.values() for members in each),
        behind=_behind(fared, [groups[kind] for kind in KINDS if kind != "role"]),
        greedy=_other_way(solution, greedy(solution)),
        first_come=_other_way(solution, first_come(solution)),
    )


def _other_way(solution: Solution, couples: Arcs | None) -> Figures | None:
    return None if couples is None else _overall(_fared(solution, couples), couples)


def _fared(solution: Solution, couples: Arcs) -> Fared:
    crowd, by_manager = solution.crowd, solution.locked_people
    people: list[Candidate] = []
    best, expected = [], []
    for side, partners in ((crowd.mentors, couples.mentors), (crowd.mentees, couples.mentees)):
        scores = np.full(len(side), NOBODY)
        np.maximum.at(scores, partners, couples.scores)
        counted = [nth for nth, c in enumerate(side.everybody) if (c.alone and c.room) or c.id in by_manager]
        people += [side.everybody[nth] for nth in counted]
        best.append(scores[counted])
        expected.append(np.full(len(counted), np.mean(best[-1] != NOBODY) if counted else 0.0))
    return Fared(people, np.concatenate(best), np.concatenate(expected))


def _overall(fared: Fared, couples: Arcs) -> Figures:
    return _figures(len(fared.people), int(np.count_nonzero(fared.paired)), couples.scores)


def _figures(people: int, paired: int, scores: Whole) -> Figures:
    if not len(scores):
        return Figures(people=people, paired=paired, total=0, mean=0.0, minimum=0, maximum=0, spread=0.0)
    return Figures(
        people=people,
        paired=paired,
        total=int(scores.sum()),
        mean=round(float(scores.mean()), 2),
        minimum=int(scores.min()),
        maximum=int(scores.max()),
        spread=round(float(scores.std()), 2),
    )


def _most_possible(solution: Solution) -> int:
    """By the round's own proof if it goes for people, otherwise by solving it once more for them."""
    if solution.crowd.terms.pairing.goal is Goal.MOST_PEOPLE:
        return solution.certificate.bound.people
    return len(solution.locked_people) + sum(map(_most_of, solution.solved))


def _most_of(one: Solved) -> int:
    scale = one.pool.scale(Goal.MOST_PEOPLE)
    promising = joined([one.pool.look.arcs, one.best.arcs])
    return scale.worth(optimum.solve(one.pool.market(scale), promising).bound).people


def _largest(fared: Fared, kind: str, read: Callable[[Candidate], str]) -> Iterator[Members]:
    """The groups of one kind, the largest first, among equals by their values."""
    if not fared.people:
        return
    values, of, sizes = np.unique([read(c) for c in fared.people], return_inverse=True, return_counts=True)
    members = np.split(np.argsort(of, kind="stable"), np.cumsum(sizes)[:-1])
    for nth in np.argsort(-sizes, kind="stable")[:GROUPS]:
        yield Members(kind, str(values[nth]), members[nth])


def _group(fared: Fared, members: Members) -> Group:
    best = fared.best[members.places]
    scores = best[best != NOBODY]
    return Group(by=members.by, value=members.value, figures=_figures(len(best), len(scores), scores))


def _behind(fared: Fared, kinds: list[list[Members]]) -> tuple[Behind, ...]:
    found = [each for groups in kinds for each in _unlikely(fared, groups)]
    return tuple(sorted(found, key=lambda each: (each.chance, each.by, each.value)))


def _unlikely(fared: Fared, groups: list[Members]) -> Iterator[Behind]:
    """Groups that a lot would hardly leave with so few pairs: by the binomial distribution, which has wider tails than
    a lot without returns, times the number of groups compared (Bonferroni)."""
    compared = [members for members in groups if len(members.places) >= ENOUGH]
    for members in compared:
        people, paired = len(members.places), int(np.count_nonzero(fared.paired[members.places]))
        expected = float(fared.expected[members.places].sum())
        chance = len(compared) * float(bdtr(paired, people, expected / people))
        if chance < UNLIKELY:
            yield Behind(
                by=members.by,
                value=members.value,
                people=people,
                paired=paired,
                expected=round(expected, 1),
                chance=chance,
            )
