"""Why people are left over: which rule keeps whom away, and which change of theirs would open how many doors."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from services.matching.explaining import obstacles
from services.matching.explaining.obstacles import Census, Counts, Sets
from services.matching.explaining.openings import Doors, Way, ways
from services.matching.markets.areas import Groups, groups
from services.matching.markets.outcome import Door, LeftOver, Opening
from services.matching.markets.solution import Solution
from services.matching.rules import reasons
from services.matching.rules.candidate import Candidate
from services.matching.rules.changes import must_train
from services.matching.rules.crowd import Side, Which
from services.matching.rules.meeting import Meeting
from services.matching.rules.reasons import Because
from shared.language.terms import Role

SOME, OTHERS = 64, 4096
"""People left over and people of the other role who are looked at together."""

OPENINGS = 5
"""Changes that are named to somebody."""


def left_over(solution: Solution) -> dict[str, LeftOver]:
    """For everybody who has room and no partner, before and after the round: why, and what would change it.

    Every pair of theirs is looked at once, a block at a time; time grows with people left over × the other role.
    """
    found: dict[str, LeftOver] = {}
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for role in Role:
            look = _Look(solution, role)
            for answers in pool.map(look.explained, look.parts()):
                found |= answers
    return found


def unpaired(solution: Solution, role: Role) -> Which:
    """Those of a role who have room and no partner, by their places in the crowd, ascending."""
    people, paired = _people(solution, role), _paired(solution, role)
    waiting = [place for place, person in enumerate(people) if person.room > 0 and person.alone]
    return np.setdiff1d(np.array(waiting, dtype=np.intp), paired)


def _people(solution: Solution, role: Role) -> Sequence[Candidate]:
    snapshot = solution.crowd.snapshot
    return snapshot.mentors if role is Role.MENTOR else snapshot.mentees


def _paired(solution: Solution, role: Role) -> Which:
    couples = solution.couples
    return couples.mentors if role is Role.MENTOR else couples.mentees


@dataclass(frozen=True, eq=False)
class _Tally:
    """What was counted for some people left over, one row each."""

    counts: Counts
    free: NDArray[np.int64]
    """Doors that lead to somebody with a place left."""
    doors: list[Doors]
    """For each way."""


@dataclass(frozen=True, eq=False)
class _Look:
    """The people of one role who are left over, before everybody of the other."""

    solution: Solution
    role: Role

    @cached_property
    def people(self) -> Sequence[Candidate]:
        return _people(self.solution, self.role)

    @cached_property
    def others(self) -> Sequence[Candidate]:
        return _people(self.solution, self._other)

    @property
    def _other(self) -> Role:
        return Role.MENTEE if self.role is Role.MENTOR else Role.MENTOR

    @cached_property
    def groups(self) -> Groups:
        """The others, as coarse rules see them."""
        return groups(self._side(self._other))

    @cached_property
    def ways(self) -> list[Way]:
        return ways(self.solution.crowd, self.role, len(self.places))

    @cached_property
    def census(self) -> Census:
        return Census()

    @cached_property
    def free(self) -> NDArray[np.bool_]:
        """Whether each of the others has a place left; the places of locked pairs are no part of their room."""
        size, locked = len(self.others), self.solution.locked
        made = np.bincount(_paired(self.solution, self._other), minlength=size)
        made -= np.bincount(locked.mentors if self._other is Role.MENTOR else locked.mentees, minlength=size)
        return np.array([person.room for person in self.others], dtype=np.int64) > made

    @cached_property
    def places(self) -> Which:
        """Everybody left over."""
        return unpaired(self.solution, self.role)

    def parts(self) -> Iterator[Which]:
        """Some of them at a time."""
        yield from (self.places[start : start + SOME] for start in range(0, len(self.places), SOME))

    def explained(self, places: Which) -> dict[str, LeftOver]:
        """The answers for some of them."""
        tally = self._counted(places)
        return {self.people[place].id: self._answer(self.people[place], row, tally) for row, place in enumerate(places)}

    def _counted(self, places: Which) -> _Tally:
        people, sets = [self.people[place] for place in places], self._sets(places)
        return _Tally(
            np.stack([np.bincount(own, minlength=self.census.size) for own in sets]),
            np.count_nonzero((sets == 0) & self.free, axis=1),
            [way.doors(people, sets) for way in self.ways],
        )

    def _sets(self, places: Which) -> Sets:
        """What keeps each of the others away from these people."""
        own, width, everybody = self._side(self.role).pick(places), len(self.others), np.arange(len(self.others))
        coarse = self._asked(obstacles.coarse, own, self.groups.first)
        parts = [everybody[start : start + OTHERS] for start in range(0, width, OTHERS)]
        fine = [self._asked(obstacles.fine, own, others) for others in parts]
        return np.concatenate([np.zeros((len(places), 0), dtype=np.uint16), *fine], axis=1) | coarse[:, self.groups.of]

    def _side(self, role: Role) -> Side:
        crowd = self.solution.crowd
        return crowd.mentors if role is Role.MENTOR else crowd.mentees

    def _asked(self, ask: Callable[[Meeting], Sets], own: Side, others: Which) -> Sets:
        """The obstacles of these people (rows) and others (columns)."""
        crowd, theirs = self.solution.crowd, self._side(self._other).pick(others)
        if self.role is Role.MENTOR:
            return np.ascontiguousarray(ask(Meeting(crowd, own, theirs)).T)
        return ask(Meeting(crowd, theirs, own))

    def _answer(self, person: Candidate, row: int, tally: _Tally) -> LeftOver:
        counts = tally.counts[row]
        return LeftOver(
            because=self._because(person, counts, bool(tally.free[row])),
            open_doors=int(counts[0]),
            doors=self._doors(counts),
            openings=self._openings(person, [doors[row] for doors in tally.doors]),
        )

    def _because(self, person: Candidate, counts: Counts, anybody_free: bool) -> Because:
        if must_train(person, self.solution.crowd.terms):
            return (reasons.UNTRAINED,)
        if not self.others:
            return (reasons.NOBODY_THERE,)
        if not counts[0]:
            return self.census.nearest(counts)
        return (reasons.NO_GAIN,) if anybody_free else (reasons.ALL_TAKEN,)

    def _doors(self, counts: Counts) -> tuple[Door, ...]:
        there = np.flatnonzero(counts)
        closed = counts[there] @ self.census.holds[there]
        return tuple(
            Door(rule=code, closed=int(number), alone=int(counts[1 << place]))
            for place, (code, number) in enumerate(zip(self.census.codes, closed, strict=True))
            if number
        )

    def _openings(self, person: Candidate, doors: list[Doors]) -> tuple[Opening, ...]:
        found = [
            (-int(own[place]), way.rule.code, way.values[place])
            for way, own in zip(self.ways, doors, strict=True)
            for place in np.flatnonzero((own > 0) & way.further(person))
        ]
        best = sorted(found)[:OPENINGS]
        return tuple(Opening(rule=rule, value=value, doors=-number) for number, rule, value in best)
