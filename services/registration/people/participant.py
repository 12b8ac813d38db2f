"""Somebody's part in one programme: applied → trained → withdrawn."""

from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import blake2b
from typing import ClassVar

from shared.domain.aggregate import Aggregate
from shared.domain.errors import Refused
from shared.domain.shown import Shown
from shared.language.profile import Profile
from shared.language.registration import (
    ParticipantChanged,
    ParticipantErased,
    ParticipantIdentified,
    ParticipantRegistered,
    ParticipantTrained,
    ParticipantWithdrawn,
    Withdrawal,
)
from shared.language.terms import Role, Terms


class Standing(StrEnum):
    """How far a participant has come."""

    APPLIED = "applied"
    TRAINED = "trained"
    WITHDRAWN = "withdrawn"


def has_to_train(state: Standing, role: Role, terms: Terms) -> bool:
    """Whether nobody looks for a partner for them until they are trained."""
    return state is Standing.APPLIED and terms.pairing.training.is_for(role)


def participant_id(programme_id: str, person_id: str) -> str:
    """One id for one person in one programme, so that applying twice meets the same participant."""
    return blake2b(f"{programme_id}\0{person_id}".encode(), digest_size=16).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Participant(Aggregate):
    """One person's part in one programme; a step taken twice changes nothing."""

    collection: ClassVar[str] = "participants"
    about: ClassVar[tuple[str, ...]] = ("id", "person_id", "known_as")
    shown: ClassVar[Shown] = Shown(
        to_all=("programme_id", "person_id", "known_as", "profile", "state", "of_hr", "entered")
    )
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (
        ("programme_id", "state", "profile.role", "profile.country"),
        ("programme_id", "profile.country", "_id"),
        ("person_id", "programme_id"),
        ("known_as",),
        ("profile.managers",),
    )

    programme_id: str
    person_id: str
    known_as: str | None = None
    """What the person's number gives today, where that is not ``person_id``."""
    profile: Profile
    state: Standing = Standing.APPLIED
    of_hr: bool = False
    """Whether country, unit and grade are as HR has said them."""
    entered: bool = False
    """Whether whoever manages them has brought them in, and not they themselves."""

    @classmethod
    def registered(
        cls, programme_id: str, person_id: str, profile: Profile, *, of_hr: bool = False, entered: bool = False
    ) -> "Participant":
        """Takes part from now on."""
        identity = participant_id(programme_id, person_id)
        participant = cls(
            id=identity,
            programme_id=programme_id,
            person_id=person_id,
            profile=profile,
            of_hr=of_hr,
            entered=entered,
        )
        return participant.raising(
            ParticipantRegistered(
                programme_id=programme_id, participant_id=identity, person_id=person_id, profile=profile
            )
        )

    def described(self, profile: Profile, *, of_hr: bool = False) -> "Participant":
        """With that profile; raises Refused after withdrawal, and for another role once trained."""
        if self.state is Standing.WITHDRAWN:
            raise Refused("withdrawn-for-good", about=self.person_id)
        if profile is self.profile or profile == self.profile:
            return replace(self, of_hr=True) if of_hr and not self.of_hr else self
        if self.state is Standing.TRAINED and profile.role is not self.profile.role:
            raise Refused("trained-already", about=self.person_id, role=self.profile.role)
        return replace(self, profile=profile, of_hr=of_hr or self.of_hr).raising(
            ParticipantChanged(programme_id=self.programme_id, participant_id=self.id, profile=profile)
        )

    def identified(self, known_as: str) -> "Participant":
        """Is found by this id too."""
        if known_as == self.known_as:
            return self
        return replace(self, known_as=known_as).raising(
            ParticipantIdentified(programme_id=self.programme_id, participant_id=self.id, known_as=known_as)
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
