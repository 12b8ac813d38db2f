"""What sessions knows of a programme: its terms, and whether it is over."""

from dataclasses import dataclass
from typing import ClassVar, Self

from shared.domain.programme import AnyProgramme
from shared.language.registration import ProgrammeOpened


@dataclass(frozen=True, kw_only=True)
class Programme(AnyProgramme):
    """A copy of what registration publishes."""

    projection: ClassVar[bool] = True
    over: bool = False

    @classmethod
    def opened(cls, event: ProgrammeOpened) -> Self:
        """The first state."""
        return cls(id=event.programme_id, terms=event.terms)
