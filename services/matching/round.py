"""A matching round: asked for, computed once, and told."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Literal, Self

from services.matching import reasons
from shared.aggregate import Aggregate
from shared.events import MatchingRequested, MatchingRoundCompleted

LEASE = timedelta(minutes=5)
"""After this long without a result the round counts as lost with its worker and is taken up again."""

PATIENCE = timedelta(seconds=5)
"""Between two looks whether the programme's other round is done."""

ATTEMPTS = 3
"""A round that was lost so often will not succeed."""


class RoundState(StrEnum):
    """Where a round is."""

    REQUESTED = "requested"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Request(Aggregate):
    """Somebody asked for a round. Apart from the round, because each numbers the events of its own stream."""

    collection: ClassVar[str] = "requests"

    programme_id: str

    def made(self, by: Literal["manager", "schedule"]) -> Self:
        """Raises MatchingRequested."""
        return self.raising(MatchingRequested(programme_id=self.programme_id, round_id=self.id, by=by))


@dataclass(frozen=True, kw_only=True)
class Round(Aggregate):
    """One matching round of one programme."""

    collection: ClassVar[str] = "rounds"
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("programme_id", "requested_at"),)

    programme_id: str
    requested_at: datetime
    state: RoundState = RoundState.REQUESTED
    attempts: int = 0
    ended_at: datetime | None = None
    failure: str = ""
    """Why it failed, for people."""
    digest: str = ""
    """SHA-256 of snapshot and result."""
    pairs: int = 0
    total_score: int = 0
    unmatched: dict[str, int] = field(default_factory=dict)
    """Reason → number of people."""

    @property
    def is_over(self) -> bool:
        """Whether it has ended, well or not."""
        return self.state in (RoundState.COMPLETED, RoundState.FAILED)

    def ready(self, now: datetime) -> Self:
        """It can start now; unchanged once it has."""
        return replace(self, due_at=now) if self.state is RoundState.REQUESTED else self

    def wait(self, now: datetime) -> Self:
        """Another round of the programme runs; look again later."""
        return replace(self, due_at=now + PATIENCE)

    def claimed(self, now: datetime) -> Self:
        """A worker takes it for the length of the lease; failed when too many have lost it."""
        if self.attempts >= ATTEMPTS:
            return self.failed("The computation broke off several times.", now)
        return replace(self, state=RoundState.RUNNING, attempts=self.attempts + 1, due_at=now + LEASE)

    def lost(self, now: datetime) -> Self:
        """The worker is gone; the round can be taken up at once."""
        return replace(self, due_at=now)

    def failed(self, failure: str, now: datetime) -> Self:
        """It will not succeed; ``failure`` says why, to people."""
        return replace(self, state=RoundState.FAILED, failure=failure, ended_at=now, due_at=None)

    def completed(
        self, *, digest: str, scores: Iterable[int], left_over: Iterable[reasons.Because], now: datetime
    ) -> Self:
        """It is done; raises MatchingRoundCompleted."""
        points = list(scores)
        done = replace(
            self,
            state=RoundState.COMPLETED,
            digest=digest,
            pairs=len(points),
            total_score=sum(points),
            unmatched=reasons.count(left_over),
            ended_at=now,
            due_at=None,
        )
        return done.raising(
            MatchingRoundCompleted(
                programme_id=self.programme_id,
                round_id=self.id,
                pairs=done.pairs,
                total_score=done.total_score,
                unmatched=done.unmatched,
            )
        )
