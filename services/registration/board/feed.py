"""What just happened on the bus, kept by whom it happened to."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar, Self

from pydantic import AwareDatetime

from shared.domain.aggregate import Aggregate
from shared.domain.shown import Shown
from shared.language.matching import MatchingRoundCompleted, MatchingRoundProposed
from shared.language.streams import OfProgramme
from shared.language.values.value import Value

KEPT = 5
"""Happenings remembered of each programme, participant or pair."""


class Happening(Value):
    """One event: its name, when it happened, and the number a sentence about it needs."""

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
    shown: ClassVar[Shown] = Shown(
        to_all=("programme_id", "happenings", "latest_at"), to_nobody=("heard_at",), programme_wide=True
    )
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("programme_id", "latest_at"), ("programme_id", "heard_at"))

    programme_id: str
    happenings: tuple[Happening, ...] = ()
    """Newest first."""
    latest_at: datetime | None = None
    """When the newest happened."""
    heard_at: datetime | None = None
    """When one was last heard of: what comes late is no newer, and still is news to a page."""

    @classmethod
    def of_event(cls, event: OfProgramme) -> Self:
        """The empty feed of what the event is ordered by."""
        return cls(id=event.key, programme_id=event.programme_id)

    def telling(self, event: OfProgramme, happened_at: datetime, now: datetime) -> Self:
        """One more happening, which may have happened before those that are known; the oldest is forgotten."""
        one_more = Happening(event=type(event).__name__, at=happened_at, number=_number(event))
        happenings = sorted((one_more, *self.happenings), key=lambda each: each.at, reverse=True)
        return replace(self, happenings=tuple(happenings[:KEPT]), latest_at=happenings[0].at, heard_at=now)


def _number(event: OfProgramme) -> int | None:
    if isinstance(event, MatchingRoundCompleted | MatchingRoundProposed):
        return event.pairs
    number: int | None = getattr(event, "number", None)
    return number
