"""What could not be dealt with, kept byte for byte in a topic of its own."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from shared.language.envelope import Envelope, Origin, RawHeaders, Record, Undecodable, open_envelope
from shared.language.streams import Stream
from shared.language.topics import LARGEST_RECORD
from shared.store.rows import Row

ROOM = 64 * 1024
"""Bytes for what is added to a record, so that its dead letter is not too large for its own topic."""
REFUSED = "refused: "
"""Before the code and facts of a rule that said no; any other reason is a code and facts alone."""
LEFT_OUT = "dead-letter-left-out"
ADDED = {f"dead-letter-{what}" for what in ("reason", "service", "topic", "partition", "offset", "timestamp", "at")}
"""The headers that follow those of the record; that it was left out is said after them."""


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
        "dead-letter-timestamp": str(record.timestamp),
        "dead-letter-at": datetime.now(UTC).isoformat(timespec="milliseconds"),
    }
    fits = _size(record) <= LARGEST_RECORD - ROOM
    if not fits:
        because[LEFT_OUT] = "headers and value are too large to be kept twice"
    return Row(
        id=f"dead-{identity}",
        topic=Stream(record.topic).dead_letters,
        key=record.key,
        headers=[*(record.headers if fits else ()), *((name, value.encode()) for name, value in because.items())],
        value=record.value if fits else None,
        subject=envelope.subject if envelope else "",
        version=envelope.version if envelope else 0,
        at=now,
        dead_letter=True,
        reason=reason,
    )


def _size(record: Record) -> int:
    headers = sum(len(name) + len(value or b"") for name, value in record.headers)
    return len(record.key or b"") + len(record.value or b"") + headers


@dataclass(frozen=True)
class Letter:
    """A dead letter as this service keeps it: the record as it was, and what is known of it."""

    id: str
    at: datetime
    reason: str
    record: Record
    envelope: Envelope | None
    left_out: bool
    settled: str | None
    """``retried`` or ``dropped``; None while it is open."""
    settled_at: datetime | None
    subject: str
    version: int

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> Self:
        """As it stands in the outbox."""
        headers, because = _taken_apart([(name, value) for name, value in row["headers"]])
        partition, offset, timestamp = (int(because.get(f"dead-letter-{w}", 0)) for w in _NUMBERS)
        topic = because["dead-letter-topic"]
        record = Record(topic, partition, offset, timestamp, row["key"], row["value"], headers)
        envelope = _envelope(record)
        return cls(
            id=row["_id"],
            at=row["at"],
            reason=row.get("reason") or because["dead-letter-reason"],
            record=record,
            envelope=envelope,
            left_out=LEFT_OUT in because,
            settled=row.get("settled"),
            settled_at=row.get("settled_at") if row.get("settled") else None,
            subject=row["subject"],
            version=row["version"] or (envelope.version if envelope else 0),
        )

    @property
    def position(self) -> str:
        """What a consumer remembers its progress by."""
        return f"{self.record.topic}/{self.subject}"


_NUMBERS = ("partition", "offset", "timestamp")


def _taken_apart(headers: RawHeaders) -> tuple[RawHeaders, dict[str, str]]:
    """The record's own headers, and those that were added; the record's own may bear the same names."""
    added: dict[str, str] = {}
    ours = ADDED | {headers[-1][0]} & {LEFT_OUT}
    while headers and (last := headers[-1])[0] in ours and last[0] not in added:
        added[last[0]] = (last[1] or b"").decode(errors="replace")
        headers = headers[:-1]
    return headers, added


def _envelope(record: Record) -> Envelope | None:
    try:
        return open_envelope(record)
    except Undecodable:
        return None
