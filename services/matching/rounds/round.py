"""A matching round: asked for, computed, proposed, approved pair by pair or as a whole, and told."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar, Self

from services.matching.markets.outcome import Progress
from services.matching.rounds.choices import Choices
from services.matching.rounds.report import Report, Tally
from services.matching.rules import reasons
from shared.domain.aggregate import Aggregate
from shared.domain.errors import Refused
from shared.language.matching import (
    MatchingRoundCancelled,
    MatchingRoundCompleted,
    MatchingRoundFailed,
    MatchingRoundProgressed,
    MatchingRoundProposed,
    RoundCancellation,
    RoundFailure,
)
from shared.language.terms import Approval, PairingRules, Terms

LEASE = timedelta(minutes=1)
"""After this long without a sign of life the round counts as lost with its process and is taken up again."""
KEPT_TRIAL = timedelta(days=90)
"""From its end on what a trial proposed can be looked at and compared; then it is deleted, and its figures stay."""
OTHER_ROUND_EVERY = timedelta(seconds=5)
"""Between two looks whether the programme's other round is done."""
LOSSES = 3
"""A round that was lost so often will not succeed."""


class RoundState(StrEnum):
    """Where a round is."""

    REQUESTED = "requested"
    RUNNING = "running"
    PROPOSED = "proposed"
    APPROVING = "approving"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"


OPEN = (RoundState.REQUESTED, RoundState.RUNNING, RoundState.PROPOSED, RoundState.APPROVING)
"""A round in one of these states can still form pairs."""
TO_COMPUTE, BEFORE_APPROVAL = OPEN[:2], OPEN[:3]
APPROVED = OPEN[3], RoundState.COMPLETED


