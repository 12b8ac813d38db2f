"""Crowds in which most pairs are allowed, so that there is a choice, and what is known of them one pair at a time."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from random import Random
from typing import Any
from unittest.mock import patch

import numpy as np
from hypothesis import strategies as st

from services.matching.engine.flow import Arcs
from services.matching.explaining import baselines
from services.matching.markets import scoring
from services.matching.markets.solution import Solution
from services.matching.rules.candidate import Candidate, Snapshot
from services.matching.solver import solver
from shared.language.skills import Skill
from shared.language.terms import Goal, Role, SameUnit
from tests.unit.matching import naive
from tests.unit.matching.naive import Couple
from tests.unit.matching.people import candidate, terms

CHANCES = st.integers(0, 2**32).map(Random)
"""So that crowds are as varied as they are meant to be; drawn one by one, most would be next to empty."""


@dataclass(frozen=True)
class Known:
    """A solved round and its snapshot."""

    snapshot: Snapshot
    solution: Solution

    @classmethod
    def of(cls, snapshot: Snapshot) -> "Known":
        """Solved."""
        return cls(snapshot, solver.optimum(snapshot))

    @cached_property
    def allowed(self) -> dict[Couple, int]:
        """Pairs that may be made beside the locked ones, and their scores."""
        return naive.allowed(self.snapshot)

    @cached_property
    def room(self) -> dict[str, int]:
        """Places beside those of locked pairs."""
        return naive.room(self.snapshot)

    @property
    def couples(self) -> dict[Couple, int]:
        """What the round made, locked pairs included."""
        return self.named(self.solution.couples)

    def named(self, arcs: Arcs) -> dict[Couple, int]:
        """Pairs by ids, with their scores."""
        mentors, mentees = self.snapshot.mentors, self.snapshot.mentees
        return {(mentors[m].id, mentees[n].id): score for m, n, score in zip(*(c.tolist() for c in arcs), strict=True)}

    def with_locked(self, couples: Iterable[Couple]) -> dict[Couple, int]:
        """Couples and the locked ones, with their scores."""
        people = {person.id: person for person in self.snapshot.candidates}
        return {
            (mentor, mentee): naive.points(people[mentor], people[mentee], self.snapshot.terms)
            for mentor, mentee in (*couples, *self.snapshot.locked)
        }


@st.composite
def suiting(draw: st.DrawFn, most: int = 6) -> Snapshot:
    """Up to so many mentors and mentees, many of whom score the same, with anything a manager can choose."""
    chance = draw(CHANCES)
    mentors = [_anybody(chance, Role.MENTOR, f"m{n}") for n in range(chance.randint(most // 3, most))]
    mentees = [_anybody(chance, Role.MENTEE, f"n{n}") for n in range(chance.randint(most // 3, most))]
    free = [(m.id, n.id) for m, n in zip(mentors, mentees, strict=False) if m.room and n.room]
    return Snapshot(
        terms=terms(
            goal=draw(st.sampled_from(Goal)),
            same_unit=draw(st.sampled_from(SameUnit)),
            minimum_score=chance.choice([None, None, 900]),
        ),
        candidates=(*mentors, *mentees),
        locked=tuple(chance.sample(free, min(len(free), chance.choice([0, 0, 1, 2])))),
        forbidden=tuple((m.id, n.id) for m in mentors for n in mentees if chance.random() < 0.1),
    )


def _anybody(chance: Random, role: Role, identity: str) -> Candidate:
    is_mentor = role is Role.MENTOR
    facts: dict[str, Any] = {"offers": (Skill(topic="social-media", level=chance.randint(3, 5)),)} if is_mentor else {}
    capacity = chance.choice([1, 1, 2])
    return candidate(
        role,
        identity,
        country=chance.choice(["FR", "FR", "GB"]),
        languages=("fr", "en"),
        cross_border=chance.random() < 0.8,
        grade=chance.randint(2, 3) + (0 if is_mentor else 6),
        unit=chance.choice(["a", "b", "c"]),
        interests=tuple(chance.sample(["chess", "music", "sport"], chance.randint(0, 2))),
        waited_weeks=chance.choice([0, 0, 3, 10]),
        capacity=capacity,
        room=capacity if chance.random() < 0.9 else 0,
        alone=chance.random() < 0.8,
        returning=chance.random() < 0.2,
        **facts,
    )


def forgetful(solution: Solution, chance: Random) -> Solution:
    """The solution, remembering only every third or so of the pairs the solver looked at."""

    def remembered(arcs: Arcs) -> Arcs:
        return arcs.pick(np.array([chance.random() < 0.3 for _ in arcs.scores], dtype=np.bool_))

    solved = [replace(one, best=one.best._replace(arcs=remembered(one.best.arcs))) for one in solution.solved]
    return replace(solution, solved=solved)


@contextmanager
def short_sighted() -> Iterator[None]:
    """Baselines that add little at a time, and small blocks."""
    with ExitStack() as changes:
        habits: list[tuple[Any, str, int]] = [
            (baselines, "EASY", 0),
            (baselines, "MAY_MISS", 2**1000),
            (baselines, "FEW", 1),
            (baselines, "AT_ONCE", 3),
            (scoring, "HEIGHT", 3),
            (scoring, "WIDTH", 4),
        ]
        for module, name, value in habits:
            changes.enter_context(patch.object(module, name, value))
        yield
