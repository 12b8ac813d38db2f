"""A programme's life: draft → open → closed for applications → ended, and what may still change on the way."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from shared.domain.aggregate import Aggregate
from shared.domain.errors import Refused
from shared.language.registration import ProgrammeChanged, ProgrammeClosed, ProgrammeOpened, RegistrationClosed
from shared.language.terms import Terms


class Stage(StrEnum):
    """How far a programme has come."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"
    """Runs, and takes no more applications."""
    ENDED = "ended"


@dataclass(frozen=True, kw_only=True)
class Programme(Aggregate):
    """One programme. The other services hear of it from ``opened`` on; a step taken twice changes nothing."""

    collection: ClassVar[str] = "programmes"

    terms: Terms
    state: Stage = Stage.DRAFT

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
        """Is over; raises Refused for a draft."""
        if self.state is Stage.ENDED:
            return self
        if self.state is Stage.DRAFT:
            raise Refused("programme-never-opened")
        return replace(self, state=Stage.ENDED).raising(ProgrammeClosed(programme_id=self.id))

    def with_terms(self, terms: Terms, now: datetime) -> "Programme":
        """Other terms from now on; raises Refused for a change that would break a promise already made."""
        if terms == self.terms:
            return self
        if self.state is Stage.DRAFT:
            return replace(self, terms=terms)
        self.must_run()
        _keeps_promises(self.terms, terms, now)
        return replace(self, terms=terms).raising(ProgrammeChanged(programme_id=self.id, terms=terms))

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
