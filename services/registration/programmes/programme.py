"""A programme's life: draft → open → closed for applications → ended, and what may still change on the way."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.registration.programmes.contact import Contact
from shared.domain.errors import Refused
from shared.domain.programme import AnyProgramme
from shared.language.registration import ProgrammeChanged, ProgrammeClosed, ProgrammeOpened, RegistrationClosed
from shared.language.terms import Terms

CONTACTS_STAY = timedelta(days=30)
"""After the last day of a programme that nobody ends: it may still be moved, and then they are told again."""


class Stage(StrEnum):
    """How far a programme has come."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"
    """Runs, and takes no more applications."""
    ENDED = "ended"


@dataclass(frozen=True, kw_only=True)
class Programme(AnyProgramme):
    """One programme. The other services hear of it from ``opened`` on; a step taken twice changes nothing."""

    state: Stage = Stage.DRAFT
    contacts: tuple[Contact, ...] = field(default=(), repr=False)
    """Who is told how it goes; they stand here alone, in no event, and for no longer than they may be told."""

    def is_known_to(self, covers: Callable[[str], bool]) -> bool:
        """Whether somebody may know of it who manages these countries: what was opened everybody may."""
        return self.state is not Stage.DRAFT or any(map(covers, self.terms.countries))

    def is_over(self, now: datetime) -> bool:
        """Whether it was ended, or its last day has passed."""
        return self.state is Stage.ENDED or self.terms.ends_on < now.date()

    def is_long_over(self, now: datetime) -> bool:
        """Whether its last day is so long past that its contacts are let go."""
        return self.terms.ends_on < (now - CONTACTS_STAY).date()

    def opened(self, now: datetime) -> "Programme":
        """Takes applications from now on; raises Refused once it was closed or when its last day has passed."""
        if self.state is Stage.OPEN:
            return self
        if self.state is not Stage.DRAFT:
            raise Refused("does-not-open-again", state=self.state)
        if self.terms.ends_on <= now.date():
            raise Refused("last-day-has-passed", ends_on=self.terms.ends_on)
        return replace(self, state=Stage.OPEN).raising(ProgrammeOpened(programme_id=self.id, terms=self.terms))

    def closed(self) -> "Programme":
        """Takes no more applications; raises Refused before it opened and after it ended."""
        if self.state is Stage.CLOSED:
            return self
        if self.state is not Stage.OPEN:
            raise Refused("registration-not-open", state=self.state)
        return replace(self, state=Stage.CLOSED).raising(RegistrationClosed(programme_id=self.id))

    def ended(self) -> "Programme":
        """Is over, and nobody is told of it any more; raises Refused for a draft."""
        if self.state is Stage.ENDED:
            return self
        if self.state is Stage.DRAFT:
            raise Refused("programme-never-opened")
        return replace(self, state=Stage.ENDED, contacts=()).raising(ProgrammeClosed(programme_id=self.id))

    def with_terms(self, terms: Terms, now: datetime) -> "Programme":
        """Other terms from now on; raises Refused for a change that would break a promise already made."""
        if terms == self.terms:
            return self
        if self.state is Stage.DRAFT:
            return replace(self, terms=terms)
        self.must_run()
        _keeps_promises(self.terms, terms, now)
        return replace(self, terms=terms).raising(ProgrammeChanged(programme_id=self.id, terms=terms))

    def told_to(self, contacts: Iterable[Contact]) -> "Programme":
        """Tells these how it goes, each address once, and nobody else."""
        once = {each.id: each for each in contacts}
        return replace(self, contacts=tuple(once.values()))

    def telling(self, contacts: Iterable[Contact], now: datetime) -> "Programme":
        """The same, of a programme that runs or will; raises Refused for one that keeps no contacts any more."""
        if self.state is Stage.ENDED:
            raise Refused("programme-has-ended")
        if self.is_long_over(now):
            raise Refused("last-day-has-passed", ends_on=self.terms.ends_on)
        return self.told_to(contacts)

    def contact(self, identity: str) -> Contact | None:
        """The contact of that id, if it still is one."""
        return next((each for each in self.contacts if each.id == identity), None)

    def without_figures(self, contact: Contact) -> "Programme":
        """That contact is told no figures any more."""
        quiet = contact.model_copy(update={"weekly": False})
        return replace(self, contacts=tuple(quiet if each == contact else each for each in self.contacts))

    def must_take_applications(self, of: str | None = None) -> None:
        """Raises Refused unless somebody new may come in: the person of that id."""
        match self.state:
            case Stage.OPEN:
                return
            case Stage.DRAFT:
                raise Refused("applications-of-a-draft", about=of)
            case Stage.CLOSED:
                raise Refused("registration-is-closed")
            case Stage.ENDED:
                raise Refused("applications-after-the-end")

    def must_run(self) -> None:
        """Raises Refused unless the programme is open or closed for applications."""
        if self.state is Stage.DRAFT:
            raise Refused("programme-is-a-draft")
        if self.state is Stage.ENDED:
            raise Refused("programme-has-ended")


def _keeps_promises(old: Terms, new: Terms, now: datetime) -> None:
    today = now.date()
    if new.starts_on != old.starts_on and old.starts_on <= today:
        raise Refused("programme-has-begun", starts_on=old.starts_on)
    if new.ends_on != old.ends_on and new.ends_on < today:
        raise Refused("new-last-day-has-passed", ends_on=new.ends_on)
    gone = [country for country in old.countries if country not in new.countries]
    if gone:
        raise Refused("countries-taken-away", countries=gone)
