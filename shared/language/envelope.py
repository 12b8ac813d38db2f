"""CloudEvents 1.0 in Kafka's binary mode: attributes in headers, the event as plain JSON in the body.

Beside the standard attributes an event carries ``version`` (the how-manieth change of its subject it is, from 1)
and ``region``, as extensions.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import ValidationError

from shared.language import SPEAKERS
from shared.language.reasons import Failure
from shared.language.streams import REGISTRY, Event, Stream
from shared.language.values.accepted import ACCEPTED

RawHeaders = Sequence[tuple[str, bytes | None]]

LARGEST_EVENT = 256 * 1024
"""Bytes of a body above which an event is refused: no honest event comes near it."""
UNKNOWN = "unknown"
"""The label of every type and every source that we do not know, so that nobody can make labels up."""
MOST = 2**31 - 1
"""The highest version: what any database and any reader can hold."""


@dataclass(frozen=True)
class Origin:
    """Who says it, and where."""

    service: str
    region: str


class Undecodable(Failure):
    """The record is not an event; the facts never quote it."""


@dataclass(frozen=True, slots=True)
class Record:
    """A record as it stands in its topic."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    """Milliseconds since 1970, as the broker has it."""
    key: bytes | None
    value: bytes | None = field(repr=False)
    headers: RawHeaders


@dataclass(frozen=True, slots=True)
class Envelope:
    """What the headers say. ``type`` may be one this version does not know."""

    id: str
    type: str
    stream: Stream
    subject: str
    version: int
    time: datetime
    traceparent: str | None
    position: str
    """What a consumer remembers its progress by: stream and subject."""


def open_envelope(record: Record) -> Envelope:
    """Read the headers; raises Undecodable and nothing else."""
    raw = dict(record.headers)
    try:
        text = {name: (raw[name] or b"").decode() for name in _NEEDED}
        traceparent = (raw.get("traceparent") or b"").decode("ascii", "ignore") or None
        version, time = int(text["ce_version"]), datetime.fromisoformat(text["ce_time"])
    except KeyError as error:
        raise Undecodable("header-missing", name=str(error.args[0])) from None
    except UnicodeDecodeError:
        raise Undecodable("header-not-utf-8") from None
    except ValueError:
        raise Undecodable("headers-not-readable") from None
    if not (text["ce_specversion"] == "1.0" and all(text.values()) and 1 <= version <= MOST and _usable(time)):
        raise Undecodable("no-numbered-event")
    stream, subject = Stream(record.topic), text["ce_subject"]
    position = f"{stream.value}/{subject}"
    return Envelope(text["ce_id"], text["ce_type"], stream, subject, version, time, traceparent, position)


def source_of(record: Record) -> str:
    """The service it says it is from, or UNKNOWN."""
    said = dict(record.headers).get("ce_source") or b""
    name = said.decode("utf-8", "replace").rpartition("/")[2]
    return name if name in SPEAKERS else UNKNOWN


def _usable(time: datetime) -> bool:
    """Whether one can reckon with it; at the ends of the calendar one cannot."""
    return time.tzinfo is not None and 1970 <= time.year <= 9000


_NEEDED = ("ce_specversion", "ce_id", "ce_type", "ce_subject", "ce_version", "ce_time")


def open_event(record: Record, envelope: Envelope) -> Event | None:
    """Read the body; None when this version does not know the type; raises Undecodable and nothing else."""
    kind = REGISTRY.get(envelope.type)
    if kind is None:
        return None
    if len(record.value or b"") > LARGEST_EVENT:
        raise Undecodable("body-too-large", limit=LARGEST_EVENT)
    try:
        event = kind.model_validate_json(record.value or b"", context=ACCEPTED)
    except ValidationError as error:
        field, fault = _where(error)
        raise Undecodable("body-not-readable", field=field, fault=fault) from None
    if event.stream != envelope.stream or event.subject != envelope.subject:
        raise Undecodable("body-does-not-fit")
    return event


def _where(error: ValidationError) -> tuple[str, str]:
    """Which field is wrong and how, without what was in it."""
    first = error.errors(include_input=False, include_url=False, include_context=False)[0]
    return ".".join(str(part) for part in first["loc"]) or "body", first["type"]
