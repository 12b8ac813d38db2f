"""What simpler ways would have made of the same snapshot, to compare a round with.

Both take one pair after the other, in an order of their own, while both people have a place left. Like the solver
they do not sort all pairs there are: they take from a few, look for pairs anywhere that would have been taken in
their turn, add these and take again. When there are none, taking from all pairs would have come to the same: up to
any turn the same was taken, so that a pair was free to be taken exactly if neither side's places had all gone to
earlier pairs.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.matching.engine.flow import Arcs
from services.matching.engine.looking import balanced, joined, leading, none
from services.matching.engine.market import Block, Places, Scores, Which, Whole, closed, order
from services.matching.engine.prices import Prices
from services.matching.markets.pool import Solved
from services.matching.markets.solution import Solution
from services.matching.rules.candidate import Candidate

EASY = 2**20
"""Allowed pairs of a pool up to which all are taken from at once."""

MAY_MISS = 16
"""Pairs a person that the first look at a larger pool may miss, and every further one half as many; it is given up
otherwise, which happens where so many scores are equal that ids decide most turns."""

FEW = 8
"""Missed pairs of a mentee that are added from each block."""

AT_ONCE = 2**14
"""Pairs that are sifted together before their turns come."""

Turns = Callable[[Any, Any], NDArray[Any]]
"""(Mentees' places, scores) → how early a pair's turn comes, the higher the earlier; among equals the higher score
comes first, then the order of mentors, then that of mentees."""


class Bars(NamedTuple):
    """What a pair of somebody has to surpass to be taken: the latest of theirs; nothing where a place is left."""

    level: Whole
    partner: Which


class Standing(NamedTuple):
    """What has been taken from the pairs looked at."""

    turns: Turns
    ours: Bars
    theirs: Bars
    above: Whole
    """Numbers of pairs taken that surpass the bars of both themselves, because neither side's is its latest."""


def greedy(solution: Solution) -> Arcs | None:
    """The highest score first, in the order of ids among equals; in the crowd's places, with the locked pairs."""
    return _of_all(solution, lambda _: _by_score)


def first_come(solution: Solution) -> Arcs | None:
    """The mentee who waits longest first, in the order of ids among equals, each with the best mentors left."""
    return _of_all(solution, _by_waiting)


def _by_score(_: Any, scores: Any) -> NDArray[Any]:
    return np.asarray(scores)


def _by_waiting(one: Solved) -> Turns:
    turn = np.empty(len(one.pool.mentees), dtype=np.int64)
    turn[_longest_first(one.pool.people()[1])] = -np.arange(len(turn))
    return lambda mentees, _: turn[mentees]


def _longest_first(people: list[Candidate]) -> Which:
    return np.argsort([-candidate.waited_weeks for candidate in people], kind="stable")


def _of_all(solution: Solution, turns_of: Callable[[Solved], Turns]) -> Arcs | None:
    parts = [solution.locked]
    for one in solution.solved:
        found = _of_pool(one, turns_of(one))
        if found is None:
            return None
        parts.append(Arcs(one.pool.mentors[found.mentors], one.pool.mentees[found.mentees], found.scores))
    return joined(parts)


def _of_pool(one: Solved, turns: Turns) -> Arcs | None:
    arcs = _everything(one) if one.pool.look.allowed <= EASY else one.best.arcs
    patience = MAY_MISS * (len(one.pool.mentors) + len(one.pool.mentees))
    while True:
        taken = _taken(arcs, one, turns)
        wider = joined([arcs, _missed(one, taken, turns)])
        missed = len(wider.scores) - len(arcs.scores)
        if not missed:
            return taken
        if missed > patience:
            return None
        arcs, patience = wider, patience // 2


def _everything(one: Solved) -> Arcs:
    """All allowed pairs: those that are worth nothing at least, if places are for free."""
    nothing = Prices(*(np.full(len(side.room), -(2**40)) for side in (one.market.mentors, one.market.mentees)))
    return balanced(one.market, nothing, EASY)


def _taken(arcs: Arcs, one: Solved, turns: Turns) -> Arcs:
    """One pair after the other; arcs are sorted by mentor and mentee, which decides among equals."""
    ours, theirs = one.market.mentors.room.copy(), one.market.mentees.room.copy()
    in_turn = _in_turn(arcs, turns)
    taken: list[int] = []
    for start in range(0, len(in_turn), AT_ONCE):
        next_ones = in_turn[start : start + AT_ONCE]
        next_ones = next_ones[(ours[arcs.mentors[next_ones]] > 0) & (theirs[arcs.mentees[next_ones]] > 0)]
        couples = (side[next_ones].tolist() for side in arcs[:2])
        for nth, mentor, mentee in zip(next_ones.tolist(), *couples, strict=True):
            if ours[mentor] and theirs[mentee]:
                ours[mentor] -= 1
                theirs[mentee] -= 1
                taken.append(nth)
    return arcs.pick(np.array(taken, dtype=np.intp))


def _in_turn(arcs: Arcs, turns: Turns) -> Which:
    by_score = order(arcs.scores.max(initial=0) - arcs.scores)
    levels = turns(arcs.mentees, arcs.scores)[by_score]
    return by_score[order(levels.max(initial=0) - levels)]


def _bars(places: Places, who: Which, levels: Whole, partners: Which) -> Bars:
    size = len(places.room)
    found = Bars(np.full(size, -(2**62)), np.zeros(size, dtype=np.intp))
    latest_first = np.lexsort((-partners, levels, who))
    latest = latest_first[np.diff(who[latest_first], prepend=-1) != 0]
    latest = latest[(np.bincount(who, minlength=size) >= places.room)[who[latest]]]
    found.level[who[latest]], found.partner[who[latest]] = levels[latest], partners[latest]
    return found


def _missed(one: Solved, taken: Arcs, turns: Turns) -> Arcs:
    """Pairs that would have been taken in their turn; none only if there are none."""
    mentors, mentees, scores = taken
    ours = _bars(one.market.mentors, mentors, turns(mentees, scores), mentees)
    theirs = _bars(one.market.mentees, mentees, scores, mentors)
    now = Standing(turns, ours, theirs, _numbers(none()))
    now = now._replace(above=_numbers(taken.pick(_surpass(taken, now))))
    return joined(one.market.each(lambda block, scores: _leading(block, scores, now)))


def _leading(block: Block, scores: Scores, now: Standing) -> Arcs:
    """Of the pairs that surpass both bars and are not taken, the best few of every mentee."""
    levels = now.turns(block.mentees[:, None], scores)
    open_ = scores >= np.maximum(_narrow(now.theirs.level[block.mentees], scores), closed(scores) + 1)[:, None]
    open_ &= levels >= _narrow(now.ours.level[block.mentors], levels)
    rows, columns = np.divmod(np.flatnonzero(open_), open_.shape[1])  # many times as fast as nonzero in two dimensions
    if not len(rows):
        return none()
    found = Arcs(block.mentors[columns], block.mentees[rows], scores[rows, columns].astype(np.int64))
    found = found.pick(_surpass(found, now) & ~np.isin(_numbers(found), now.above))
    return found.pick(leading(found.mentees, found.scores, FEW))


def _surpass(arcs: Arcs, now: Standing) -> NDArray[np.bool_]:
    mentors, mentees, scores = arcs
    levels, bars, their_bars = now.turns(mentees, scores), now.ours.level[mentors], now.theirs.level[mentees]
    mentor_would = (levels > bars) | ((levels == bars) & (mentees < now.ours.partner[mentors]))
    mentee_would = (scores > their_bars) | ((scores == their_bars) & (mentors < now.theirs.partner[mentees]))
    both: NDArray[np.bool_] = mentor_would & mentee_would
    return both


def _numbers(arcs: Arcs) -> Whole:
    """A number of its own for every pair."""
    return arcs.mentors.astype(np.int64) << 32 | arcs.mentees


def _narrow(levels: Whole, like: NDArray[Any]) -> NDArray[Any]:
    """Levels in the type they are compared with, because every pair there is has to be."""
    return np.maximum(levels, np.iinfo(like.dtype).min).astype(like.dtype)
