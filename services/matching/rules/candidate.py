"""What the rules of pairing see of a participant, prepared once so that a rule costs next to nothing a pair."""

import json
from collections.abc import Container
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from shared.language.profile import Profile
from shared.language.terms import Role, Terms
from shared.language.values.languages import spoken
from shared.language.values.same import same


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A participant at one moment."""

    id: str
    person_id: str
    profile: Profile
    trained: bool
    room: int
    """Partners they can still take."""
    partners: frozenset[str]
    """Participant ids of everybody they were ever paired with."""
    waited_weeks: int
    alone: bool = True
    """Whether they have no partner now: only such a one counts as a person paired."""
    returning: bool = False
    """Whether their last pair was dissolved: they come first."""

    @cached_property
    def offers(self) -> dict[str, int]:
        """Topic → level they know it at."""
        return {skill.topic: skill.level for skill in self.profile.offers}

    @cached_property
    def wants(self) -> tuple[tuple[str, int, int], ...]:
        """Topic, level they are at, priority."""
        return tuple((wish.topic, wish.level, wish.priority) for wish in self.profile.wants)

    @cached_property
    def everything(self) -> int:
        """What it would be worth to learn every wish to the highest level, 5: levels times priority."""
        return sum(priority * (5 - level) for _, level, priority in self.wants)

    @cached_property
    def languages(self) -> frozenset[str]:
        """What they have to have in common with somebody: en-GB and en-US are spoken to each other, and nb and no."""
        return frozenset(map(spoken, self.profile.languages))

    @cached_property
    def interests(self) -> frozenset[str]:
        """Interests and tastes, however they are written."""
        return frozenset(map(same, self.profile.interests))

    @cached_property
    def unit(self) -> str:
        """The unit, however it is written."""
        return same(self.profile.unit)

    @cached_property
    def city(self) -> tuple[str, str] | None:
        """Country and city, or None when no city is known."""
        name = same(self.profile.city)
        return (self.profile.country, name) if name else None

    @cached_property
    def hours(self) -> tuple[str, str, str, tuple[int, ...]]:
        """Time zone, start, end and days of work: what calendars are compared by."""
        hours = self.profile.working_hours
        return self.profile.time_zone, hours.start, hours.end, hours.days

    def facts(self) -> list[Any]:
        """Everything a rule can see, as JSON in one fixed order."""
        seen = [self.id, self.person_id, self.trained, self.room, sorted(self.partners), self.waited_weeks]
        return [*seen, self.alone, self.returning, self.profile.model_dump(mode="json")]


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """Everything a round looks at: the same snapshot always gives the same pairs."""

    terms: Terms
    candidates: tuple[Candidate, ...]
    seed: int = 0
    """Decides by lot between solutions that are equally good in every other respect."""
    locked: tuple[tuple[str, str], ...] = ()
    """Mentor and mentee ids a manager has put together; the round builds on these pairs."""
    forbidden: tuple[tuple[str, str], ...] = ()
    """Mentor and mentee ids a manager keeps apart."""

    @cached_property
    def mentors(self) -> tuple[Candidate, ...]:
        """By id, so that the order people came in does not matter."""
        return self._of(Role.MENTOR)

    @cached_property
    def mentees(self) -> tuple[Candidate, ...]:
        """By id, so that the order people came in does not matter."""
        return self._of(Role.MENTEE)

    def _of(self, role: Role) -> tuple[Candidate, ...]:
        return tuple(sorted((c for c in self.candidates if c.profile.role is role), key=lambda c: c.id))

    def without(self, people: Container[str]) -> "Snapshot":
        """The snapshot as if these had not been there."""
        return replace(self, candidates=tuple(c for c in self.candidates if c.id not in people))

    def text(self) -> str:
        """The snapshot as canonical JSON."""
        people = [candidate.facts() for candidate in (*self.mentors, *self.mentees)]
        choices = [self.seed, sorted(self.locked), sorted(self.forbidden)]
        terms = self.terms.model_dump(mode="json", exclude={"public_call"})  # who reads the call is nothing to a round
        return json.dumps([terms, choices, people], sort_keys=True, separators=(",", ":"))
