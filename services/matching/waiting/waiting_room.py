"""People with a free place, kept in memory ready for the rules, so that a newcomer meets all of them in milliseconds.

They are kept in blocks: encoding somebody is dear, meeting a block is cheap. Newly arrived people make a small block;
small blocks are melted into larger ones as they grow. Whoever leaves is crossed out where they are.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from services.matching.rules.asking import closers, doors, scores
from services.matching.rules.candidate import Candidate
from services.matching.rules.crowd import Codes, Crowd, Pairwise, Side, Sparse
from services.matching.rules.meeting import Meeting
from shared.language.terms import Role, Terms

RATIO = 8
"""A block is melted into the one before it unless that one is so many times larger."""

CLOSED = -1
LOWEST = 1 << 31
RETURNING = 1 << 32
"""What somebody is worth to a newcomer: the score and more than any score for whoever returns; CLOSED for nobody."""

UNKNOWN = ""
"""Stands for a topic or an interest that nobody in a block knows."""

Forbidden = frozenset[tuple[str, str]]
"""Mentor and mentee ids that are kept apart."""


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Somebody with a free place."""

    candidate: Candidate
    queue: tuple[bool, bool, str, str]
    """Their place on the waiting list; sorts ascending."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A possible partner."""

    participant_id: str
    score: int


class WaitingRoom:
    """The mentors or the mentees of a programme with a free place."""

    def __init__(self, terms: Terms, people: Iterable[Waiting] = ()) -> None:
        self.terms = terms
        self._blocks: list[_Block] = []
        self._place: dict[str, tuple[_Block, int]] = {}
        self.put(people)

    def __len__(self) -> int:
        return len(self._place)

    def remove(self, participant_id: str) -> None:
        """They have no free place any more; nothing happens when they are not here."""
        if participant_id in self._place:
            block, place = self._place.pop(participant_id)
            block.here[place] = False

    def put(self, people: Iterable[Waiting]) -> None:
        """These have a free place, or something about them has changed."""
        new = list(people)
        for each in new:
            self.remove(each.candidate.id)
        while new and self._blocks and len(self._blocks[-1]) < RATIO * len(new):
            new = [*self._blocks.pop().those_here(), *new]
        if new:
            self._add(_Block(self.terms, new))

    def _add(self, block: "_Block") -> None:
        self._blocks.append(block)
        self._place |= {each.candidate.id: (block, place) for place, each in enumerate(block.people)}

    def choices(self, newcomer: Candidate, forbidden: Forbidden = frozenset()) -> Iterator[Choice]:
        """Everybody who suits: whoever returns first, then by score, then by their place on the list.

        Of the two one at least has no partner yet, and the programme's minimum score is kept.
        """
        views = [_View(block, newcomer, forbidden) for block in self._blocks]
        while views:
            best = max(view.best for view in views)
            if best == CLOSED:
                return
            tied = [(view.block.people[place].queue, view, place) for view in views for place in view.places(best)]
            for _, view, place in sorted(tied, key=lambda each: each[0]):
                yield Choice(participant_id=view.block.people[place].candidate.id, score=int(view.scores[place]))
                view.values[place] = CLOSED

    def closed(self, newcomer: Candidate) -> tuple[str, ...]:
        """The fewest rules that would have to give way for somebody here, the commonest such set.

        Empty when somebody suits or nobody is here.
        """
        sets: dict[tuple[str, ...], int] = {}
        for block in self._blocks:
            for codes, times in _View(block, newcomer, frozenset()).closed():
                sets[codes] = sets.get(codes, 0) + times
        return min(sets, key=lambda codes: (len(codes), -sets[codes], codes), default=())


class _Block:
    """Some people, encoded once."""

    def __init__(self, terms: Terms, people: Sequence[Waiting]) -> None:
        self.terms = terms
        self.people = sorted(people, key=lambda each: each.candidate.id)
        candidates = [each.candidate for each in self.people]
        self.here: NDArray[np.bool_] = np.ones(len(candidates), dtype=np.bool_)
        self.returning = np.array([candidate.returning for candidate in candidates], dtype=np.bool_)
        self.alone = np.array([candidate.alone for candidate in candidates], dtype=np.bool_)
        self.codes = Codes(candidates)
        self.codes.topics = _Known(self.codes.topics)
        self.codes.interests = _Known(self.codes.interests)
        self.side = Side(candidates, self.codes)
        self.tables: dict[tuple[Pairwise, int], NDArray[Any]] = {}

    def __len__(self) -> int:
        return len(self.people)

    def those_here(self) -> list[Waiting]:
        """Everybody who has not been crossed out."""
        return [each for each, here in zip(self.people, self.here.tolist(), strict=True) if here]

    @cached_property
    def places(self) -> dict[str, int]:
        """Participant id → place."""
        return {each.candidate.id: place for place, each in enumerate(self.people)}

    @cached_property
    def persons(self) -> dict[str, list[int]]:
        """Person id → places."""
        return _index((each.candidate.person_id,) for each in self.people)

    @cached_property
    def reports(self) -> dict[str, list[int]]:
        """Person id of a manager → places of those below, at any depth."""
        return _index(each.candidate.profile.managers for each in self.people)

    @cached_property
    def met(self) -> dict[str, list[int]]:
        """Participant id → places of their partners, now or before."""
        return _index(each.candidate.partners for each in self.people)


