"""Matching's own picture of one participant: what rules look at, whom they met, and why they wait."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar, Self

from services.matching.rules import reasons
from services.matching.rules.candidate import Candidate
from shared.domain.aggregate import Aggregate
from shared.domain.shown import Shown
from shared.language.profile import Profile


@dataclass(frozen=True, kw_only=True)
class Member(Aggregate):
    """A participant. ``profile`` is None once everything about them was erased."""

    collection: ClassVar[str] = "members"
    about: ClassVar[tuple[str, ...]] = ("id", "person_id", "known_as")
    shown: ClassVar[Shown] = Shown(
        to_all=(
            "programme_id",
            "person_id",
            "known_as",
            "profile",
            "trained",
            "withdrawn",
            "pairs",
            "partners",
            "returning",
            "waiting_since",
            "waiting_because",
        ),
        to_themselves=("changed_at", "unserved_since"),
    )
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (
        ("person_id",),
        ("known_as",),
        ("programme_id", "withdrawn"),
        ("programme_id", "changed_at", "_id"),
        ("programme_id", "unserved_since"),
        ("programme_id", "waiting_since", "_id"),
    )

    programme_id: str
    person_id: str
    known_as: str | None = None
    """What the person's number gives today, where that is not ``person_id``."""
    profile: Profile | None
    trained: bool = False
    withdrawn: bool = False
    pairs: tuple[str, ...] = ()
    """Ids of the present pairs."""
    partners: tuple[str, ...] = ()
    """Participant ids of everybody they were ever paired with, now or before."""
    returning: bool = False
    """Whether their last pair ended before its time and nobody has come since: they come first."""
    waiting_since: datetime | None = None
    """When a round or the waiting list first found nobody for them, or their last pair ended: when the other stepped
    back, not when that was heard. None while paired."""
    waiting_because: reasons.Because = (reasons.NO_ROUND_YET,)
    """Why they have no partner; empty while paired."""
    changed_at: datetime | None = None
    """When anything the rules look at last changed: who keeps people in memory reads what changed since."""
    unserved_since: datetime | None = None
    """Since when the waiting list owes them a look for a partner; None when it has looked or there is no place."""

    @property
    def waits(self) -> bool:
        """Whether they take part and have no partner."""
        return not self.withdrawn and not self.pairs

    @property
    def room(self) -> int:
        """Partners they can still take."""
        if self.withdrawn or self.profile is None:
            return 0
        return max(0, self.profile.capacity - len(self.pairs))

    @property
    def queue(self) -> tuple[bool, bool, str, str]:
        """The place on the waiting list: returning first, then whoever waits longest; sorts ascending."""
        since = self.waiting_since
        return not self.returning, since is None, since.isoformat() if since else "", self.id

    def registered(self, person_id: str, profile: Profile, now: datetime) -> Self:
        """They take part, for the first time or again."""
        return replace(self, person_id=person_id, profile=profile, withdrawn=False)._seeking(now)

    def changed(self, profile: Profile, now: datetime) -> Self:
        """The profile is different from now on."""
        return replace(self, profile=profile)._seeking(now)

    def finished_training(self, now: datetime) -> Self:
        """The training for their role is done."""
        return replace(self, trained=True)._seeking(now)

    def steps_back(self, now: datetime) -> Self:
        """They no longer take part and wait for nothing."""
        gone = replace(self, withdrawn=True, returning=False, waiting_since=None, waiting_because=(reasons.WITHDRAWN,))
        return gone._seeking(now)

    def erased(self, now: datetime) -> Self:
        """Nothing is left but the id, so that a late event finds something to end at."""
        return replace(self.steps_back(now), person_id="", known_as=None, profile=None, trained=False, partners=())

    def paired(self, pair_id: str, partner_id: str, now: datetime) -> Self:
        """They have one partner more."""
        together = replace(
            self,
            pairs=(*self.pairs, pair_id),
            partners=(*self.partners, partner_id),
            returning=False,
            waiting_since=None,
            waiting_because=(),
        )
        return together._touched(now)

    def freed(self, pair_id: str, now: datetime, *, since: datetime) -> Self:
        """That pair has ended before its time, ``since`` then; the partner stays remembered."""
        left = replace(self, pairs=tuple(other for other in self.pairs if other != pair_id))
        if left.waits:
            left = replace(left, returning=True, waiting_since=since, waiting_because=(reasons.PAIR_ENDED,))
        return left._seeking(now)

    def seeks_again(self, now: datetime) -> Self:
        """The partner that was proposed to them is out of the question: the waiting list looks anew."""
        return self._seeking(now)

    def left_over(self, because: reasons.Because, now: datetime) -> Self:
        """A round or the waiting list found no partner for them."""
        return replace(self, waiting_since=self.waiting_since or now, waiting_because=because)

    def called(self, now: datetime) -> Self:
        """It is their turn on the waiting list; unchanged when it owes them nothing."""
        return replace(self, due_at=now) if self.unserved_since else self

    def put_off(self) -> Self:
        """The waiting list cannot look now; it will call them again."""
        return replace(self, due_at=None)

    def served(self) -> Self:
        """The waiting list has looked for a partner."""
        return replace(self, due_at=None, unserved_since=None)

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
            room=self.room,
            partners=frozenset(self.partners),
            waited_weeks=max(0, waited.days // 7) if waited else 0,
            alone=not self.pairs,
            returning=self.returning,
        )

    def _seeking(self, now: datetime) -> Self:
        """The waiting list looks anew for somebody with a free place."""
        return replace(self, unserved_since=now)._touched(now)

    def _touched(self, now: datetime) -> Self:
        """Something the rules look at has changed; without a free place there is nothing left to look for."""
        if self.room:
            return replace(self, changed_at=now)
        return replace(self, changed_at=now, unserved_since=None, due_at=None)
