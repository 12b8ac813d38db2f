"""What feedback keeps of a programme: the terms it judges momentum by."""

from dataclasses import dataclass
from typing import ClassVar

from shared.domain.programme import AnyProgramme
from shared.language.registration import ProgrammeChanged, ProgrammeOpened


@dataclass(frozen=True, kw_only=True)
class Programme(AnyProgramme):
    """A programme as registration last described it; ``id`` is the programme id."""

    projection: ClassVar[bool] = True

    @classmethod
    def told_by(cls, event: ProgrammeOpened | ProgrammeChanged) -> "Programme":
        """The programme with the terms it has from now on."""
        return cls(id=event.programme_id, terms=event.terms)
