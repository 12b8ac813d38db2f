"""What could not be dealt with, kept byte for byte in a topic of its own."""

import hashlib
from datetime import UTC, datetime

from shared.envelope import Envelope, Origin, Record, Row
from shared.streams import Stream
from shared.topics import LARGEST_RECORD

ROOM = 64 * 1024
"""Bytes for what is added to a record, so that its dead letter is not too large for its own topic."""


def dead_letter(record: Record, envelope: Envelope | None, reason: str, origin: Origin, now: datetime) -> Row:
    """The record as it was, with why and where from; the same record gives the same row however often it comes.

    One that neither topic nor database can hold again is left where it is, and only pointed at.
    """
    where = f"{origin.service}|{record.topic}|{record.partition}|{record.offset}|{record.timestamp}".encode()
    identity = hashlib.sha256(where + b"|" + (record.key or b"") + b"|" + (record.value or b"")).hexdigest()
    because = {
        "dead-letter-reason": reason,
        "dead-letter-service": origin.service,
        "dead-letter-topic": record.topic,
        "dead-letter-partition": str(record.partition),
        "dead-letter-offset": str(record.offset),
        "dead-letter-at": datetime.now(UTC).isoformat(timespec="milliseconds"),
    }
    fits = _size(record) <= LARGEST_RECORD - ROOM
    if not fits:
        because["dead-letter-left-out"] = "headers and value are too large to be kept twice"
    return Row(
        id=f"dead-{identity}",
        topic=Stream(record.topic).dead_letters,
        key=record.key,
        headers=[*(record.headers if fits else ()), *((name, value.encode()) for name, value in because.items())],
        value=record.value if fits else None,
        subject=envelope.subject if envelope else "",
        version=0,
        at=now,
        dead_letter=True,
    )


def _size(record: Record) -> int:
    headers = sum(len(name) + len(value or b"") for name, value in record.headers)
    return len(record.key or b"") + len(record.value or b"") + headers
