"""The erasure of a person: asked for once, complete when every service has confirmed it for every participation."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from hashlib import blake2b
from typing import ClassVar

from shared.domain.aggregate import Aggregate
from shared.domain.people import PersonIds
from shared.domain.pieces import chunks
from shared.domain.work import Store
from shared.language import SPEAKERS

CONFIRMING = SPEAKERS
"""The services that have to confirm: all there are."""


class ErasureState(StrEnum):
    """How far it has come."""

    WAITING = "waiting"
    COMPLETE = "complete"


def erasure_id(person_id: str) -> str:
    """The same for the same person, so that it is found again when nothing else of them is known."""
    return f"erasure-{blake2b(person_id.encode(), digest_size=12, person=b'erasure').hexdigest()}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Awaited:
    """A confirmation that has not come yet."""

    participant_id: str
    service: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Confirmed:
    """A service has forgotten what was asked of it, the last of it at that time by its own clock."""

    service: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Erasure(Aggregate):
    """One person's erasure. Once complete it names nobody, but keeps the person from being taken in again.

    ``id`` is ``erasure_id`` of the person.
    """

    collection: ClassVar[str] = "erasures"
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("state", "requested_at", "_id"), ("requested_at", "_id"))

    requested_at: datetime
    state: ErasureState = ErasureState.COMPLETE
    awaited: tuple[Awaited, ...] = ()
    confirmed: tuple[Confirmed, ...] = ()
    """By time, also of services that have more to forget: words of one service come in any order."""
    countries: tuple[str, ...] = ()
    """Where they took part: whose managers may ask how far it is. Empty where that is not known any more."""
    participations: int = 0
    completed_at: datetime | None = None

    @classmethod
    def of(cls, person_id: str, now: datetime) -> "Erasure":
        """Asked for just now; complete at once unless something is to be erased."""
        return cls(id=erasure_id(person_id), requested_at=now, completed_at=now)

    @property
    def waiting_for(self) -> tuple[str, ...]:
        """The services that have not confirmed everything yet, by name."""
        return tuple(sorted({each.service for each in self.awaited}))

    @property
    def receipt(self) -> tuple[Confirmed, ...]:
        """Who has forgotten everything, by time."""
        return tuple(each for each in self.confirmed if each.service not in self.waiting_for)

    def asking(self, participant_ids: Iterable[str], countries: Iterable[str] = ()) -> "Erasure":
        """Every service is asked to forget these participants too, of these countries; unchanged when they are none."""
        more = [Awaited(participant_id=each, service=name) for each in participant_ids for name in CONFIRMING]
        if not more:
            return self
        return replace(
            self,
            state=ErasureState.WAITING,
            awaited=(*self.awaited, *more),
            confirmed=(),
            countries=tuple(sorted({*self.countries, *countries})),
            participations=self.participations + len(more) // len(CONFIRMING),
            completed_at=None,
        )

    def confirming(self, participant_id: str, service: str, at: datetime) -> "Erasure":
        """That service forgot that participant then; unchanged when this was not waited for (any more)."""
        left = tuple(each for each in self.awaited if (each.participant_id, each.service) != (participant_id, service))
        if left == self.awaited:
            return self
        by_service = {each.service: each.at for each in self.confirmed}
        by_service[service] = max(at, by_service.get(service, at))
        told = [Confirmed(service=name, at=when) for name, when in by_service.items()]
        told.sort(key=lambda each: (each.at, each.service))
        state, completed_at = (self.state, None) if left else (ErasureState.COMPLETE, told[-1].at)
        return replace(self, awaited=left, confirmed=tuple(told), state=state, completed_at=completed_at)


async def erased_of(store: Store, people: Iterable[PersonIds]) -> set[str]:
    """Who of these people was erased, under any of their ids.

    Whoever takes somebody in has to have read the person before: an erasure that comes in between deletes the person.
    """
    by_erasure = {erasure_id(one): each.id for each in people for one in (each.id, *each.ids)}
    found = [await store.ids(Erasure, {"_id": {"$in": ids}}) for ids in chunks(by_erasure)]
    return {by_erasure[identity] for ids in found for identity in ids}
