"""What registration says: of programmes, and of those who take part."""

from enum import StrEnum
from typing import ClassVar

from shared.language.profile import Profile
from shared.language.streams import OfProgramme, Stream
from shared.language.terms import Id, Terms


class _Programme(OfProgramme):
    abstract: ClassVar[bool] = True
    stream = Stream.PROGRAMMES
    subject_field = key_field = "programme_id"


class ProgrammeOpened(_Programme):
    """A programme takes applications from now on."""

    terms: Terms


class ProgrammeChanged(_Programme):
    """The terms are different from now on."""

    terms: Terms


class RegistrationClosed(_Programme):
    """Nobody can apply any more."""


class ProgrammeClosed(_Programme):
    """The programme is over."""


class _Participant(OfProgramme):
    abstract: ClassVar[bool] = True
    stream = Stream.PARTICIPANTS
    subject_field = key_field = "participant_id"

    participant_id: Id


class ParticipantRegistered(_Participant):
    """Somebody takes part. ``person_id`` is the same in every programme."""

    person_id: Id
    profile: Profile


class ParticipantIdentified(_Participant):
    """The participant's employee number gives another id than ``person_id``, which an earlier version made of it: who
    brings that id is the same person."""

    known_as: Id


class ParticipantChanged(_Participant):
    """The profile is different from now on (an own correction, or a change in HR's data)."""

    profile: Profile


class ParticipantTrained(_Participant):
    """The training for the participant's role is done."""


class Withdrawal(StrEnum):
    """Why somebody steps back; nobody is asked for more than the category."""

    OWN_WISH = "own-wish"
    LEFT_COMPANY = "left-company"
    MANAGER = "manager"


class ParticipantWithdrawn(_Participant):
    """Somebody no longer takes part."""

    because: Withdrawal


class ParticipantErased(_Participant):
    """Everything about this participant is to be forgotten."""

    erasure_id: Id | None = None
    """What confirmations of it name."""
