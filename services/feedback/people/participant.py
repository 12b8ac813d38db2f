"""What feedback keeps of a participant: enough to know whose pulse it is."""

from dataclasses import dataclass
from typing import ClassVar

from shared.domain.aggregate import Aggregate
from shared.domain.shown import Shown
from shared.language.registration import ParticipantRegistered
from shared.language.terms import Role


@dataclass(frozen=True, kw_only=True)
class Participant(Aggregate):
    """Somebody's part in one programme; ``id`` is the participant id, ``person_id`` a keyed hash of the person."""

    collection: ClassVar[str] = "participants"
    about: ClassVar[tuple[str, ...]] = ("id", "person_id", "known_as")
    shown: ClassVar[Shown] = Shown(to_all=("programme_id", "person_id", "known_as", "role"))
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("person_id",), ("known_as",))

    programme_id: str
    person_id: str
    known_as: str | None = None
    """What the person's number gives today, where that is not ``person_id``."""
    role: Role

    @classmethod
    def told_by(cls, event: ParticipantRegistered) -> "Participant":
        """The participant whom registration has just accepted."""
        return cls(
            id=event.participant_id,
            programme_id=event.programme_id,
            person_id=event.person_id,
            role=event.profile.role,
        )
