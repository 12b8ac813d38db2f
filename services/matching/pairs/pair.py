"""A mentor and a mentee who are proposed to each other, are together, or were."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar, Self

from services.matching.markets.outcome import Alternative
from shared.domain.aggregate import Aggregate
from shared.domain.errors import Refused
from shared.domain.shown import Shown
from shared.language.matching import (
    Criterion,
    PairCompleted,
    PairDeclined,
    PairDissolved,
    PairFormed,
    PairProposed,
    PairRechecked,
    Parting,
)


class PairState(StrEnum):
    """Where a pair is in its life."""

    PROPOSED = "proposed"
    FORMED = "formed"
    DROPPED = "dropped"
    """Proposed, and never made."""
    DECLINED = "declined"
    DISSOLVED = "dissolved"
    COMPLETED = "completed"


MADE = [state.value for state in PairState if state not in (PairState.PROPOSED, PairState.DROPPED)]
"""States of pairs that are or were together. Proposals are for managers alone."""


class NotMade(StrEnum):
    """Why a proposal came to nothing."""

    SUPERSEDED = "superseded"
    """Another proposal was approved instead."""
    REFUSED = "refused"
    """A manager said no."""
    CHANGED_MEANWHILE = "changed-meanwhile"
    """When it was approved, a hard rule no longer held or somebody had no place left."""
    OVER = "over"
    """The programme ended first."""


@dataclass(frozen=True, kw_only=True)
class Pair(Aggregate):
    """Two participants put together by a round or from the waiting list, with what each rule gave them."""

    collection: ClassVar[str] = "pairs"
    about: ClassVar[tuple[str, ...]] = ("mentor_id", "mentee_id")
    shown: ClassVar[Shown] = Shown(
        to_all=(
            "programme_id",
            "round_id",
            "mentor_id",
            "mentee_id",
            "score",
            "criteria",
            "locked",
            "teaches",
            "hands_down",
            "state",
            "formed_at",
            "declinable_until",
            "because",
            "not_made",
            "broken",
        ),
        to_managers=("countries", "mentors_alternative", "mentees_alternative"),
        once={"state": {"$in": MADE}},
    )
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (
        ("programme_id", "state", "round_id"),
        ("programme_id", "state", "_id"),
        ("round_id", "state", "_id"),
        ("broken",),
    )

    programme_id: str
    round_id: str | None
    """None: from the waiting list."""
    mentor_id: str
    mentee_id: str
    countries: tuple[str, str]
    """The mentor's and the mentee's when the pair was proposed."""
    score: int
    criteria: tuple[Criterion, ...]
    locked: bool = False
    """Whether a manager put them together."""
    teaches: tuple[str, ...] = ()
    """Topics the mentor brings to the mentee, the most valuable first."""
    hands_down: tuple[str, ...] = ()
    """Topics the mentee brings to the mentor, the most valuable first."""
    mentors_alternative: Alternative | None = None
    mentees_alternative: Alternative | None = None
    state: PairState = PairState.PROPOSED
    formed_at: datetime | None = None
    declinable_until: datetime | None = None
    """Until then either of the two may decline without blame; None when the programme knows no such days."""
    because: Parting | None = None
    """Why it ended before its time."""
    not_made: NotMade | None = None
    """Why it was dropped."""
    broken: tuple[str, ...] = ()
    """Hard rules that a change in somebody's data has broken since, in the rules' order."""

    def proposed(self, says: bool) -> Self:
        """Suggested, to be approved; raises PairProposed when ``says`` (a what-if is nobody's business yet)."""
        if not says:
            return self
        proposal = PairProposed(**self._parties(), round_id=self.round_id, score=self.score, criteria=self.criteria)
        return self.raising(proposal)

    def approved(self, now: datetime, decline_within_days: int) -> Self:
        """The pair begins; raises PairFormed, or Refused unless it is proposed."""
        if self.state is not PairState.PROPOSED:
            raise Refused("nothing-to-approve")
        until = now + timedelta(days=decline_within_days) if decline_within_days else None
        formed = replace(self, state=PairState.FORMED, formed_at=now, declinable_until=until)
        return formed.raising(
            PairFormed(**self._parties(), round_id=self.round_id, score=self.score, criteria=self.criteria)
        )

    def dropped(self, because: NotMade = NotMade.SUPERSEDED) -> Self:
        """The proposal came to nothing; unchanged when it is no proposal."""
        if self.state is not PairState.PROPOSED:
            return self
        return replace(self, state=PairState.DROPPED, not_made=because)

    def declined(self, now: datetime) -> Self:
        """One of the two says no, nobody learns which; raises PairDeclined and PairDissolved, or Refused."""
        if self.state is not PairState.FORMED:
            raise Refused("nothing-to-decline")
        if self.declinable_until is None or now > self.declinable_until:
            raise Refused("days-to-decline-over")
        ended = replace(self, state=PairState.DECLINED, because=Parting.DECLINED)
        return ended.raising(
            PairDeclined(**self._parties()), PairDissolved(**self._parties(), because=Parting.DECLINED)
        )

    def dissolved(self, because: Parting) -> Self:
        """The pair ends before its time; raises PairDissolved, or Refused when it is not together."""
        if self.state is not PairState.FORMED:
            raise Refused("nothing-to-dissolve")
        ended = replace(self, state=PairState.DISSOLVED, because=because)
        return ended.raising(PairDissolved(**self._parties(), because=because))

    def completed(self) -> Self:
        """The programme is over and they are still together; a proposal is dropped, all else stays as it is."""
        if self.state is not PairState.FORMED:
            return self.dropped(NotMade.OVER)
        return replace(self, state=PairState.COMPLETED).raising(PairCompleted(**self._parties()))

    def rechecked(self, broken: tuple[str, ...]) -> Self:
        """Somebody's data changed; raises PairRechecked when other rules are broken than before."""
        if self.state is not PairState.FORMED or broken == self.broken:
            return self
        return replace(self, broken=broken).raising(PairRechecked(**self._parties(), broken=broken))

    def emptied(self) -> Self:
        """One of the two was erased: that they were a pair and its score stay, what they brought to it goes."""
        return replace(
            self,
            criteria=(),
            teaches=(),
            hands_down=(),
            mentors_alternative=None,
            mentees_alternative=None,
            broken=(),
        )

    def _parties(self) -> dict[str, Any]:
        return {
            "programme_id": self.programme_id,
            "pair_id": self.id,
            "mentor_id": self.mentor_id,
            "mentee_id": self.mentee_id,
        }
