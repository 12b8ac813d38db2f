"""A mentor and a mentee who are, or were, together."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Self

from shared.aggregate import Aggregate
from shared.errors import Refused
from shared.events import Criterion, PairCompleted, PairDissolved, PairFormed, Parting


class PairState(StrEnum):
    """Where a pair is in its life."""

    FORMED = "formed"
    DISSOLVED = "dissolved"
    COMPLETED = "completed"


@dataclass(frozen=True, kw_only=True)
class Pair(Aggregate):
    """Two participants put together by a round, with what each rule gave them."""

    collection: ClassVar[str] = "pairs"
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("programme_id", "state"),)

    programme_id: str
    round_id: str
    mentor_id: str
    mentee_id: str
    countries: tuple[str, str]
    """The mentor's and the mentee's when the pair was formed."""
    score: int
    criteria: tuple[Criterion, ...]
    formed_at: datetime
    state: PairState = PairState.FORMED
    because: Parting | None = None

    def formed(self) -> Self:
        """The pair begins; raises PairFormed."""
        return self.raising(
            PairFormed(
                programme_id=self.programme_id,
                pair_id=self.id,
                mentor_id=self.mentor_id,
                mentee_id=self.mentee_id,
                round_id=self.round_id,
                score=self.score,
                criteria=self.criteria,
            )
        )

    def dissolved(self, because: Parting) -> Self:
        """The pair ends before its time; raises PairDissolved, or Refused when it has ended already."""
        if self.state is not PairState.FORMED:
            raise Refused("This pair has ended already; there is nothing left to dissolve.")
        ended = replace(self, state=PairState.DISSOLVED, because=because)
        return ended.raising(
            PairDissolved(
                programme_id=self.programme_id,
                pair_id=self.id,
                mentor_id=self.mentor_id,
                mentee_id=self.mentee_id,
                because=because,
            )
        )

    def completed(self) -> Self:
        """The programme is over and they are still together; unchanged when they are not."""
        if self.state is not PairState.FORMED:
            return self
        done = replace(self, state=PairState.COMPLETED)
        return done.raising(
            PairCompleted(
                programme_id=self.programme_id, pair_id=self.id, mentor_id=self.mentor_id, mentee_id=self.mentee_id
            )
        )
