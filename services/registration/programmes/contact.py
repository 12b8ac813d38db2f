"""Whom a programme writes to of itself: managers are known by what they sign in with, and not by an address."""

from datetime import UTC, date, datetime, time
from hashlib import blake2b
from typing import Annotated, Self

from pydantic import Field

from services.registration.programmes.addresses import Email
from shared.language.terms import Terms
from shared.language.values.figures import TRUTH
from shared.language.values.languages import Language
from shared.language.values.same import same
from shared.language.values.value import Value
from shared.language.values.zones import TimeZone, zone_of, zones_in

MOST_CONTACTS = 5


class Told(Value):
    """One address, and when and how whoever reads it is written to."""

    email: Email = Field(repr=False)
    language: Language
    time_zone: TimeZone
    weekly: Annotated[bool, TRUTH] = True
    """Whether they want the figures of every week."""


class Contact(Told):
    """The same, as one programme keeps it."""

    id: str
    """A keyed hash of the address, as people's are of their numbers: nobody without the key can test guesses."""

    @classmethod
    def of(cls, told: Told, programme_id: str, key: str) -> Self:
        """An address has one id in a programme, however it is written, and another in each other programme."""
        said = f"{programme_id}\0{same(told.email)}".encode()
        digest = blake2b(said, key=key.encode()[: blake2b.MAX_KEY_SIZE], digest_size=16, person=b"contact")
        return cls(**dict(told), id=digest.hexdigest())

    def country_in(self, terms: Terms) -> str:
        """Whose holidays are theirs: the programme's country that their clock is of."""
        here = (each for each in terms.countries if self.time_zone in zones_in(each))
        return next(here, terms.countries[0])

    def day_of(self, moment: datetime) -> date:
        """Their date then."""
        return moment.astimezone(zone_of(self.time_zone)).date()

    def begin_of(self, day: date) -> datetime:
        """When that day begins for them."""
        return datetime.combine(day, time(), zone_of(self.time_zone)).astimezone(UTC)
