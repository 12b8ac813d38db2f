"""The two of a pair, their programme and their diaries, as one unit of work sees them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, Self

from services.sessions.people.participant import Participant
from services.sessions.people.programme import Programme
from services.sessions.series.diary import Diary
from shared.domain.work import Unit
from shared.language.terms import Role


class OfPair(Protocol):
    """Whatever names a pair's two people and its programme: an event, a series, a session."""

    @property
    def programme_id(self) -> str: ...
    @property
    def mentor_id(self) -> str: ...
    @property
    def mentee_id(self) -> str: ...


@dataclass(frozen=True)
class Parties:
    """Who meets whom, in which programme."""

    programme: Programme
    mentor: Participant
    mentee: Participant

    @classmethod
    async def of(cls, pair: OfPair, unit: Unit) -> Self:
        """Raises NotYet when one of the three is not known."""
        await unit.fetch([(Participant, pair.mentor_id), (Participant, pair.mentee_id)])
        return cls(
            programme=await unit.need(Programme, pair.programme_id),
            mentor=await unit.need(Participant, pair.mentor_id),
            mentee=await unit.need(Participant, pair.mentee_id),
        )

    def role_of(self, theirs: Callable[[Participant], bool]) -> Role | None:
        """The role of whoever plays that part in the pair; None for a manager who is neither."""
        sides = ((self.mentor, Role.MENTOR), (self.mentee, Role.MENTEE))
        return next((role for side, role in sides if theirs(side)), None)

    @property
    def complete(self) -> bool:
        """Whether neither was erased."""
        return not (self.mentor.erased or self.mentee.erased)

    async def diaries(self, unit: Unit) -> list[Diary]:
        """Both diaries, new ones for people who had none, and none for people who were erased."""
        people = [one.person_id for one in (self.mentor, self.mentee) if not one.erased]
        await unit.fetch([(Diary, person) for person in people])
        return [await unit.find(Diary, person) or Diary(id=person) for person in people]
