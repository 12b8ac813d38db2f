"""A programme's figures, told to the whole group: once an hour at most, and only when they have changed."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import ClassVar

from services.feedback.figures.summary import Summary
from shared.domain.aggregate import Aggregate
from shared.language.feedback import PairCounts, ProgrammeCounted, SessionCounts, count_id

EVERY = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Count(Aggregate):
    """What this region told last of one of its programmes; ``id`` is ``count_id(region, programme)``."""

    collection: ClassVar[str] = "counts"

    programme_id: str
    told: ProgrammeCounted | None = None

    @classmethod
    def beginning(cls, region: str, programme_id: str, now: datetime) -> "Count":
        """A programme that was just heard of; there is nothing to tell of it yet."""
        return cls(id=count_id(region, programme_id), programme_id=programme_id, due_at=now + EVERY)

    def counted(self, event: ProgrammeCounted, now: datetime) -> "Count":
        """Looked again: raises ProgrammeCounted when it is not what was told last."""
        again = replace(self, due_at=now + EVERY)
        return again if event == self.told else replace(again, told=event).raising(event)


def counted(region: str, summary: Summary) -> ProgrammeCounted:
    """The summary as it may leave the region: figures alone, and means only where they tell of nobody."""
    feeling, useful = summary.pulses.feeling, summary.pulses.useful
    return ProgrammeCounted(
        count_id=count_id(region, summary.programme_id),
        region=region,
        programme_id=summary.programme_id,
        pairs=PairCounts.model_validate(summary.pairs),
        sessions=SessionCounts.model_validate(summary.sessions),
        at_risk=summary.at_risk,
        recovered=summary.recovered,
        answered=summary.pulses.answered,
        feeling=None if feeling == "too few" else feeling,
        useful=None if useful == "too few" else useful,
    )
