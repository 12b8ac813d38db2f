"""Among equally good solutions the fairest, and among those one drawn by lot.

Complementary slackness with optimal prices describes all optimal solutions at once: they are made of balanced pairs
alone, use every pair that is worth more than its places, and fill every place that costs something.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.matching.engine.flow import Arcs, Unsolvable, between
from services.matching.engine.market import Places, Whole
from services.matching.engine.prices import Prices


class Equals(NamedTuple):
    """All optimal solutions: those sure, and the pairs and numbers of partners the rest may be chosen from."""

    sure: Arcs
    arcs: Arcs
    mentors: tuple[Whole, Whole]
    mentees: tuple[Whole, Whole]


def equals(arcs: Arcs, prices: Prices, mentors: Places, mentees: Places) -> Equals:
    """``arcs``: every balanced pair of the market."""
    above = arcs.scores > prices.mentors[arcs.mentors] + prices.mentees[arcs.mentees]
    sure = arcs.pick(above)
    return Equals(
        sure,
        arcs.pick(~above),
        _partners(mentors, prices.mentors, sure.mentors),
        _partners(mentees, prices.mentees, sure.mentees),
    )


def _partners(places: Places, price: Whole, sure: NDArray[np.intp]) -> tuple[Whole, Whole]:
    """Partners everybody has at least and at most in any optimum, beside the sure ones."""
    has = np.bincount(sure, minlength=len(places.room))
    first = np.minimum(places.room, 1)
    least = np.where(price > 0, places.room, np.where(price + places.bonus > 0, first, 0))
    most = np.where(price >= 0, places.room, np.where(price + places.bonus >= 0, first, 0))
    return np.maximum(least - has, 0), most - has


def fairest(choice: Equals, minimum: int) -> int:
    """The highest minimum score an optimal solution can have; ``minimum`` is that of a solution at hand."""
    ceiling = _ceiling(choice)
    steps = np.unique(np.concatenate([choice.arcs.scores, choice.sure.scores]))
    steps = steps[(steps > minimum) & (steps <= ceiling)]
    low, high = 0, len(steps)
    while low < high:
        middle = (low + high + 1) // 2
        if _possible(choice, int(steps[middle - 1])):
            low = middle
        else:
            high = middle - 1
    return int(steps[low - 1]) if low else minimum


def _ceiling(choice: Equals) -> int:
    """No minimum is higher than a sure pair's score, or than the best that somebody who must be paired can get."""
    tops = [int(choice.sure.scores.min(initial=2**60))]
    for least, people in ((choice.mentors[0], choice.arcs.mentors), (choice.mentees[0], choice.arcs.mentees)):
        best = np.full(len(least), -(2**60), dtype=np.int64)
        np.maximum.at(best, people, choice.arcs.scores)
        tops.append(int(best[least > 0].min(initial=2**60)))
    return min(tops)


def _possible(choice: Equals, minimum: int) -> bool:
    arcs = choice.arcs.pick(choice.arcs.scores >= minimum)
    try:
        between(arcs, choice.mentors, choice.mentees, np.zeros_like(arcs.scores))
    except Unsolvable:
        return False
    return True


def drawn(choice: Equals, minimum: int, lots: tuple[NDArray[np.uint64], NDArray[np.uint64]]) -> Arcs:
    """The optimal solution without scores under ``minimum`` that wins by lot.

    ``lots``: one number for every mentor and every mentee; a pair's lot is mixed from its two people's, so the
    winner depends on neither the order of the pairs nor the way they were found.
    """
    arcs = choice.arcs.pick(choice.arcs.scores >= minimum)
    tickets = _mixed(lots[0][arcs.mentors], lots[1][arcs.mentees])
    used = between(arcs, choice.mentors, choice.mentees, -1 - tickets)
    return Arcs(*(np.concatenate(both) for both in zip(choice.sure, arcs.pick(used), strict=True)))


def _mixed(one: NDArray[np.uint64], other: NDArray[np.uint64]) -> Whole:
    """A number below 2**32 from two (the finaliser of SplitMix64)."""
    mixed = one ^ (other * np.uint64(0x9E3779B97F4A7C15))
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    ticket: Whole = (mixed >> np.uint64(32)).astype(np.int64)
    return ticket
