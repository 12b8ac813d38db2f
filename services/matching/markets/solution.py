"""A solved round before it is explained: who with whom, what places are worth, and the proof."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from services.matching.engine.flow import Arcs
from services.matching.engine.looking import joined
from services.matching.markets.outcome import Certificate, Worth
from services.matching.markets.pool import Solved
from services.matching.rules.crowd import Crowd
from shared.language.terms import Goal


@dataclass(frozen=True, eq=False)
class Solution:
    """Couples go by places in the crowd."""

    crowd: Crowd
    solved: Sequence[Solved]
    locked: Arcs
    """Pairs a manager had made."""
    locked_people: frozenset[str]
    """Ids of those in them who had no partner."""

    @cached_property
    def couples(self) -> Arcs:
        """All pairs with their scores, sorted by mentor and mentee."""
        parts = [
            Arcs(one.pool.mentors[one.couples.mentors], one.pool.mentees[one.couples.mentees], one.couples.scores)
            for one in self.solved
        ]
        return joined([*parts, self.locked])

    @cached_property
    def sure(self) -> Worth:
        """What the manager's pairs are worth."""
        points = int(self.locked.scores.sum())
        if self.crowd.terms.pairing.goal is Goal.BEST_TOTAL:
            return Worth(people=0, returning=0, points=points)
        back = sum(c.returning for c in self.crowd.snapshot.candidates if c.id in self.locked_people)
        return Worth(people=len(self.locked_people), returning=back, points=points)

    @cached_property
    def certificate(self) -> Certificate:
        """The proof of the whole round: pools share nobody, so their proofs add up."""
        return Certificate(
            reached=_sum([self.sure, *(one.scale.worth(one.best.value) for one in self.solved)]),
            bound=_sum([self.sure, *(one.scale.worth(one.best.bound) for one in self.solved)]),
            gap=sum(one.best.bound - one.best.value for one in self.solved),
            allowed=sum(one.pool.look.allowed for one in self.solved),
            looked_at=sum(len(one.best.arcs.scores) for one in self.solved),
            pools=len(self.solved),
            fairest=all(one.fairest for one in self.solved),
        )


def _sum(worths: Sequence[Worth]) -> Worth:
    return Worth(
        people=sum(worth.people for worth in worths),
        returning=sum(worth.returning for worth in worths),
        points=sum(worth.points for worth in worths),
    )