class _View:
    """What one newcomer may expect of one block."""

    def __init__(self, block: _Block, newcomer: Candidate, forbidden: Forbidden) -> None:
        self.block, self._newcomer = block, newcomer
        crowd = _Beside(block, newcomer, forbidden)
        self._meet = Meeting(crowd, crowd.mentors, crowd.mentees)
        open_ = np.ravel(doors(self._meet)) & block.here & (block.alone | newcomer.alone)
        self.scores = np.ravel(scores(self._meet)).astype(np.int64)
        minimum = block.terms.pairing.minimum_score
        if minimum is not None:
            open_ &= self.scores >= minimum
        first = RETURNING * block.returning.astype(np.int64)
        self.values = np.where(open_, self.scores + first + LOWEST, CLOSED)

    @property
    def best(self) -> int:
        """The highest value left, or CLOSED."""
        return int(self.values.max(initial=CLOSED))

    def places(self, value: int) -> list[int]:
        """Whoever has that value."""
        found: list[int] = np.flatnonzero(self.values == value).tolist()
        return found

    def closed(self) -> Iterator[tuple[tuple[str, ...], int]]:
        """Sets of rules that keep the newcomer and people apart, and how many people each."""
        marks = closers(self._meet)
        sets = np.zeros(len(self.block), dtype=np.int64)
        for nth, closed in enumerate(marks.values()):
            sets |= np.ravel(closed).astype(np.int64) << nth
        kinds, times = np.unique(sets[self.block.here], return_counts=True)
        for kind, count in zip(kinds.tolist(), times.tolist(), strict=True):
            yield tuple(code for nth, code in enumerate(marks) if kind >> nth & 1), count


class _Beside(Crowd):
    """A newcomer and a block of the other role; who stands how to whom is looked up instead of joined."""

    def __init__(self, block: _Block, newcomer: Candidate, forbidden: Forbidden) -> None:
        self.terms, self.codes, self._tables = block.terms, block.codes, {}
        self._block, self._newcomer, self._forbidden = block, newcomer, forbidden
        self._is_mentor = newcomer.profile.role is Role.MENTOR
        own = Side([newcomer], block.codes)
        self.mentors, self.mentees = (own, block.side) if self._is_mentor else (block.side, own)
        self._own = own

    @override
    def table(self, pairwise: Pairwise) -> NDArray[Any]:
        """Kept with the block: few newcomers bring languages or working hours that none before them had."""
        key = pairwise, int(self._own.values(pairwise.column)[0])
        if key not in self._block.tables:
            self._block.tables[key] = super().table(pairwise)
        return self._block.tables[key]

    @cached_property
    @override
    def related(self) -> Sparse:
        block, newcomer = self._block, self._newcomer
        above = [place for person in newcomer.profile.managers for place in block.persons.get(person, ())]
        below = block.reports.get(newcomer.person_id, [])
        return self._row([*above, *below, *block.persons.get(newcomer.person_id, ())])

    @cached_property
    @override
    def met(self) -> Sparse:
        block, newcomer = self._block, self._newcomer
        mine = [block.places[partner] for partner in newcomer.partners if partner in block.places]
        return self._row([*mine, *block.met.get(newcomer.id, ())])

    @cached_property
    @override
    def kept_apart(self) -> Sparse:
        own, other = (0, 1) if self._is_mentor else (1, 0)
        others = [two[other] for two in self._forbidden if two[own] == self._newcomer.id]
        return self._row([self._block.places[each] for each in others if each in self._block.places])

    def _row(self, places: Iterable[int]) -> Sparse:
        return self._marked([(place, 0) if self._is_mentor else (0, place) for place in sorted(set(places))])


class _Known(dict[str, int]):
    """Numbers of the labels a block knows; every other label has the number of ``UNKNOWN``, which nobody there has."""

    def __init__(self, labels: dict[str, int]) -> None:
        super().__init__({**labels, UNKNOWN: len(labels)})

    def __missing__(self, _: str) -> int:
        return self[UNKNOWN]


def _index(people: Iterable[Iterable[str]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for place, names in enumerate(people):
        for name in names:
            found.setdefault(name, []).append(place)
    return found
