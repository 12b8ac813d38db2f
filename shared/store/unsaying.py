"""Taking back what was said of somebody, so that a replay cannot bring them back.

What was in the outbox becomes another event, under its old id and version, because a reader counts versions. Copies
that waited or were dead go altogether.
"""

from typing import Any

from motor.motor_asyncio import AsyncIOMotorDatabase

from shared.language.streams import Event
from shared.store.documents import Document
from shared.store.transactions import Transaction


async def unsay(db: "AsyncIOMotorDatabase[Document]", instead: Event, transaction: Transaction) -> None:
    """Let the outbox and what is parked say no more of the event's subject, on its stream, than this event."""
    outbox, parked = db["outbox"], db["parked"]
    said = {"subject": instead.subject, "topic": instead.stream.value, "scrubbed": None}
    await outbox.update_many(said, [{"$set": _nothing_but(instead)}], session=transaction)
    unreadable = {"subject": "", "key": instead.key.encode()}
    dead = {"dead_letter": True, "$or": [{"subject": instead.subject}, unreadable]}
    await outbox.delete_many(dead, session=transaction)
    await parked.delete_many({"position": f"{instead.stream}/{instead.subject}"}, session=transaction)


def _nothing_but(event: Event) -> dict[str, Any]:
    """How an aggregation pipeline makes the row say nothing but that."""
    is_type = {"$eq": [{"$arrayElemAt": ["$$header", 0]}, "ce_type"]}
    renamed = {"$cond": [is_type, ["ce_type", {"$literal": event.type.encode()}], "$$header"]}
    return {
        "headers": {"$map": {"input": "$headers", "as": "header", "in": renamed}},
        "value": {"$literal": event.model_dump_json().encode()},
        "scrubbed": True,
    }
