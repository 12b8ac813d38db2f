"""What goes in and out over HTTP, beside applications and reports of imports."""

from typing import Annotated

from pydantic import BaseModel, Field

from services.registration.participant import Participant, Standing
from services.registration.person import Person
from services.registration.programme import Programme, Stage
from shared.events import Withdrawal
from shared.profile import Profile
from shared.programme import Id, Terms


class NewProgramme(BaseModel):
    """A programme to be; the id is chosen by whoever makes it and stays in every address."""

    id: Id
    terms: Terms


class ProgrammeView(BaseModel):
    """A programme and how far it has come."""

    id: str
    state: Stage
    terms: Terms

    @classmethod
    def of(cls, programme: Programme) -> "ProgrammeView":
        return cls(id=programme.id, state=programme.state, terms=programme.terms)


class ParticipantView(BaseModel):
    """A participant with name and address: for themselves and for managers of their country."""

    participant_id: str
    programme_id: str
    person_id: str
    state: Standing
    name: str
    email: str
    profile: Profile

    @classmethod
    def of(cls, participant: Participant, person: Person) -> "ParticipantView":
        return cls(
            participant_id=participant.id,
            programme_id=participant.programme_id,
            person_id=participant.person_id,
            state=participant.state,
            name=person.name,
            email=person.email,
            profile=participant.profile,
        )


class Group(BaseModel):
    """The people who finished a training together."""

    participant_ids: Annotated[list[Id], Field(min_length=1, max_length=10_000)]


class Untrained(BaseModel):
    """Somebody of a group for whom no training was recorded, and why."""

    participant_id: str
    reason: str


class GroupReport(BaseModel):
    """What became of a group: newly trained, trained before, and refused."""

    trained: int = 0
    unchanged: int = 0
    refused: list[Untrained] = []


class Leaving(BaseModel):
    """Why somebody steps back; nobody is asked for more than the category."""

    because: Withdrawal = Withdrawal.OWN_WISH