@dataclass(frozen=True, kw_only=True)
class Round(Aggregate):
    """One matching round of one programme."""

    collection: ClassVar[str] = "rounds"
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (
        ("programme_id", "requested_at", "_id"),
        ("programme_id", "state"),
    )

    programme_id: str
    requested_at: datetime
    choices: Choices = field(default_factory=Choices)
    state: RoundState = RoundState.REQUESTED
    attempts: int = 0
    """Numbers whoever computed it: only the last may write what it found."""
    losses: int = 0
    """How many of them never came back."""
    progress: Progress | None = None
    """How far the last of them is known to be."""
    looked_at: datetime | None = None
    """It knows of nothing that happened later."""
    failure: RoundFailure | None = None
    report: Report | None = None
    """From the moment it proposes."""
    proposed: Tally = field(default_factory=Tally)
    formed: Tally = field(default_factory=Tally)
    unmatched: dict[str, int] = field(default_factory=dict)
    """Reason → number of people the proposals leave over; once completed, who waits indeed."""
    told_up_to: str = ""
    """While approving: the participant up to whom, by id, all who are left over know why."""
    ended_at: datetime | None = None
    forgotten: bool = False

    @property
    def is_over(self) -> bool:
        """Whether it will form no more pairs."""
        return self.state not in OPEN

    @property
    def says(self) -> bool:
        """Whether anybody may hear of it: not of a trial until it is approved."""
        return not self.choices.what_if or self.state in APPROVED

    @property
    def goes_on(self) -> bool:
        """Whether its proposals become pairs without a manager; known once it has been claimed."""
        pairing = self.choices.pairing
        return pairing is not None and pairing.approval is Approval.AUTOMATIC and not self.choices.what_if

    def terms(self, programme: Terms) -> Terms:
        """The programme's terms with this round's rules of pairing."""
        return programme.model_copy(update={"pairing": self.choices.pairing or programme.pairing})

    def ready(self, now: datetime) -> Self:
        """It can start now; unchanged once it has."""
        return replace(self, due_at=now) if self.state is RoundState.REQUESTED else self

    def wait(self, now: datetime) -> Self:
        """Another round of the programme is at work; look again later."""
        return replace(self, due_at=now + OTHER_ROUND_EVERY)

    def claimed(self, pairing: PairingRules, now: datetime) -> Self:
        """A worker takes it for the length of the lease; failed when too many have lost it.

        ``pairing``: the programme's rules, by which it goes from now on unless it was given its own.
        """
        losses = self.losses + (self.state is RoundState.RUNNING)
        if losses >= LOSSES:
            return self.failed(RoundFailure.WORKER_LOST, now)
        return replace(
            self,
            state=RoundState.RUNNING,
            attempts=self.attempts + 1,
            losses=losses,
            progress=None,
            looked_at=now,
            choices=replace(self.choices, pairing=self.choices.pairing or pairing),
        ).alive(now)

    def alive(self, now: datetime) -> Self:
        """Whoever works on it does so still."""
        return replace(self, due_at=now + LEASE)

    def at_work(self, progress: Progress | None, now: datetime) -> Self:
        """The same, and how far they are; raises MatchingRoundProgressed when that is news."""
        alive = self.alive(now)
        if progress is None or progress == self.progress:
            return alive
        told = MatchingRoundProgressed(**self._names(), stage=progress.stage, done=progress.done, of=progress.of)
        return replace(alive, progress=progress).raising(*([told] if self.says else []))

    def lost(self, now: datetime) -> Self:
        """The worker is gone; the round can be taken up at once."""
        return replace(self, due_at=now)

    def handed_back(self, now: datetime) -> Self:
        """Whoever works on it has to stop: the round can be taken up at once, and this is no loss."""
        return replace(self, state=RoundState.REQUESTED, progress=None, due_at=now)

    def found(self, report: Report, proposed: Tally, left_over: Iterable[reasons.Because], now: datetime) -> Self:
        """Its proposals are written: goes on by itself or waits for a manager; raises MatchingRoundProposed then."""
        found = replace(self, report=report, proposed=proposed, unmatched=reasons.count(left_over))
        if self.goes_on:
            return replace(found, state=RoundState.PROPOSED).approved(now)
        waits = replace(found, state=RoundState.PROPOSED, due_at=None)
        proposal = MatchingRoundProposed(
            **self._names(),
            pairs=proposed.pairs,
            people=proposed.people,
            total_score=proposed.total_score,
            gap=report.certificate.gap,
        )
        return waits.raising(proposal) if waits.says else waits

    def approved(self, now: datetime) -> Self:
        """Its proposals are to become pairs; unchanged when they do already, Refused when there are none."""
        if self.state in APPROVED:
            return self
        if self.state is not RoundState.PROPOSED:
            raise Refused("round-not-proposed", state=self.state)
        return replace(self, state=RoundState.APPROVING, unmatched={}, due_at=now)

    def forms(self, score: int, people: int) -> Self:
        """One of its proposals has become a pair, which gives so many people their first partner."""
        return replace(self, formed=self.formed.with_pair(score, people))

    def told(self, told: Iterable[reasons.Because], up_to: str) -> Self:
        """So many more of those left over know why."""
        counts = Counter(self.unmatched) + Counter(reasons.count(told))
        return replace(self, unmatched=dict(sorted(counts.items())), told_up_to=up_to)

    def completed(self, now: datetime) -> Self:
        """Every proposal is a pair or dropped; raises MatchingRoundCompleted."""
        done = replace(self, state=RoundState.COMPLETED, ended_at=now, due_at=None)
        return done.raising(
            MatchingRoundCompleted(
                **self._names(),
                pairs=self.formed.pairs,
                people=self.formed.people,
                most_possible=self.report.quality.most_possible if self.report else 0,
                total_score=self.formed.total_score,
                minimum_score=self.formed.minimum_score,
                gap=self.report.certificate.gap if self.report else 0,
                unmatched=self.unmatched,
            )
        )

    def failed(self, because: RoundFailure, now: datetime) -> Self:
        """It will not succeed; raises MatchingRoundFailed."""
        ended = self._ended(RoundState.FAILED, now)
        told = MatchingRoundFailed(**self._names(), because=because)
        return replace(ended, failure=because).raising(*([told] if self.says else []))

    def cancelled(self, now: datetime) -> Self:
        """A manager does not want it; raises MatchingRoundCancelled, or Refused when its pairs are being formed."""
        if self.state is RoundState.CANCELLED:
            return self
        if self.state not in BEFORE_APPROVAL:
            raise Refused("round-not-cancellable", state=self.state)
        return self._called_off(RoundState.CANCELLED, RoundCancellation.MANAGER, now)

    def superseded(self, now: datetime) -> Self:
        """Another round was approved instead; raises MatchingRoundCancelled. Unchanged unless it waits for approval."""
        if self.state is not RoundState.PROPOSED:
            return self
        return self._called_off(RoundState.SUPERSEDED, RoundCancellation.SUPERSEDED, now)

    def forgetting(self, participant_id: str) -> Self:
        """Somebody was erased: nothing is left of what was wrong with their record."""
        if self.report is None or participant_id not in self.report.left_out:
            return self
        return replace(self, report=self.report.without(participant_id))

    def swept(self) -> Self:
        """Over, and nothing it proposed is left standing; of a trial it is deleted one day."""
        return replace(self, due_at=self.ended_at + KEPT_TRIAL if self.ended_at and self.choices.what_if else None)

    def to_forget(self, now: datetime) -> bool:
        """Whether what this trial proposed has been kept for long enough."""
        return self.choices.what_if and self.ended_at is not None and self.ended_at + KEPT_TRIAL <= now

    def forgot(self) -> Self:
        """What it proposed is deleted."""
        return replace(self, forgotten=True, due_at=None)

    def _called_off(self, state: RoundState, because: RoundCancellation, now: datetime) -> Self:
        told = (MatchingRoundCancelled(**self._names(), because=because),) if self.says else ()
        return self._ended(state, now).raising(*told)

    def _ended(self, state: RoundState, now: datetime) -> Self:
        return replace(self, state=state, ended_at=now, due_at=now)  # what it proposed has to be dropped

    def _names(self) -> dict[str, Any]:
        return {"programme_id": self.programme_id, "round_id": self.id}
