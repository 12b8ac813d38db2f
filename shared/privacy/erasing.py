"""What every service does when a participant is to be forgotten, beside forgetting what it keeps of its own.

What was said of them goes out of the outbox, so that a replay cannot bring them back: every event of the
participant becomes ParticipantErased, under its old id and version, because a reader counts versions. Copies that
waited or were dead go altogether. What is in the topics already cannot be changed: see docs/privacy-erasure.md.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar

from shared.domain.aggregate import Aggregate
from shared.domain.work import Unit
from shared.language.everybody import ErasureConfirmed
from shared.language.registration import ParticipantErased
from shared.language.streams import Stream
from shared.store.store import Store
from shared.store.transactions import Transaction


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


async def confirm_erased(unit: Unit, event: ParticipantErased) -> None:
    """In this unit of work, scrub what was said of the participant, and confirm once that they are forgotten.

    Doing it again scrubs again: a database that was restored holds what the receipt in it does not know of.
    """
    service = unit.store.origin.service
    unit.also(partial(_scrub, unit.store, event))
    if await unit.find(Erased, confirmation_id(service, event.participant_id)) is None:
        unit.save(Erased.by(service, event))


async def _scrub(store: Store, event: ParticipantErased, transaction: Transaction) -> None:
    outbox, parked = store.db["outbox"], store.db["parked"]
    said = {"subject": event.participant_id, "topic": Stream.PARTICIPANTS.value, "scrubbed": None}
    await outbox.update_many(said, [{"$set": _forgotten(event)}], session=transaction)
    unreadable = {"subject": "", "key": event.participant_id.encode()}
    dead = {"dead_letter": True, "$or": [{"subject": event.participant_id}, unreadable]}
    await outbox.delete_many(dead, session=transaction)
    await parked.delete_many({"position": f"{Stream.PARTICIPANTS}/{event.participant_id}"}, session=transaction)


def _forgotten(event: ParticipantErased) -> dict[str, Any]:
    """How an aggregation pipeline makes the row say nothing but that."""
    is_type = {"$eq": [{"$arrayElemAt": ["$$header", 0]}, "ce_type"]}
    renamed = {"$cond": [is_type, ["ce_type", {"$literal": event.type.encode()}], "$$header"]}
    return {
        "headers": {"$map": {"input": "$headers", "as": "header", "in": renamed}},
        "value": {"$literal": event.model_dump_json().encode()},
        "scrubbed": True,
    }
