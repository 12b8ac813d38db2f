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
            raise Refused(f"The programme is {self.state} and does not open again; make a new one.")
        if self.terms.ends_on <= now.date():
            raise Refused(f"The programme's last day ({self.terms.ends_on}) has passed; change its dates first.")
        return replace(self, state=Stage.OPEN).raising(ProgrammeOpened(programme_id=self.id, terms=self.terms))

    def closed(self) -> "Programme":
        """Takes no more applications; raises Refused before it opened and after it ended."""
        if self.state is Stage.CLOSED:
            return self
        if self.state is not Stage.OPEN:
            raise Refused(f"The programme is {self.state}; only an open one can close its registration.")
        return replace(self, state=Stage.CLOSED).raising(RegistrationClosed(programme_id=self.id))

    def ended(self) -> "Programme":
        """Is over; raises Refused for a draft."""
        if self.state is Stage.ENDED:
            return self
        if self.state is Stage.DRAFT:
            raise Refused("The programme never opened, so there is nothing to end.")
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

    def must_take_applications(self) -> None:
        """Raises Refused unless somebody new may come in."""
        match self.state:
            case Stage.OPEN:
                return
            case Stage.DRAFT:
                raise Refused("The programme is a draft; open it before anybody applies.")
            case Stage.CLOSED:
                raise Refused("Registration is closed: nobody new can apply to this programme.")
            case Stage.ENDED:
                raise Refused("The programme has ended: nobody can apply to it.")

    def must_run(self) -> None:
        """Raises Refused unless the programme is open or closed for applications."""
        if self.state is Stage.DRAFT:
            raise Refused("The programme is a draft; open it first.")
        if self.state is Stage.ENDED:
            raise Refused("The programme has ended and no longer changes.")


def _keeps_promises(old: Terms, new: Terms, now: datetime) -> None:
    today = now.date()
    if new.starts_on != old.starts_on and old.starts_on <= today:
        raise Refused(f"The programme began on {old.starts_on}; its first day no longer changes.")
    if new.ends_on != old.ends_on and new.ends_on < today:
        raise Refused(f"The new last day ({new.ends_on}) has passed; end the programme instead.")
    gone = [country for country in old.countries if country not in new.countries]
    if gone:
        raise Refused(f"People may have applied from {', '.join(gone)}; countries can be added, not taken away.")
