"""Events as the outbox keeps them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pymongo import InsertOne, UpdateOne
from uuid_utils import uuid7

from shared.domain.errors import Refused
from shared.language.envelope import Origin, RawHeaders, Record, Undecodable, open_envelope, open_event
from shared.language.streams import Event
from shared.telemetry.tracing import next_traceparent


@dataclass(frozen=True, slots=True)
class Row:
    """An event as the outbox keeps it: exactly the bytes that go to the topic."""

    id: str
    topic: str
    key: bytes | None
    headers: RawHeaders
    value: bytes | None = field(repr=False)
    subject: str
    version: int
    at: datetime
    dead_letter: bool = False
    reason: str = ""
    """Why it could not be dealt with, in a dead letter."""

    def write(self) -> InsertOne[dict[str, Any]] | UpdateOne:
        """How it gets into the outbox.

        A dead letter that comes again is kept once, with its newest reason; one that was retried is open again.
        """
        if self.dead_letter:
            first = {"$mergeObjects": [{"$literal": self._document()}, "$$ROOT", {"reason": {"$literal": self.reason}}]}
            again = {"$cond": [{"$eq": ["$settled", "retried"]}, "$$REMOVE", "$settled"]}
            return UpdateOne({"_id": self.id}, [{"$replaceWith": first}, {"$set": {"settled": again}}], upsert=True)
        return InsertOne({"_id": self.id, **self._document()})

    def _document(self) -> dict[str, Any]:
        return {
            "topic": self.topic,
            "key": self.key,
            "headers": [list(header) for header in self.headers],
            "value": self.value,
            "subject": self.subject,
            "version": self.version,
            "at": self.at,
            "dead_letter": self.dead_letter,
            "published_at": None,
        }


def row_of(event: Event, *, version: int, origin: Origin, now: datetime, traceparent: str = "") -> Row:
    """What the outbox keeps of an event that was decided, in that trace or the present one; ids sort by time.

    Raises Refused for what its readers could not read: else one's own words would be everybody's dead letter.
    """
    row = _row_of(event, version, origin, now, traceparent or next_traceparent())
    record = Record(row.topic, 0, 0, 0, row.key, row.value, row.headers)
    try:
        open_event(record, open_envelope(record))
    except Undecodable as error:
        raise Refused("cannot-be-told", event=event.type, why=error.reason.code) from error
    return row


def _row_of(event: Event, version: int, origin: Origin, now: datetime, traceparent: str) -> Row:
    identity = str(uuid7())
    headers = {
        "ce_specversion": "1.0",
        "ce_id": identity,
        "ce_type": event.type,
        "ce_source": f"/telemachus/{origin.region}/{origin.service}",
        "ce_subject": event.subject,
        "ce_time": now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "ce_version": str(version),
        "ce_region": origin.region,
        "content-type": "application/json",
        "traceparent": traceparent,
    }
    return Row(
        id=identity,
        topic=event.stream.value,
        key=event.key.encode(),
        headers=[(name, value.encode()) for name, value in headers.items()],
        value=event.model_dump_json().encode(),
        subject=event.subject,
        version=version,
        at=now,
    )
