"""Which programmes and rounds a manager may decide about: those of whose every country they are a manager.

Whoever manages one of the countries sees its people: who waits, and who is paired.
"""

from dataclasses import dataclass
from typing import Annotated, Self

from fastapi import Depends

from services.matching.members.programme import Programme, ProgrammeState
from services.matching.rounds.round import BEFORE_APPROVAL, TO_COMPUTE, Round, RoundState
from shared.domain.work import Unit
from shared.language.terms import Approval, Id
from shared.web.access import Caller, Manager
from shared.web.dependencies import Database
from shared.web.lists.managed import Managing, about


@dataclass(frozen=True)
class Desk(Managing[Programme]):
    """A programme, and who decides about it."""

    @property
    def is_open(self) -> bool:
        """Whether people may still be paired."""
        return self.programme.state is ProgrammeState.OPEN

    @property
    def asks(self) -> bool:
        """Whether nobody is paired before a manager says so."""
        return self.programme.terms.pairing.approval is Approval.MANAGER


@dataclass(frozen=True)
class Seen:
    """A round, on the desk of its programme."""

    desk: Desk
    found: Round

    @classmethod
    async def of(cls, caller: Caller, unit: Unit, round_id: str) -> Self:
        """Raises Absent or Forbidden, as of its programme."""
        found = await unit.get(Round, round_id)
        return cls(await Desk.whole(caller, unit, Programme, found.programme_id), found)

    @property
    def is_approvable(self) -> bool:
        """Whether it waits for a manager."""
        return self.found.state is RoundState.PROPOSED and self.desk.is_open

    @property
    def pairs(self) -> int | None:
        """How many it proposes; None until it has looked."""
        return None if self.found.state in TO_COMPUTE else self.found.proposed.pairs

    @property
    def left_over(self) -> int | None:
        """How many it leaves over; None until it has looked, and while that changes with every pair it forms."""
        return None if self.is_at_work else sum(self.found.unmatched.values())

    @property
    def is_cancellable(self) -> bool:
        """Whether it can be called off."""
        return self.found.state in BEFORE_APPROVAL

    @property
    def is_comparable(self) -> bool:
        """Whether its result is known."""
        return self.found.report is not None and not self.found.forgotten

    @property
    def is_at_work(self) -> bool:
        """Whether there is something new to see soon."""
        return not self.found.is_over and self.found.state is not RoundState.PROPOSED


async def _seen(round_id: Id, caller: Manager, store: Database) -> Seen:
    return await Seen.of(caller, store.unit(), round_id)


OfProgramme = Annotated[Desk, about(Desk.whole, Programme)]
PartOfProgramme = Annotated[Desk, about(Desk.partly, Programme)]
OfRound = Annotated[Seen, Depends(_seen)]
