"""What is kept of a round's outcome beside its pairs: the proof, how good it is, what was short, who was left out."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Self

from services.matching.markets.outcome import Certificate, LeftOver, Match, Outcome, Quality, Scarcity, Stage
from shared.domain.aggregate import Aggregate
from shared.domain.shown import Shown


@dataclass(frozen=True, kw_only=True)
class Tally:
    """Pairs, counted."""

    pairs: int = 0
    people: int = 0
    """Who gets a partner and had none."""
    total_score: int = 0
    minimum_score: int = 0
    """Of the lowest pair; 0 when there is none."""

    @classmethod
    def of(cls, matches: Iterable[Match], alone: frozenset[str]) -> Self:
        """Of proposals; ``alone`` are those who have no partner now."""
        pairs = list(matches)
        people = {person for match in pairs for person in (match.mentor_id, match.mentee_id)}
        tally = cls()
        for match in pairs:
            tally = tally.with_pair(match.score, 0)
        return replace(tally, people=len(people & alone))

    def with_pair(self, score: int, people: int) -> Self:
        """One pair more, which gives so many people their first partner."""
        return replace(
            self,
            pairs=self.pairs + 1,
            people=self.people + people,
            total_score=self.total_score + score,
            minimum_score=min(self.minimum_score, score) if self.pairs else score,
        )


@dataclass(frozen=True, kw_only=True)
class Report:
    """What the outcome says of the round as a whole; the pairs and the reasons are stored one by one."""

    certificate: Certificate
    quality: Quality
    scarcity: Scarcity
    left_out: dict[str, str]
    """Participant id → what is wrong with the record."""
    digest: str
    seconds: dict[Stage, float] = field(default_factory=dict)

    def without(self, participant_id: str) -> Self:
        """The same, and nothing of what was wrong with that record."""
        left_out = {who: what for who, what in self.left_out.items() if who != participant_id}
        return replace(self, left_out=left_out)

    @classmethod
    def of(cls, outcome: Outcome, left_out: dict[str, str]) -> Self:
        """``left_out``: records that could not be read, beside those the outcome names."""
        return cls(
            certificate=outcome.certificate,
            quality=outcome.quality,
            scarcity=outcome.scarcity,
            left_out=left_out | outcome.left_out,
            digest=outcome.digest,
            seconds=outcome.seconds,
        )


@dataclass(frozen=True, kw_only=True)
class Place(Aggregate):
    """Why a round left somebody over. Apart from the member, whom a trial must not touch."""

    collection: ClassVar[str] = "places"
    about: ClassVar[tuple[str, ...]] = ("participant_id",)
    shown: ClassVar[Shown] = Shown(
        to_managers=("round_id", "participant_id", "left_over"), to_nobody=("attempt",), programme_wide=True
    )
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("participant_id",),)

    round_id: str
    participant_id: str
    attempt: int
    """The round's attempt that found it; those of earlier ones do not count."""
    left_over: LeftOver


SLASH, AFTER_SLASH = "/", "0"
"""An id never holds a slash; the next character ends a round's places."""


def place_id(round_id: str, participant_id: str) -> str:
    """One place for each participant of a round."""
    return f"{round_id}{SLASH}{participant_id}"


def places_of(round_id: str, last: str = "") -> dict[str, Any]:
    """The question for the round's places after that participant's, by ``_id`` alone, which has an index."""
    return {"_id": {"$gt": place_id(round_id, last), "$lt": f"{round_id}{AFTER_SLASH}"}}


def places_after(round_id: str, attempt: int, last: str) -> dict[str, Any]:
    """The same, of the attempt that counts."""
    return {**places_of(round_id, last), "attempt": attempt}
