"""The best pairs of a market, and the proof.

Column generation: solve over a few promising pairs, price everybody's places from that solution, look for pairs
anywhere that these prices undervalue, add them and solve again. When there are none left, the prices are feasible
for the dual of the whole market, and by weak duality no set of pairs is worth more.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.matching.engine import flow
from services.matching.engine.flow import Arcs
from services.matching.engine.looking import Undervalued, joined, leading, undervalued
from services.matching.engine.market import Market, Places
from services.matching.engine.prices import Prices, prices

Tell = Callable[[bool], None]
"""Called before every attempt: with False when it starts to solve, with True when it starts to prove."""


WORTHWHILE = 8
"""Pairs of each person that are kept from one attempt to the next, beside those in use."""

SIFTED = 8
"""Attempts after which no pair is dropped any more, so that there is an end."""


class Optimum(NamedTuple):
    """Pairs and prices of a solved market. ``value`` counts bonuses and scores; ``bound`` is proven from the prices
    over every allowed pair, and no solution is worth more."""

    arcs: Arcs
    """What the solver looked at."""
    used: NDArray[np.bool_]
    prices: Prices
    value: int
    bound: int


def solve(market: Market, arcs: Arcs, known: Prices | None = None, tell: Tell = lambda _: None) -> Optimum:
    """The pairs of the highest value; the gap between value and bound is 0 at the end.

    ``arcs``: promising pairs to begin with, sorted by mentor; ``known``: prices that are about right, if any are
    known. Both only make it faster. Raises Unsolvable when scores and bonuses are too large for the solver.
    """
    attempt = 0
    while True:
        attempt += 1
        tell(False)
        used = flow.best(arcs, market.mentors, market.mentees)
        known = prices(arcs, used, market.mentors, market.mentees, known)
        tell(True)
        couples = arcs.pick(used)
        missed = undervalued(market, known, couples)
        found = Optimum(arcs, used, known, _value(market, couples), bound(market, known, missed))
        if found.bound == found.value:
            return found
        if attempt <= SIFTED:
            arcs = arcs.pick(used | _worthwhile(arcs, known))
        arcs = joined([arcs, missed.arcs])


def _worthwhile(arcs: Arcs, known: Prices) -> NDArray[np.bool_]:
    """The least overpriced pairs of everybody."""
    worth = arcs.scores - known.mentors[arcs.mentors] - known.mentees[arcs.mentees]
    return leading(arcs.mentors, worth, WORTHWHILE) | leading(arcs.mentees, worth, WORTHWHILE)


def _value(market: Market, couples: Arcs) -> int:
    bonuses = sum(
        int(side.bonus[np.unique(partners)].sum())
        for side, partners in ((market.mentors, couples.mentors), (market.mentees, couples.mentees))
    )
    return bonuses + int(couples.scores.sum())


def bound(market: Market, known: Prices, missed: Undervalued) -> int:
    """What no solution is worth more than, whatever the prices are; ``missed``: what they undervalue."""
    return _worth(market.mentors, known.mentors) + _worth(market.mentees, known.mentees) + missed.excess


def _worth(places: Places, known: NDArray[np.int64]) -> int:
    """What all places of one side cost: a first one its bonus and its price, every other its price, none less than
    nothing."""
    first = np.maximum(known + places.bonus, 0) * (places.room > 0)
    return int(first.sum() + (np.maximum(known, 0) * np.maximum(places.room - 1, 0)).sum())
