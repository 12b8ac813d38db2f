"""Looking at all allowed pairs: which are promising, and which the prices of today undervalue or hold in balance."""

from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.matching.engine.flow import Arcs
from services.matching.engine.market import Block, Market, Scores, Which, Whole, closed, few, order
from services.matching.engine.prices import Prices

PROMISING = 12
"""Pairs a person is given to begin with, the best of as many equal shares of those on the other side."""

HEAP = 2**22
"""Promising pairs from which those collected so far are sifted again."""

MIXED = 16
"""Bits behind a score that tell equal ones apart."""

FEW = 2
"""A block with at most so many undervalued pairs a person is taken over whole."""


class FirstLook(NamedTuple):
    """What is known after every pair was looked at once."""

    arcs: Arcs
    allowed: int
    lowest: int
    """Score of an allowed pair."""
    highest: int


class Undervalued(NamedTuple):
    """Pairs worth more than the prices of their two places: those to look at, and how much all are worth more."""

    arcs: Arcs
    excess: int


def none() -> Arcs:
    """No arcs."""
    return Arcs(*(np.zeros(0, dtype=kind) for kind in (np.intp, np.intp, np.int64)))


def joined(parts: Iterable[Arcs]) -> Arcs:
    """All arcs of all parts, each once, sorted by mentor and mentee."""
    mentors, mentees, scores = (np.concatenate(columns) for columns in zip(*parts, none(), strict=True))
    arcs = Arcs(mentors, mentees, scores)
    if not _is_sorted(arcs):
        arcs = arcs.pick(order(mentees))
        arcs = arcs.pick(order(arcs.mentors))
    new = (np.diff(arcs.mentors, prepend=-1) != 0) | (np.diff(arcs.mentees, prepend=-1) != 0)
    return arcs.pick(new)


def _is_sorted(arcs: Arcs) -> bool:
    steps = np.diff(arcs.mentors)
    return bool(((steps > 0) | ((steps == 0) & (np.diff(arcs.mentees) >= 0))).all())


def first_look(market: Market) -> FirstLook:
    """Promising pairs for everybody."""
    if few(market.mentors, market.mentees):
        return _everything(market)
    sizes = len(market.mentees.room), len(market.mentors.room)
    heap, allowed, edges = [none()], 0, [0, 0]
    for look in market.each(lambda block, scores: _promising(block, scores, sizes)):
        heap.append(look.arcs)
        allowed, edges = allowed + look.allowed, [min(edges[0], look.lowest), max(edges[1], look.highest)]
        if sum(len(arcs.scores) for arcs in heap) > HEAP:
            heap = [_sifted(joined(heap))]
    return FirstLook(_sifted(joined(heap)), allowed, *edges)


def _everything(market: Market) -> FirstLook:
    """All allowed pairs of a small market."""
    arcs = joined(market.each(_allowed))
    lowest, highest = (int(edge(arcs.scores, initial=0)) for edge in (np.min, np.max))
    return FirstLook(arcs, len(arcs.scores), lowest, highest)


def _allowed(block: Block, scores: Scores) -> Arcs:
    upright = np.ascontiguousarray(scores.T)
    places = np.flatnonzero(upright != closed(scores))
    mentors, mentees = np.divmod(places, len(scores))
    return Arcs(block.mentors[mentors], block.mentees[mentees], upright.ravel()[places].astype(np.int64))


def _promising(block: Block, scores: Scores, sizes: tuple[int, int]) -> FirstLook:
    no = closed(scores)
    allowed = int(np.count_nonzero(scores != no))
    if not allowed:
        return FirstLook(none(), 0, 0, 0)
    mixed = _mixed(block, scores)
    rows, columns = _best_of_shares(mixed, sizes[1])
    theirs, ours = _best_of_shares(np.ascontiguousarray(mixed.T), sizes[0])
    arcs = _arcs(block, scores, np.concatenate([rows, ours]), np.concatenate([columns, theirs]))
    lowest = int(np.min(scores, where=scores != no, initial=np.iinfo(scores.dtype).max))
    return FirstLook(arcs, allowed, lowest, int(scores.max()))


def _mixed(block: Block, scores: Scores) -> Whole:
    """The scores with something different for every pair behind them: otherwise all would choose the same ones of many
    who are equal."""
    wide: Whole = np.left_shift(scores.astype(np.int32 if scores.itemsize == 2 else np.int64), MIXED)
    wide |= (_scattered(block.mentees)[:, None] ^ _scattered(block.mentors)).astype(wide.dtype)
    return wide


def _scattered(people: Which) -> NDArray[np.uint16]:
    """Numbers of 16 bits that are far apart for neighbours (Knuth's multiplicative hashing)."""
    return (people * 40_503 & 0xFFFF).astype(np.uint16)


