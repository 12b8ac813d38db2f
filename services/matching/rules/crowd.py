"""People as columns, so that a rule is asked of a whole block of pairs at once.

A rule names what it reads of a person: a ``Column`` (a number, or a label that is only compared) or a ``Pairwise``
(something that is looked up for two values, such as the common working time of two calendars). Each is computed
once a person or once a pair of values, however many pairs of people there are.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from services.matching.rules.candidate import Candidate, Snapshot
from shared.language.terms import Terms

Numbers = NDArray[np.int32]
Which = NDArray[np.intp]
Sparse: TypeAlias = Any
"""A ``scipy.sparse.csr_array``, which has no type annotations of its own."""


@dataclass(frozen=True, eq=False)
class Column:
    """One thing a rule reads of everybody. A label may be anything hashable; it becomes a number of its own."""

    read: Callable[[Candidate], Any]
    label: bool = False


@dataclass(frozen=True, eq=False)
class Pairwise:
    """Something about two values of one column: ``table(mentors' values, mentees' values, terms)`` is
    mentees × mentors."""

    column: Column
    table: Callable[[Sequence[Any], Sequence[Any], Terms], NDArray[Any]]


class Codes:
    """A number for every label, the same on both sides."""

    def __init__(self, everybody: Sequence[Candidate]) -> None:
        self._of: dict[Column, dict[Hashable, int]] = {}
        self.topics = _numbered(topic for c in everybody for topic in (*c.offers, *(wish[0] for wish in c.wants)))
        self.interests = _numbered(interest for candidate in everybody for interest in candidate.interests)

    def encode(self, column: Column, labels: Sequence[Hashable]) -> Numbers:
        """The labels' numbers."""
        known = self._of.setdefault(column, {})
        return np.array([known.setdefault(label, len(known)) for label in labels], dtype=np.int32)

    def labels(self, column: Column) -> list[Any]:
        """Every label by its number."""
        return list(self._of.get(column, {}))


class Side:
    """All mentors or all mentees, or some of them: ``index`` are their places among all."""

    def __init__(self, everybody: Sequence[Candidate], codes: Codes, whole: "Side | None" = None, index: Any = None):
        self.everybody, self.codes, self._whole = everybody, codes, whole
        self.index: Which = np.arange(len(everybody)) if index is None else np.asarray(index, dtype=np.intp)
        self._columns: dict[Column, Numbers] = {}
        self._features: dict[Callable[[Side], Sparse], Sparse] = {}
        self._dense: dict[Callable[[Side], NDArray[Any]], NDArray[Any]] = {}

    def __len__(self) -> int:
        return len(self.index)

    def pick(self, which: Any) -> "Side":
        """Some of these people, by their places here."""
        return Side(self.everybody, self.codes, self._whole or self, self.index[which])

    def values(self, column: Column) -> Numbers:
        """The column of these people."""
        if column not in self._columns:
            self._columns[column] = self._whole.values(column)[self.index] if self._whole else self._read(column)
        return self._columns[column]

    def _read(self, column: Column) -> Numbers:
        seen = [column.read(candidate) for candidate in self.everybody]
        return self.codes.encode(column, seen) if column.label else np.array(seen, dtype=np.int32)

    def features(self, read: "Callable[[Side], Sparse]") -> Sparse:
        """A sparse matrix people × features; ``read`` makes it for everybody."""
        if read not in self._features:
            self._features[read] = self._whole.features(read)[self.index] if self._whole else read(self)
        return self._features[read]

    def dense(self, make: "Callable[[Side], NDArray[Any]]") -> NDArray[Any]:
        """Something dense made of these people's features, kept for as long as they are."""
        if make not in self._dense:
            self._dense[make] = make(self)
        return self._dense[make]


class Crowd:
    """Everybody in a snapshot: two sides, and who stands how to whom."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.snapshot, self.terms = snapshot, snapshot.terms
        self.codes = Codes((*snapshot.mentors, *snapshot.mentees))
        self.mentors = Side(snapshot.mentors, self.codes)
        self.mentees = Side(snapshot.mentees, self.codes)
        self._tables: dict[Pairwise, NDArray[Any]] = {}

    def table(self, pairwise: Pairwise) -> NDArray[Any]:
        """The answer for every mentees' label × mentors' label (in the labels' numbers)."""
        if pairwise not in self._tables:
            ours, theirs = (np.unique(side.values(pairwise.column)) for side in (self.mentors, self.mentees))
            labels = self.codes.labels(pairwise.column)
            answers = pairwise.table([labels[n] for n in ours], [labels[n] for n in theirs], self.terms)
            kind = np.bool_ if answers.dtype == np.bool_ else np.int32
            table: NDArray[Any] = np.zeros((len(labels), len(labels)), dtype=kind)
            table[np.ix_(theirs, ours)] = answers
            self._tables[pairwise] = table
        return self._tables[pairwise]

    @cached_property
    def related(self) -> Sparse:
        """Mentees × mentors: one stands above the other in the reporting line, or both are one person."""
        mentors = _places(candidate.person_id for candidate in self.snapshot.mentors)
        mentees = _places(candidate.person_id for candidate in self.snapshot.mentees)
        pairs = [
            (row, column)
            for row, mentee in enumerate(self.snapshot.mentees)
            for person in (mentee.person_id, *mentee.profile.managers)
            for column in mentors.get(person, ())
        ]
        pairs += [
            (row, column)
            for column, mentor in enumerate(self.snapshot.mentors)
            for person in mentor.profile.managers
            for row in mentees.get(person, ())
        ]
        return self._marked(pairs)

    @cached_property
    def met(self) -> Sparse:
        """Mentees × mentors: the two are or were a pair."""
        mentors, mentees = self.places
        pairs = [
            (row, mentors[partner])
            for row, mentee in enumerate(self.snapshot.mentees)
            for partner in mentee.partners
            if partner in mentors
        ]
        pairs += [
            (mentees[partner], column)
            for column, mentor in enumerate(self.snapshot.mentors)
            for partner in mentor.partners
            if partner in mentees
        ]
        return self._marked(pairs)

    @cached_property
    def kept_apart(self) -> Sparse:
        """Mentees × mentors: a manager forbade the pair, or made it already."""
        mentors, mentees = self.places
        wanted = (*self.snapshot.forbidden, *self.snapshot.locked)
        known = [
            (mentees[mentee], mentors[mentor]) for mentor, mentee in wanted if mentor in mentors and mentee in mentees
        ]
        return self._marked(known)

    @cached_property
    def places(self) -> tuple[dict[str, int], dict[str, int]]:
        """Participant id → place, of the mentors and of the mentees."""
        mentors = {candidate.id: place for place, candidate in enumerate(self.snapshot.mentors)}
        return mentors, {candidate.id: place for place, candidate in enumerate(self.snapshot.mentees)}

    def _marked(self, pairs: Sequence[tuple[int, int]]) -> Sparse:
        rows, columns = np.array(pairs, dtype=np.intp).reshape(-1, 2).T
        shape = len(self.mentees), len(self.mentors)
        return csr_array((np.ones(len(rows), dtype=np.bool_), (rows, columns)), shape=shape)


def _numbered(labels: Iterable[str]) -> dict[str, int]:
    return {label: number for number, label in enumerate(sorted(set(labels)))}


def _places(people: Iterable[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for place, person in enumerate(people):
        found.setdefault(person, []).append(place)
    return found
