"""The erasure of a person: asked for once, complete when every service has confirmed it for every participation."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from hashlib import blake2b
from typing import ClassVar

from shared.domain.aggregate import Aggregate
from shared.domain.errors import Refused
from shared.domain.work import Unit
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
    """A service has forgotten all that was asked of it, at that time."""

    service: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Erasure(Aggregate):
    """One person's erasure. Once complete it names nobody, but keeps the person from being taken in again.

    ``id`` is ``erasure_id`` of the person.
    """

    collection: ClassVar[str] = "erasures"
    indexes: ClassVar[tuple[tuple[str, ...], ...]] = (("state", "requested_at"),)

    requested_at: datetime
    state: ErasureState = ErasureState.COMPLETE
    awaited: tuple[Awaited, ...] = ()
    confirmed: tuple[Confirmed, ...] = ()
    """By time; the receipt."""
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

    def asking(self, participant_ids: Iterable[str]) -> "Erasure":
        """Every service is asked to forget these participants too; unchanged when they are none."""
        more = [Awaited(participant_id=each, service=name) for each in participant_ids for name in CONFIRMING]
        if not more:
            return self
        return replace(
            self,
            state=ErasureState.WAITING,
            awaited=(*self.awaited, *more),
            confirmed=(),
            participations=self.participations + len(more) // len(CONFIRMING),
            completed_at=None,
        )

    def confirming(self, participant_id: str, service: str, now: datetime) -> "Erasure":
        """That service has forgotten that participant; unchanged when this was not waited for (any more)."""
        left = tuple(each for each in self.awaited if (each.participant_id, each.service) != (participant_id, service))
        if left == self.awaited:
            return self
        told = replace(self, awaited=left)
        if service not in told.waiting_for:
            told = replace(told, confirmed=(*told.confirmed, Confirmed(service=service, at=now)))
        return told if left else replace(told, state=ErasureState.COMPLETE, completed_at=now)


async def must_not_be_erased(unit: Unit, person_id: str) -> None:
    """Raises Refused for somebody who was erased, so that no import brings them back."""
    if await unit.find(Erasure, erasure_id(person_id)) is not None:
        raise Refused("data-were-erased", about=person_id)
