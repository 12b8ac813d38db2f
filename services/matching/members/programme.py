"""Matching's own picture of a programme: its terms, whether it still runs, and which round it is busy with."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

from shared.domain.errors import Refused
from shared.domain.programme import AnyProgramme
from shared.language.terms import Terms


class ProgrammeState(StrEnum):
    """Whether people may still be paired."""

    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, kw_only=True)
class Programme(AnyProgramme):
    """A programme people are paired in."""

    state: ProgrammeState = ProgrammeState.OPEN
    busy_with: str = ""
    """The round that runs. It is kept here, so that two replicas cannot start two rounds of one programme."""

    def with_terms(self, terms: Terms) -> Self:
        """The terms are different from now on."""
        return replace(self, terms=terms)

    def closed(self) -> Self:
        """The programme is over."""
        return replace(self, state=ProgrammeState.CLOSED)

    def must_be_open(self) -> None:
        """Raises Refused once the programme is over."""
        if self.state is not ProgrammeState.OPEN:
            raise Refused("programme-over")

    def busy(self, round_id: str) -> Self:
        """That round has begun."""
        return replace(self, busy_with=round_id)

    def free_of(self, round_id: str) -> Self:
        """That round has ended; unchanged when another one runs."""
        return replace(self, busy_with="") if self.busy_with == round_id else self
