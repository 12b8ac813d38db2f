"""What sessions knows of a programme: its terms, and whether it is over."""

from dataclasses import dataclass
from typing import ClassVar, Self

from shared.aggregate import Aggregate
from shared.events import ProgrammeOpened
from shared.programme import Terms


@dataclass(frozen=True, kw_only=True)
class Programme(Aggregate):
    """A copy of what registration publishes."""

    collection: ClassVar[str] = "programmes"

    terms: Terms
    over: bool = False

    @classmethod
    def opened(cls, event: ProgrammeOpened) -> Self:
        """The first state."""
        return cls(id=event.programme_id, terms=event.terms)
