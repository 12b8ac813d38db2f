"""What just happened on the bus, kept by whom it happened to."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar, Self

from pydantic import AwareDatetime

from shared.domain.aggregate import Aggregate
from shared.language.matching import MatchingRoundCompleted, MatchingRoundProposed
from shared.language.skills import Value
from shared.language.streams import OfProgramme

KEPT = 5
"""Happenings remembered of each programme, participant or pair."""


class Happening(Value):
    """One event: its name, when it was heard, and the number a sentence about it needs."""

    event: str
    at: AwareDatetime
    number: int | None = None


@dataclass(frozen=True, kw_only=True)
class Feed(Aggregate):
    """The latest happenings of one key of the bus: a programme, a participant or a pair.

    One feed per programme would be written by every replica at once; events of one key reach only one of them.
    """

    collection: ClassVar[str] = "board_feeds"
    about: ClassVar[tuple[str, ...]] = ("id",)
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("programme_id", "latest_at"),)

    programme_id: str
    happenings: tuple[Happening, ...] = ()
    """Newest first."""
    latest_at: datetime | None = None

    @classmethod
    def of_event(cls, event: OfProgramme) -> Self:
        """The empty feed of what the event is ordered by."""
        return cls(id=event.key, programme_id=event.programme_id)

    def telling(self, event: OfProgramme, now: datetime) -> Self:
        """One more happening; the oldest is forgotten."""
        happening = Happening(event=type(event).__name__, at=now, number=_number(event))
        return replace(self, happenings=(happening, *self.happenings)[:KEPT], latest_at=now)


def _number(event: OfProgramme) -> int | None:
    if isinstance(event, MatchingRoundCompleted | MatchingRoundProposed):
        return event.pairs
    number: int | None = getattr(event, "number", None)
    return number
