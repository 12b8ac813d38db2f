"""Whoever a letter is to: somebody who takes part, a contact of a programme, or an address that is all that is left."""

from dataclasses import dataclass, field
from typing import Self

from services.registration.notices.letter import Address
from services.registration.people.participant import Participant
from services.registration.people.person import Person
from services.registration.programmes.contact import Contact
from services.registration.programmes.programme import Programme
from shared.domain.working.days import Calendar
from shared.language.profile import WorkingHours
from shared.language.values.zones import UTC


@dataclass(frozen=True, kw_only=True)
class Reader:
    """One of them, as the letter needs to know them."""

    id: str
    """Of the participant, or the contact."""
    person_id: str = ""
    """Whose letters of a week are counted together."""
    name: str = field(default="", repr=False)
    email: str = field(repr=False)
    languages: tuple[str, ...]
    """That they read, the one they read most first."""
    calendar: Calendar
    fewer: bool = False
    """Whether they want none but letters that are owed to them."""
    participant: Participant | None = None

    @classmethod
    def of(cls, participant: Participant, person: Person) -> Self:
        """Somebody who takes part: the language they have chosen comes before those they talk in."""
        profile = participant.profile
        return cls(
            id=participant.id,
            person_id=person.id,
            name=person.name,
            email=person.email,
            languages=((person.language,) if person.language else ()) + profile.languages,
            calendar=Calendar(profile.country, profile.time_zone, profile.working_hours),
            fewer=person.fewer_letters,
            participant=participant,
        )

    @classmethod
    def of_contact(cls, contact: Contact, programme: Programme) -> Self:
        """A contact of that programme, who works as most people do."""
        return cls(
            id=contact.id,
            email=contact.email,
            languages=(contact.language,),
            calendar=Calendar(contact.country_in(programme.terms), contact.time_zone, WorkingHours()),
            fewer=not contact.weekly,
        )

    @classmethod
    def of_address(cls, identity: str, to: Address) -> Self:
        """Somebody of whom nothing else is known: when they work does not matter."""
        return cls(
            id=identity,
            name=to.name,
            email=to.email,
            languages=(to.language,),
            calendar=Calendar("", UTC, WorkingHours()),
        )
