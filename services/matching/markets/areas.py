"""Who can meet whom at all: people are grouped by what coarse rules read, and the rules are asked of the groups.

What is left falls apart into pools that share nobody, so that each is solved by itself.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from services.matching.rules.columns import PLACE
from services.matching.rules.crowd import Crowd, Side, Which
from services.matching.rules.meeting import Meeting
from services.matching.rules.rules import HARD


class Area(NamedTuple):
    """Mentees who, as far as coarse rules go, may all meet the same mentors; places in the crowd, ascending."""

    mentees: Which
    mentors: Which


class Groups(NamedTuple):
    """People of one side who are the same for every coarse rule."""

    first: Which
    """One member of every group."""
    of: Which
    """Everybody's group."""


def pools(crowd: Crowd) -> list[list[Area]]:
    """Independent pools, each a list of areas; people whom coarse rules shut out altogether are in none."""
    mentors, mentees = groups(crowd.mentors), groups(crowd.mentees)
    together = _coarse(crowd, mentors, mentees)
    patterns, pattern_of = np.unique(together, axis=0, return_inverse=True)
    found: dict[int, list[Area]] = {}
    for number, pool in enumerate(_pool_of(patterns)):
        if patterns[number].any():
            ours = np.flatnonzero(pattern_of.ravel()[mentees.of] == number)
            found.setdefault(int(pool), []).append(Area(ours, np.flatnonzero(patterns[number][mentors.of])))
    return list(found.values())


def groups(side: Side) -> Groups:
    """Everybody of a whole side, in groups."""
    if not len(side):
        return Groups(side.index, side.index)
    values = np.stack([side.values(column) for column in PLACE], axis=1)
    _, first, of = np.unique(values, axis=0, return_index=True, return_inverse=True)
    return Groups(first.astype(np.intp), of.ravel().astype(np.intp))


def _coarse(crowd: Crowd, mentors: Groups, mentees: Groups) -> NDArray[np.bool_]:
    """Mentees' groups × mentors' groups: whether coarse rules let them meet."""
    meet = Meeting(crowd, crowd.mentors.pick(mentors.first), crowd.mentees.pick(mentees.first))
    together = np.ones(meet.shape, dtype=np.bool_)
    for rule in HARD:
        if rule.coarse:
            together &= rule.allows(meet)
    return together


def _pool_of(patterns: NDArray[np.bool_]) -> NDArray[np.int32]:
    rows, columns = np.nonzero(patterns)
    size = sum(patterns.shape)
    links = coo_array((np.ones(len(rows), dtype=np.bool_), (rows, columns + len(patterns))), shape=(size, size))
    pool: NDArray[np.int32] = connected_components(links, directed=False)[1][: len(patterns)]
    return pool
