"""What every service does when a participant is to be forgotten, beside forgetting what it keeps of its own.

What was said of them goes out of the outbox, so that a replay cannot bring them back: every event of the
participant becomes ParticipantErased. What is in the topics already cannot be changed: see docs/privacy-erasure.md.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from shared.domain.aggregate import Aggregate
from shared.domain.work import Unit
from shared.language.everybody import ErasureConfirmed
from shared.language.registration import ParticipantErased


@dataclass(frozen=True, kw_only=True)
class Erased(Aggregate):
    """A service's word that it has forgotten a participant."""

    collection: ClassVar[str] = "erased"

    participant_id: str
    service: str

    @classmethod
    def by(cls, service: str, event: ParticipantErased) -> "Erased":
        """Given for the first time; raises ErasureConfirmed."""
        said = ErasureConfirmed(
            confirmation_id=confirmation_id(service, event.participant_id),
            erasure_id=event.erasure_id,
            participant_id=event.participant_id,
            service=service,
        )
        receipt = cls(id=said.confirmation_id, participant_id=event.participant_id, service=service)
        return receipt.raising(said)


def confirmation_id(service: str, participant_id: str) -> str:
    """One confirmation a service and participant, however often it is asked for."""
    return f"{service}-{participant_id}"


async def forgotten(unit: Unit, participants: Iterable[str]) -> set[str]:
    """Those of them whom this service has forgotten: what is heard of them afterwards is not kept again."""
    service = unit.store.origin.service
    who = {confirmation_id(service, each): each for each in participants if each}
    return {who[each.id] for each in await unit.several(Erased, list(who))}


def receipts(service: str, participants: Iterable[str]) -> list[tuple[type[Aggregate], str]]:
    """What ``forgotten`` looks for."""
    return [(Erased, confirmation_id(service, each)) for each in participants if each]


async def confirm_erased(unit: Unit, event: ParticipantErased) -> None:
    """In this unit of work, scrub what was said of the participant, and confirm once that they are forgotten.

    Doing it again scrubs again: a database that was restored holds what the receipt in it does not know of.
    """
    service = unit.store.origin.service
    unit.unsay(event)
    if await unit.find(Erased, confirmation_id(service, event.participant_id)) is None:
        unit.save(Erased.by(service, event))
