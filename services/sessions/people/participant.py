"""What sessions knows of a participant: where and when they work, and nothing that names them."""

from dataclasses import dataclass, replace
from typing import ClassVar, Self

from shared.domain.aggregate import Aggregate
from shared.domain.errors import Refused
from shared.domain.shown import Shown
from shared.domain.working.days import Calendar
from shared.language.profile import Profile, WorkingHours
from shared.language.registration import ParticipantErased, ParticipantRegistered
from shared.language.terms import Role
from shared.language.values.places import Country
from shared.language.values.zones import TimeZone


@dataclass(frozen=True, kw_only=True)
class Participant(Aggregate):
    """Somebody's part in one programme; ``person_id`` is the same in every programme."""

    collection: ClassVar[str] = "participants"
    about: ClassVar[tuple[str, ...]] = ("id", "person_id", "known_as")
    shown: ClassVar[Shown] = Shown(
        to_all=("programme_id", "person_id", "known_as", "role", "country", "time_zone", "working_hours", "withdrawn")
    )
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("person_id",), ("known_as",))

    programme_id: str
    person_id: str
    known_as: str | None = None
    """What the person's number gives today, where that is not ``person_id``."""
    role: Role
    country: Country
    time_zone: TimeZone
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
