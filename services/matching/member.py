"""Matching's own picture of one participant: what rules look at, whom they met, and why they wait."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar, Self

from services.matching import reasons
from services.matching.candidate import Candidate
from shared.aggregate import Aggregate
from shared.profile import Profile


@dataclass(frozen=True, kw_only=True)
class Member(Aggregate):
    """A participant. ``profile`` is None once everything about them was erased."""

    collection: ClassVar[str] = "members"
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("programme_id", "withdrawn"),)

    programme_id: str
    person_id: str
    profile: Profile | None
    trained: bool = False
    withdrawn: bool = False
    pairs: tuple[str, ...] = ()
    """Ids of the present pairs."""
    partners: tuple[str, ...] = ()
    """Participant ids of everybody they were ever paired with, now or before."""
    waiting_since: datetime | None = None
    """The end of the first round that left them over, or of their last pair; None while paired."""
    waiting_because: reasons.Because = (reasons.NO_ROUND_YET,)
    """Why they have no partner; empty while paired."""

    @property
    def waits(self) -> bool:
        """Whether they take part and have no partner."""
        return not self.withdrawn and not self.pairs

    def registered(self, person_id: str, profile: Profile) -> Self:
        """They take part, for the first time or again."""
        return replace(self, person_id=person_id, profile=profile, withdrawn=False)

    def changed(self, profile: Profile) -> Self:
        """The profile is different from now on."""
        return replace(self, profile=profile)

    def finished_training(self) -> Self:
        """The training for their role is done."""
        return replace(self, trained=True)

    def steps_back(self) -> Self:
        """They no longer take part and wait for nothing."""
        return replace(self, withdrawn=True, waiting_since=None, waiting_because=(reasons.WITHDRAWN,))

    def erased(self) -> Self:
        """Nothing is left but the id, so that a late event finds something to end at."""
        return replace(self.steps_back(), person_id="", profile=None, trained=False, partners=())

    def paired(self, pair_id: str, partner_id: str) -> Self:
        """They have one partner more."""
        return replace(
            self,
            pairs=(*self.pairs, pair_id),
            partners=(*self.partners, partner_id),
            waiting_since=None,
            waiting_because=(),
        )

    def freed(self, pair_id: str, now: datetime) -> Self:
        """That pair has ended before its time; the partner stays remembered."""
        left = replace(self, pairs=tuple(other for other in self.pairs if other != pair_id))
        if left.pairs or left.withdrawn:
            return left
        return replace(left, waiting_since=now, waiting_because=(reasons.PAIR_ENDED,))

    def left_over(self, because: reasons.Because, now: datetime) -> Self:
        """A round found no partner for them."""
        return replace(self, waiting_since=self.waiting_since or now, waiting_because=because)

    def candidate(self, now: datetime) -> Candidate | None:
        """What the rules look at; None for somebody who does not take part."""
        if self.withdrawn or self.profile is None:
            return None
        waited = now - self.waiting_since if self.waiting_since else None
        return Candidate(
            id=self.id,
            person_id=self.person_id,
            profile=self.profile,
            trained=self.trained,
            room=max(0, self.profile.capacity - len(self.pairs)),
            partners=frozenset(self.partners),
            waited_weeks=max(0, waited.days // 7) if waited else 0,
        )
