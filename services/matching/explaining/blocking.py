"""Pairs that both people would rather have than what the round gave them: a measure of how stable a round is."""

import numpy as np

from services.matching.engine.market import Block, Places, Scores, Which, Whole, closed
from services.matching.markets.pool import Solved


def blocking(one: Solved) -> int:
    """Allowed pairs of a pool, not made, in which each side has a place left or would score strictly higher than in
    the lowest of its pairs."""
    made = one.couples
    ours = _lowest(one.market.mentors, made.mentors, made.scores)
    theirs = _lowest(one.market.mentees, made.mentees, made.scores)
    wanted = sum(one.market.each(lambda block, scores: _wanted(block, scores, ours, theirs)))
    return wanted - int(np.count_nonzero(made.scores > np.maximum(ours[made.mentors], theirs[made.mentees])))


def _lowest(places: Places, who: Which, scores: Whole) -> Whole:
    """What a score must exceed: that of somebody's lowest pair, nothing where a place is left."""
    found = np.full(len(places.room), np.iinfo(np.int64).max)
    np.minimum.at(found, who, scores)
    found[np.bincount(who, minlength=len(found)) < places.room] = np.iinfo(np.int64).min
    return found


def _wanted(block: Block, scores: Scores, ours: Whole, theirs: Whole) -> int:
    kind = np.iinfo(scores.dtype)
    low, high = closed(scores), kind.max
    rows, columns = (side.clip(low, high).astype(scores.dtype) for side in (theirs[block.mentees], ours[block.mentors]))
    return int(np.count_nonzero(scores > np.maximum(rows[:, None], columns)))
