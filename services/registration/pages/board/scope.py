"""Whom of a programme a manager sees: the people of the countries they manage, and the pairs these are in."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from services.registration.people.participant import Participant
from services.registration.programmes.programme import Programme
from shared.domain.work import Store, Where
from shared.language.values.places import spellings

SIDES = ("mentor_id", "mentee_id")


@dataclass(frozen=True)
class Scope:
    """``countries`` and ``ids`` (of participants) are None for whoever manages all of the programme."""

    programme_id: str
    countries: tuple[str, ...] | None = None
    ids: tuple[str, ...] | None = None

    @classmethod
    async def of(cls, store: Store, programme: Programme, countries: Sequence[str]) -> Self:
        """The scope of a manager of these of the programme's countries."""
        if set(countries) == set(programme.terms.countries):
            return cls(programme.id)
        there = cls(programme.id, tuple(countries))
        return cls(programme.id, tuple(countries), tuple(await store.ids(Participant, there.people())))

    def people(self) -> dict[str, Any]:
        """Which participants."""
        of_it: dict[str, Any] = {"programme_id": self.programme_id}
        return of_it if self.countries is None else {**of_it, "profile.country": {"$in": spellings(self.countries)}}

    def pairs(self, where: Where) -> dict[str, Any]:
        """Which of such pairs: those with somebody in the scope."""
        of_it = {"programme_id": self.programme_id, **where}
        return of_it if self.ids is None else {**of_it, "$or": [{side: {"$in": list(self.ids)}} for side in SIDES]}

    def side(self, side: str, where: Where) -> dict[str, Any]:
        """Such pairs whose ``side`` is in the scope."""
        of_it = {"programme_id": self.programme_id, **where}
        return of_it if self.ids is None else {**of_it, side: {"$in": list(self.ids)}}

    def has(self, country: str) -> bool:
        """Whether people there may be named."""
        return self.countries is None or country in self.countries
