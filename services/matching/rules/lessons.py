"""What people could teach each other, as sparse matrices.

A wish (topic, level, priority) and an offer (topic, level) meet in priority × max(0, offered level − own level): the
skill gap, weighted by how much it is wanted. Wishes and offers are coded as features, ``_GAPS`` says what each wish
is worth beside each offer, and one matrix product answers for a block of pairs.
"""

from collections.abc import Callable, Iterable
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, eye_array, kron

from services.matching.rules.candidate import Candidate
from services.matching.rules.crowd import Side, Sparse

LEVELS, PRIORITIES = 6, 3

_GAPS: NDArray[np.int16] = np.array(
    [
        [priority * max(0, offered - level) for offered in range(LEVELS)]
        for level in range(LEVELS)
        for priority in range(1, PRIORITIES + 1)
    ],
    dtype=np.int16,
)
"""Wish (level, priority) × offered level, within one topic."""


def wishes(side: Side) -> Sparse:
    """People × (topic, level, priority): how often they want that."""

    def features(candidate: Candidate) -> Iterable[int]:
        for topic, level, priority in candidate.wants:
            yield (topics[topic] * LEVELS + level) * PRIORITIES + priority - 1

    topics = side.codes.topics
    return _matrix(side, features, len(topics) * LEVELS * PRIORITIES)


def offers(side: Side) -> Sparse:
    """People × (topic, level): 1 where they offer that."""

    def features(candidate: Candidate) -> Iterable[int]:
        return (topics[topic] * LEVELS + level for topic, level in candidate.offers.items())

    topics = side.codes.topics
    return _matrix(side, features, len(topics) * LEVELS)


def interests(side: Side) -> Sparse:
    """People × interest: 1 where they name it."""
    known = side.codes.interests
    return _matrix(side, lambda candidate: (known[interest] for interest in candidate.interests), len(known))


def answers(side: Side) -> NDArray[np.int16]:
    """Every wish × people: what it is worth beside what they offer."""
    return _dense(_gaps(len(side.codes.topics)) @ side.features(offers).T)


def asks(side: Side) -> NDArray[np.int16]:
    """Every offer × people: what it is worth beside what they want."""
    return _dense(_gaps(len(side.codes.topics)).T @ side.features(wishes).T)


def tastes(side: Side) -> NDArray[np.int16]:
    """Interest × people."""
    return _dense(side.features(interests).T)


@cache
def _gaps(topics: int) -> Sparse:
    """Wishes × offers of so many topics."""
    return csr_array(kron(eye_array(topics, dtype=np.int16), _GAPS))


def _dense(matrix: Sparse) -> NDArray[np.int16]:
    return np.ascontiguousarray(matrix.toarray())


def _matrix(side: Side, features: Callable[[Candidate], Iterable[int]], width: int) -> Sparse:
    columns = [list(features(candidate)) for candidate in side.everybody]
    starts = np.cumsum([0, *map(len, columns)])
    flat = np.array([feature for own in columns for feature in own], dtype=np.intp)
    found = csr_array((np.ones(len(flat), dtype=np.int16), flat, starts), shape=(len(columns), width))
    found.check_format()  # a number out of range would crash the process later
    found.sum_duplicates()
    return found
