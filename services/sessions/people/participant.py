"""What sessions knows of a participant: where and when they work, and nothing that names them."""

from dataclasses import dataclass, replace
from typing import ClassVar, Self

from services.sessions.planning.workdays import Calendar
from shared.domain.aggregate import Aggregate
from shared.domain.errors import Refused
from shared.language.profile import Profile, WorkingHours
from shared.language.registration import ParticipantErased, ParticipantRegistered
from shared.language.terms import Role


@dataclass(frozen=True, kw_only=True)
class Participant(Aggregate):
    """Somebody's part in one programme; ``person_id`` is the same in every programme."""

    collection: ClassVar[str] = "participants"
    about: ClassVar[tuple[str, ...]] = ("id", "person_id")
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("person_id",),)

    programme_id: str
    person_id: str
    role: Role
    country: str
    time_zone: str
    working_hours: WorkingHours
    withdrawn: bool = False

    @classmethod
    def registered(cls, event: ParticipantRegistered) -> Self:
        """The first state."""
        profile = event.profile
        return cls(
            id=event.participant_id,
            programme_id=event.programme_id,
            person_id=event.person_id,
            role=profile.role,
            country=profile.country,
            time_zone=profile.time_zone,
            working_hours=profile.working_hours,
        )

    @classmethod
    def forgotten(cls, event: ParticipantErased) -> Self:
        """Nothing is left but the id, so that events of their pairs find somebody; the role means nothing."""
        return cls(
            id=event.participant_id,
            programme_id=event.programme_id,
            person_id="",
            role=Role.MENTOR,
            country="",
            time_zone="UTC",
            working_hours=WorkingHours(),
            withdrawn=True,
        )

    @property
    def erased(self) -> bool:
        """Whether nothing is known of them any more."""
        return not self.person_id

    def with_profile(self, profile: Profile) -> Self:
        """Lives or works differently from now on; sessions that are planned stay where they are."""
        if self.erased:
            return self
        return replace(
            self,
            role=profile.role,
            country=profile.country,
            time_zone=profile.time_zone,
            working_hours=profile.working_hours,
        )

    @property
    def calendar(self) -> Calendar:
        """Where and when the participant works."""
        return Calendar(self.country, self.time_zone, self.working_hours)

    def must_take_part(self) -> None:
        """Raises Refused when the participant has withdrawn."""
        if self.withdrawn:
            raise Refused("has-withdrawn", about=self.person_id)