def _best_of_shares(scores: Scores, of: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Row and column of the best in every share of every row; a row is ``of`` long in all."""
    length = scores.shape[1]
    edges = np.linspace(0, length, max(1, round(PROMISING * length / of)) + 1).astype(int)
    everybody = np.arange(len(scores))
    best = [left + scores[:, left:right].argmax(axis=1) for left, right in pairwise(edges) if right > left]
    return np.tile(everybody, len(best)), np.concatenate(best)


def _sifted(arcs: Arcs) -> Arcs:
    """The most promising of every mentor and of every mentee."""
    return arcs.pick(leading(arcs.mentors, arcs.scores, PROMISING) | leading(arcs.mentees, arcs.scores, PROMISING))


def leading(people: NDArray[np.intp], worth: Whole, many: int) -> NDArray[np.bool_]:
    """Whether each is among the so many of the highest worth of its person."""
    best_first = order(worth.max(initial=0) - worth)
    by_person = best_first[order(people[best_first])]
    new = np.flatnonzero(np.diff(people[by_person], prepend=-1))
    rank = np.arange(len(people)) - np.repeat(new, np.diff(new, append=len(people)))
    among = np.zeros(len(people), dtype=np.bool_)
    among[by_person[rank < many]] = True
    return among


def _arcs(block: Block, scores: Scores, rows: NDArray[np.intp], columns: NDArray[np.intp]) -> Arcs:
    found = scores[rows, columns]
    there = found != closed(scores)
    return Arcs(block.mentors[columns[there]], block.mentees[rows[there]], found[there].astype(np.int64))


def undervalued(market: Market, prices: Prices, used: Arcs) -> Undervalued:
    """Every pair that the prices undervalue, or where there are many of them, the most undervalued ones.

    ``used`` pairs are known and may be worth more than their places: they do not stand in the way of others.
    """
    narrow = _narrow(prices)
    seen = list(market.each(lambda block, scores: _undervalued(block, scores, narrow, prices, used)))
    return Undervalued(joined(look.arcs for look in seen), sum(look.excess for look in seen))


def _narrow(prices: Prices) -> Prices:
    """The prices in 32 bits if their sums and margins fit, because every pair there is has to be compared with them."""
    largest = max(int(np.abs(side).max(initial=0)) for side in prices)
    return Prices(*(side.astype(np.int32) for side in prices)) if largest < 2**29 else prices


def _asked(block: Block, scores: Scores, prices: Prices) -> Whole:
    """What both places cost; never less than what stands for «not allowed»."""
    asked = prices.mentees[block.mentees][:, None] + prices.mentors[block.mentors]
    np.maximum(asked, closed(scores), out=asked)
    return asked


def _undervalued(block: Block, scores: Scores, narrow: Prices, prices: Prices, used: Arcs) -> Undervalued:
    above = scores > _asked(block, scores, narrow)
    count = int(np.count_nonzero(above))
    if not count:
        return Undervalued(none(), 0)
    if count > FEW * sum(scores.shape):
        return _most_undervalued(block, scores, above, prices, used)
    arcs = _arcs(block, scores, *_where(above))
    return Undervalued(arcs, int((arcs.scores - prices.mentors[arcs.mentors] - prices.mentees[arcs.mentees]).sum()))


def _most_undervalued(
    block: Block, scores: Scores, above: NDArray[np.bool_], prices: Prices, used: Arcs
) -> Undervalued:
    margin = scores - prices.mentees[block.mentees][:, None]
    margin -= prices.mentors[block.mentors]
    margin *= above
    excess = int(margin.sum())
    margin[cells(used, block)] = 0
    return Undervalued(_arcs(block, scores, *_strongest(_mixed(block, margin))), excess)


def _strongest(margin: Whole) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """The most undervalued of every row and of every column."""
    height, width = margin.shape
    rows, columns = margin.argmax(axis=0), margin.argmax(axis=1)
    upright = np.concatenate([np.arange(height), rows]), np.concatenate([columns, np.arange(width)])
    there = margin[upright] >= 1 << MIXED
    return upright[0][there], upright[1][there]


def cells(couples: Arcs, block: Block) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows and columns of the block that hold these couples."""
    here = np.isin(couples.mentees, block.mentees) & np.isin(couples.mentors, block.mentors)
    rows = np.searchsorted(block.mentees, couples.mentees[here])
    return rows, np.searchsorted(block.mentors, couples.mentors[here])


class TooMany(Exception):
    """More pairs than memory should hold."""


def balanced(market: Market, prices: Prices, most: int) -> Arcs:
    """Every pair worth exactly what its two places cost, or more: any optimum is made of these alone.

    Raises TooMany when there are more than ``most``.
    """
    narrow = _narrow(prices)
    found, many = [], 0
    for arcs in market.each(lambda block, scores: _balanced(block, scores, narrow)):
        found.append(arcs)
        many += len(arcs.scores)
        if many > most:
            raise TooMany
    return joined(found)


def _balanced(block: Block, scores: Scores, prices: Prices) -> Arcs:
    return _arcs(block, scores, *_where((scores >= _asked(block, scores, prices)) & (scores != closed(scores))))


def _where(marks: NDArray[np.bool_]) -> tuple[Which, Which]:
    """Rows and columns of the marks: as ``np.nonzero``, which takes twenty times as long for few marks."""
    rows, columns = np.divmod(np.flatnonzero(marks), marks.shape[1])
    return rows, columns
