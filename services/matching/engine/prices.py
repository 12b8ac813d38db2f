"""Dual prices of an optimal flow: what a place with somebody is worth.

The solver gives pairs, no prices. Complementary slackness turns an optimum into differences of prices that must not
be exceeded; the longest-path relaxation of Bellman and Ford raises prices until none is. It ends because an optimum
has no cycle that would improve it. Only people next to a change are looked at again.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.matching.engine.flow import Arcs
from services.matching.engine.market import Places, Which, Whole, order

ANY = np.int64(2**60)


class Prices(NamedTuple):
    """What one more place with each mentor and each mentee is worth, beside the bonus of a first partner."""

    mentors: Whole
    mentees: Whole


def prices(
    arcs: Arcs, used: NDArray[np.bool_], mentors: Places, mentees: Places, before: Prices | None = None
) -> Prices:
    """Prices that prove the used arcs optimal among these arcs. ``arcs`` are sorted by mentor.

    ``before`` (prices of fewer arcs) only makes it faster.
    """
    return _Relaxation(arcs, used, mentors, mentees, before).run()


def _limits(places: Places, partners: Whole) -> tuple[Whole, Whole]:
    """Lowest and highest price: nothing where a place is left, minus the bonus where even the first is."""
    lowest = np.where(partners >= 2, 0, -places.bonus)
    full = np.where(partners >= places.room, ANY, 0)
    return lowest, np.where((partners == 0) & (places.room > 0), -places.bonus, full)


class _Relaxation:
    """Heights: a mentor's price is theirs above the ground's, a mentee's the ground's above theirs."""

    def __init__(
        self, arcs: Arcs, used: NDArray[np.bool_], mentors: Places, mentees: Places, before: Prices | None
    ) -> None:
        couples = arcs.pick(used)
        ours = np.bincount(couples.mentors, minlength=len(mentors.room))
        theirs = np.bincount(couples.mentees, minlength=len(mentees.room))
        self.low, self.high = _limits(mentors, ours)
        self.their_low, self.their_high = _limits(mentees, theirs)
        # where both have room for several, it may be the arc itself that is full, and its pair worth more
        loose = used & (mentors.room[arcs.mentors] > 1) & (mentees.room[arcs.mentees] > 1)
        self.couples, self.arcs = couples, arcs.pick(~loose)
        self.a = before.mentors.copy() if before else self.low.copy()
        self.b = -before.mentees if before else -self.their_high.clip(max=0)
        self.ground = np.int64(0)
        self._index()

    def _index(self) -> None:
        mentors, mentees = self.arcs.mentors, self.arcs.mentees
        self.starts = np.flatnonzero(np.diff(mentors, prepend=-1))
        self.with_arcs = mentors[self.starts]
        self.by_mentee = self.arcs.pick(order(mentees))
        self.ends = np.searchsorted(self.by_mentee.mentees, np.arange(len(self.b) + 1))

    def run(self) -> Prices:
        """Raise until nothing has to be."""
        self._raise_all()
        while True:
            changed, ground = self._follow()
            if not len(changed) and not ground:
                return Prices(self.a - self.ground, self.ground - self.b)
            if len(changed) * 20 > len(self.b):
                self._raise_all()
            else:
                self._raise_near(changed)

    def _raise_all(self) -> None:
        if len(self.starts):
            heights = np.maximum.reduceat(self.arcs.scores + self.b[self.arcs.mentees], self.starts)
            self.a[self.with_arcs] = np.maximum(self.a[self.with_arcs], heights)

    def _raise_near(self, changed: Which) -> None:
        counts = self.ends[changed + 1] - self.ends[changed]
        first = np.repeat(self.ends[changed] - np.cumsum(counts) + counts, counts)
        near = self.by_mentee.pick(first + np.arange(counts.sum()))
        np.maximum.at(self.a, near.mentors, near.scores + self.b[near.mentees])

    def _follow(self) -> tuple[Which, bool]:
        """Bring mentees and ground to where the mentors' heights push them."""
        np.maximum(self.a, self.ground + self.low, out=self.a)
        b = np.maximum(self.b, self.ground - self.their_high)
        np.maximum.at(b, self.couples.mentees, self.a[self.couples.mentors] - self.couples.scores)
        pushed = (self.a - self.high).max(initial=self.ground), (b + self.their_low).max(initial=self.ground)
        changed, ground = np.flatnonzero(b != self.b), max(pushed)
        risen, self.b, self.ground = ground > self.ground, b, ground
        return changed, bool(risen)
