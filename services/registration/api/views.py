"""What goes in and out over HTTP, beside applications and reports of imports."""

from pydantic import BaseModel

from services.registration.people.participant import Participant, Standing
from services.registration.people.person import Person
from services.registration.programmes.programme import Programme, Stage
from shared.language.profile import Profile
from shared.language.registration import Withdrawal
from shared.language.terms import Id, Terms


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


class Leaving(BaseModel):
    """Why somebody steps back; nobody is asked for more than the category."""

    because: Withdrawal = Withdrawal.OWN_WISH
