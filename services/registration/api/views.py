"""What goes in and out over HTTP, beside applications and reports of imports."""

from typing import Annotated, Any

from pydantic import BaseModel, Field

from services.registration.people.enrolment import Enrolled, Note
from services.registration.people.participant import Participant, Standing
from services.registration.people.person import Person
from services.registration.programmes.contact import MOST_CONTACTS, Told
from services.registration.programmes.programme import Programme, Stage
from shared.language.profile import Profile
from shared.language.registration import Withdrawal
from shared.language.terms import Id, Terms
from shared.language.values.lists import AtMost
from shared.language.values.value import Sent
from shared.web.dependencies import Explain


class NewProgramme(Sent):
    """A programme to be; the id is chosen by whoever makes it and stays in every address."""

    id: Id
    terms: Terms


class Contacts(Sent):
    """Who is told how a programme goes."""

    contacts: Annotated[tuple[Told, ...], AtMost(MOST_CONTACTS)]


class ContactsView(BaseModel):
    """The same, as it is kept."""

    contacts: list[Told]

    @classmethod
    def of(cls, programme: Programme) -> "ContactsView":
        return cls(contacts=list(programme.contacts))


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
    name: str = Field(repr=False)
    email: str = Field(repr=False)
    profile: Profile
    from_hr: list[str]
    """The fields that HR has said, here or in the profile; what anybody else says of them does not count."""

    @classmethod
    def of(cls, participant: Participant, person: Person) -> "ParticipantView":
        return cls(**cls._facts(participant, person))

    @staticmethod
    def _facts(participant: Participant, person: Person) -> dict[str, Any]:
        return {
            "participant_id": participant.id,
            "programme_id": participant.programme_id,
            "person_id": participant.person_id,
            "state": participant.state,
            "name": person.name,
            "email": person.email,
            "profile": participant.profile,
            "from_hr": [
                *(("name", "email") if person.hr else ()),
                *(("country", "unit", "grade") if participant.of_hr else ()),
                *(("managers",) if participant.profile.managers else ()),
            ],
        }


class NoteView(BaseModel):
    """An answer that was not taken; ``reason`` says why in words."""

    field: str
    reason: str
    code: str
    facts: dict[str, Any] = Field(repr=False)

    @classmethod
    def of(cls, note: Note, explain: Explain) -> "NoteView":
        return cls(field=note.field, reason=explain(note.reason), code=note.reason.code, facts=note.reason.plain_facts)


class ApplicationView(ParticipantView):
    """What came of an application."""

    not_taken: list[NoteView]

    @classmethod
    def told(cls, enrolled: Enrolled, explain: Explain) -> "ApplicationView":
        notes = [NoteView.of(note, explain) for note in enrolled.notes]
        return cls(**cls._facts(enrolled.participant, enrolled.person), not_taken=notes)


class Leaving(Sent):
    """Why somebody steps back; nobody is asked for more than the category."""

    because: Withdrawal = Withdrawal.OWN_WISH
