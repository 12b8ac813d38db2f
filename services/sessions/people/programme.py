"""What sessions knows of a programme: its terms, and whether it is over."""

from dataclasses import dataclass
from typing import ClassVar, Self

from shared.domain.aggregate import Aggregate
from shared.language.registration import ProgrammeOpened
from shared.language.terms import Terms


@dataclass(frozen=True, kw_only=True)
class Programme(Aggregate):
    """A copy of what registration publishes."""

    projection: ClassVar[bool] = True
    collection: ClassVar[str] = "programmes"

    terms: Terms
    over: bool = False

    @classmethod
    def opened(cls, event: ProgrammeOpened) -> Self:
        """The first state."""
        return cls(id=event.programme_id, terms=event.terms)
