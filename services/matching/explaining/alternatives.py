"""For everybody in a pair, the other partner whom it would cost the round least to choose.

Prices bound the cost from below: a solution with a pair that is worth less than its two places cost is worth less than
the optimum by the difference at least. A couple may split what it is worth otherwise, as long as no third person would
then be better off with one of them: that gives everybody the highest price of their own.
"""

from typing import NamedTuple

import numpy as np

from services.matching.engine.looking import cells
from services.matching.engine.market import Block, Scores, Which, Whole, closed
from services.matching.markets.outcome import Alternative
from services.matching.markets.pool import Solved
from services.matching.markets.solution import Solution
from services.matching.rules.candidate import Candidate

NEVER = 2**62


class _Best(NamedTuple):
    """For everybody of one side: cost, partner and score of the best so far."""

    cost: Whole
    partner: Which
    score: Whole

    def improved(self, who: Which, cost: Whole, partner: Which, score: Whole) -> None:
        better = cost < self.cost[who]
        for column, new in zip(self, (cost, partner, score), strict=True):
            column[who[better]] = new[better]


def alternatives(solution: Solution) -> tuple[dict[int, Alternative], dict[int, Alternative]]:
    """Of the mentors and of the mentees who are in a pair, by their places in the crowd; nobody where nobody else is
    allowed."""
    ours: dict[int, Alternative] = {}
    theirs: dict[int, Alternative] = {}
    for one in solution.solved:
        mentors, mentees = _tightened(one, *_of_pool(one))
        people = one.pool.people()
        ours |= _told(one, mentors, one.couples.mentors, one.pool.mentors, people[1])
        theirs |= _told(one, mentees, one.couples.mentees, one.pool.mentees, people[0])
    return ours, theirs


def _told(one: Solved, best: _Best, paired: Which, places: Which, others: list[Candidate]) -> dict[int, Alternative]:
    found, reached = {}, one.scale.worth(one.best.value)
    for who in np.unique(paired[best.cost[paired] < NEVER]).tolist():
        loss = one.scale.loss(int(best.cost[who]), reached)
        found[int(places[who])] = Alternative(
            partner_id=others[best.partner[who]].id,
            score=int(best.score[who]),
            people=loss.people,
            returning=loss.returning,
            points=loss.points,
        )
    return found


def _of_pool(one: Solved) -> tuple[_Best, _Best]:
    mentors, mentees = _nobody(len(one.pool.mentors)), _nobody(len(one.pool.mentees))
    for block, (rows, columns) in zip(one.pool.blocks, one.market.each(lambda b, s: _look(one, b, s)), strict=True):
        mentees.improved(block.mentees, rows.cost, block.mentors[rows.partner], rows.score)
        mentors.improved(block.mentors, columns.cost, block.mentees[columns.partner], columns.score)
    return mentors, mentees


def _tightened(one: Solved, mentors: _Best, mentees: _Best) -> tuple[_Best, _Best]:
    """The costs with the couples' worth split in favour of whom each is about."""
    couples, prices = one.couples, one.best.prices
    sides = (
        (couples.mentors, prices.mentors, one.market.mentors, mentors),
        (couples.mentees, prices.mentees, one.market.mentees, mentees),
    )
    alone = np.ones(len(couples.scores), dtype=np.bool_)
    for who, price, *_ in sides:
        alone &= np.bincount(who, minlength=len(price))[who] == 1
    found = []
    for (who, price, places, best), (partner, theirs, other, others) in (sides, sides[::-1]):
        rise = np.where(places.room[who] == 1, NEVER, -price[who])
        fall = np.minimum(theirs[partner] + other.bonus[partner], others.cost[partner])
        cost = best.cost.copy()
        cost[who] += np.maximum(np.minimum(rise, fall), 0) * alone
        found.append(best._replace(cost=cost))
    return found[0], found[1]


def _nobody(size: int) -> _Best:
    return _Best(np.full(size, NEVER), np.zeros(size, dtype=np.intp), np.zeros(size, dtype=np.int64))


def _look(one: Solved, block: Block, scores: Scores) -> tuple[_Best, _Best]:
    """The cheapest of every row and of every column, own partners left out."""
    asked = one.best.prices.mentees[block.mentees][:, None] + one.best.prices.mentors[block.mentors]
    cost = np.maximum(asked - scores, 0)
    cost[scores == closed(scores)] = NEVER
    cost[cells(one.couples, block)] = NEVER
    rows, columns = cost.argmin(axis=1), cost.argmin(axis=0)
    height, width = np.arange(len(rows)), np.arange(len(columns))
    return (
        _Best(cost[height, rows], rows, scores[height, rows].astype(np.int64)),
        _Best(cost[columns, width], columns, scores[columns, width].astype(np.int64)),
    )
