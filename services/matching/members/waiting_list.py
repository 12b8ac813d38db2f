"""The waiting list as stored: from the first completed round on, whoever becomes free is served without another."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import ClassVar, Self

from services.matching.members.member import Member
from shared.domain.aggregate import Aggregate
from shared.domain.work import Unit

AGAIN = timedelta(minutes=1)
"""Between two looks for people who should have been called and were not: a round ran, or the list began just then."""
UNTIL_NEXT_LOOK = timedelta(seconds=5)
"""Between two looks whether the round at work has ended."""


@dataclass(frozen=True, kw_only=True)
class WaitingList(Aggregate):
    """It exists once a round of the programme was completed; ``id`` is the programme's."""

    collection: ClassVar[str] = "waiting_lists"

    since: datetime
    """Whoever became free later was not in the last completed round."""
    forbidden: tuple[tuple[str, str], ...] = ()
    """Mentor and mentee ids that a manager keeps apart."""

    def after_round(self, since: datetime, forbidden: tuple[tuple[str, str], ...]) -> Self:
        """Another round was completed, of people as they were at that time or later."""
        return replace(self, since=since, forbidden=forbidden)

    def calls(self, now: datetime) -> Self:
        """People are called now."""
        return replace(self, due_at=now)

    def calls_later(self, now: datetime) -> Self:
        """Nobody is to be called for a while."""
        return replace(self, due_at=now + AGAIN)

    def waits_for_round(self, now: datetime) -> Self:
        """A round is at work: what it leaves over is not known yet."""
        return replace(self, due_at=now + UNTIL_NEXT_LOOK)

    def closed(self) -> Self:
        """Nobody is called any more."""
        return replace(self, due_at=None)


async def save_seeking(unit: Unit, member: Member) -> None:
    """Store a member something has changed for, and call them at once where there is a waiting list."""
    exists = await unit.find(WaitingList, member.programme_id)
    unit.save(member.called(unit.now) if exists else member)
