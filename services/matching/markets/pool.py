"""A pool of people, those of a round who can meet at all, solved: who with whom, what places are worth, the proof."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.matching.engine import looking, optimum, ties
from services.matching.engine.flow import Arcs
from services.matching.engine.looking import FirstLook
from services.matching.engine.market import Block, Market, Memory, Places, Which
from services.matching.engine.optimum import Optimum
from services.matching.engine.prices import Prices
from services.matching.markets import scoring
from services.matching.markets.areas import Area
from services.matching.markets.outcome import Stage, Worth
from services.matching.rules.candidate import Candidate
from services.matching.rules.crowd import Crowd
from shared.language.terms import Goal

TIES = 2**22
"""Equally good pairs up to which the fairest solution is looked for; more would need more memory than a round has."""

Tell = Callable[[Stage], None]


class Scale(NamedTuple):
    """What one person with a partner, and one who lost theirs before, counts in points: more than any total."""

    person: int
    returning: int
    lowest: int
    """No total of the pool is below this."""

    def rough(self, highest: int) -> "Scale":
        """A smaller one that leads to about the same pairs, but much faster."""
        return self._replace(person=min(self.person, 4 * highest), returning=min(self.returning, highest))

    def worth(self, value: int) -> Worth:
        """A value taken apart again."""
        people, rest = _divided(value - self.lowest, self.person, self.person)
        returning, points = _divided(rest, self.returning, self.returning)
        return Worth(people=people, returning=returning, points=points + self.lowest)

    def loss(self, cost: int, reached: Worth) -> Worth:
        """The least a pool that reached so much loses with this value: no more points than it had, or a person."""
        had = reached.points - self.lowest
        people, rest = _divided(cost, self.person, had + reached.returning * self.returning)
        returning, points = _divided(rest, self.returning, had)
        return Worth(people=people, returning=returning, points=points)

    def gain(self, price: int, reached: Worth, highest: int) -> Worth:
        """The most a pool that reached so much gains with this value and one pair more: no more points than there
        are beyond what it has."""
        had = reached.points - self.lowest
        ahead = self.person - 1 - had - reached.returning * self.returning + highest
        people, rest = _divided(price, self.person, ahead)
        returning, points = _divided(rest, self.returning, self.returning - 1 - had + highest)
        return Worth(people=people, returning=returning, points=points)


def _divided(value: int, unit: int, most: int) -> tuple[int, int]:
    """Units and what is left of a value: ``most`` at most, and below 0 when a unit more is worth more."""
    if not unit:
        return 0, value
    units, rest = divmod(value, unit)
    return (units + 1, rest - unit) if rest > most else (units, rest)


@dataclass(frozen=True, eq=False)
class Pool:
    """People who may meet each other and nobody else; ``mentors`` and ``mentees`` are their places in the crowd."""

    crowd: Crowd
    mentors: Which
    mentees: Which
    blocks: Sequence[Block]

    @classmethod
    def of(cls, crowd: Crowd, areas: list[Area], memory: Memory) -> "Pool":
        """The pool of these areas; what it computes goes into the round's memory."""
        mentors = np.unique(np.concatenate([area.mentors for area in areas]))
        mentees = np.unique(np.concatenate([area.mentees for area in areas]))
        return cls(crowd, mentors, mentees, scoring.blocks(crowd, areas, (mentors, mentees), memory))

    @cached_property
    def look(self) -> FirstLook:
        """Every pair looked at once."""
        nothing = np.zeros(len(self.mentors), dtype=np.int64), np.zeros(len(self.mentees), dtype=np.int64)
        places = Places(nothing[0], nothing[0]), Places(nothing[1], nothing[1])
        return looking.first_look(Market(*places, self.blocks))

    def people(self) -> tuple[list[Candidate], list[Candidate]]:
        """Mentors and mentees, in the order of their places."""
        mentors, mentees = self.crowd.snapshot.mentors, self.crowd.snapshot.mentees
        return [mentors[place] for place in self.mentors], [mentees[place] for place in self.mentees]

    def scale(self, goal: Goal) -> Scale:
        """Bonuses for this goal, as small as they can be."""
        ours, theirs = self.people()
        most = min(sum(c.room for c in ours), sum(c.room for c in theirs))
        lowest = most * min(self.look.lowest, 0)
        spread = most * max(self.look.highest, 0) - lowest + 1
        if goal is Goal.BEST_TOTAL:
            return Scale(0, 0, lowest)
        back = sum(c.alone and c.returning for c in (*ours, *theirs))
        return Scale(spread * (back + 1), spread if back else 0, lowest)

    def market(self, scale: Scale) -> Market:
        """The pool with these bonuses."""
        ours, theirs = self.people()
        return Market(_places(ours, scale), _places(theirs, scale), self.blocks)


@dataclass(frozen=True, eq=False)
class Solved:
    """A pool with its best pairs."""

    pool: Pool
    scale: Scale
    market: Market
    best: Optimum
    couples: Arcs
    """In the pool's places, sorted."""
    fairest: bool


def solve(pool: Pool, goal: Goal, seed: int, tell: Tell) -> Solved:
    """The best pairs of a pool: the highest worth, among equals the fairest, among those one by lot."""
    tell(Stage.SCORING)
    scale = pool.scale(goal)
    market = pool.market(scale)
    rough = _solved(pool.market(scale.rough(pool.look.highest)), pool.look.arcs, None, tell)
    best = _solved(market, rough.arcs, rough.prices, tell)
    couples, fairest = _chosen(pool, market, best, seed)
    return Solved(pool, scale, market, best, looking.joined([couples]), fairest)


def _solved(market: Market, arcs: Arcs, known: Prices | None, tell: Tell) -> Optimum:
    return optimum.solve(market, arcs, known, lambda proving: tell(Stage.PROVING if proving else Stage.SOLVING))


def _places(people: list[Candidate], scale: Scale) -> Places:
    bonus = [c.alone * scale.person + (c.alone and c.returning) * scale.returning for c in people]
    return Places(np.array([c.room for c in people], dtype=np.int64), np.array(bonus, dtype=np.int64))


def _chosen(pool: Pool, market: Market, best: Optimum, seed: int) -> tuple[Arcs, bool]:
    found = best.arcs.pick(best.used)
    try:
        equal = looking.balanced(market, best.prices, TIES)
    except looking.TooMany:
        return found, False
    choice = ties.equals(equal, best.prices, market.mentors, market.mentees)
    minimum = ties.fairest(choice, int(found.scores.min(initial=0)))
    ours, theirs = pool.people()
    return ties.drawn(choice, minimum, (_lots(ours, seed), _lots(theirs, seed))), True


def _lots(people: list[Candidate], seed: int) -> NDArray[np.uint64]:
    drawn = [hashlib.blake2b(f"{seed}|{c.id}".encode(), digest_size=8).digest() for c in people]
    return np.frombuffer(b"".join(drawn), dtype="<u8")
