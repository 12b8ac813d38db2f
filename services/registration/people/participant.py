"""Somebody's part in one programme: applied → trained → withdrawn."""

from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import blake2b
from typing import ClassVar

from shared.domain.aggregate import Aggregate
from shared.domain.errors import Refused
from shared.language.profile import Profile
from shared.language.registration import (
    ParticipantChanged,
    ParticipantErased,
    ParticipantRegistered,
    ParticipantTrained,
    ParticipantWithdrawn,
    Withdrawal,
)


class Standing(StrEnum):
    """How far a participant has come."""

    APPLIED = "applied"
    TRAINED = "trained"
    WITHDRAWN = "withdrawn"


def participant_id(programme_id: str, person_id: str) -> str:
    """One id for one person in one programme, so that applying twice meets the same participant."""
    return blake2b(f"{programme_id}\0{person_id}".encode(), digest_size=16).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Participant(Aggregate):
    """One person's part in one programme; a step taken twice changes nothing."""

    collection: ClassVar[str] = "participants"
    about: ClassVar[tuple[str, ...]] = ("id", "person_id")
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (
        ("programme_id", "state"),
        ("person_id",),
        ("profile.managers",),
    )

    programme_id: str
    person_id: str
    profile: Profile
    state: Standing = Standing.APPLIED

    @classmethod
    def registered(cls, programme_id: str, person_id: str, profile: Profile) -> "Participant":
        """Takes part from now on."""
        identity = participant_id(programme_id, person_id)
        participant = cls(id=identity, programme_id=programme_id, person_id=person_id, profile=profile)
        return participant.raising(
            ParticipantRegistered(
                programme_id=programme_id, participant_id=identity, person_id=person_id, profile=profile
            )
        )

    def described(self, profile: Profile) -> "Participant":
        """With that profile; raises Refused after withdrawal, and for another role once trained."""
        if self.state is Standing.WITHDRAWN:
            raise Refused("withdrawn-for-good", about=self.person_id)
        if profile == self.profile:
            return self
        if self.state is Standing.TRAINED and profile.role is not self.profile.role:
            raise Refused("trained-already", about=self.person_id, role=self.profile.role)
        return replace(self, profile=profile).raising(
            ParticipantChanged(programme_id=self.programme_id, participant_id=self.id, profile=profile)
        )

    def trained(self) -> "Participant":
        """Has finished the training for the role; raises Refused after withdrawal."""
        if self.state is Standing.WITHDRAWN:
            raise Refused("withdrawn-before-training", about=self.person_id)
        if self.state is Standing.TRAINED:
            return self
        return replace(self, state=Standing.TRAINED).raising(
            ParticipantTrained(programme_id=self.programme_id, participant_id=self.id)
        )

    def withdrawn(self, because: Withdrawal) -> "Participant":
        """No longer takes part; the first reason given stands."""
        if self.state is Standing.WITHDRAWN:
            return self
        return replace(self, state=Standing.WITHDRAWN).raising(
            ParticipantWithdrawn(programme_id=self.programme_id, participant_id=self.id, because=because)
        )

    def erased(self, erasure_id: str) -> "Participant":
        """Everything about them is to be forgotten, everywhere; this record is deleted by whoever asks for it."""
        return self.raising(
            ParticipantErased(programme_id=self.programme_id, participant_id=self.id, erasure_id=erasure_id)
        )
