"""What operators ask of a running service, and let it do. The command line is built on this.

Every answer is about the whole service, whichever of its replicas gives it, but for what says «here».
"""

import base64
from datetime import datetime
from typing import Annotated, Any, Literal

import structlog
from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict

from shared.access import Caller, allow
from shared.connection import group_of
from shared.dead_letters import Letter
from shared.errors import Refused
from shared.lag import group_lag
from shared.operations import Parts
from shared.running import Running
from shared.streams import Stream

log = structlog.get_logger()

Operator = Annotated[Caller, allow("operator")]
router = APIRouter(prefix="/operations", tags=["operations"])


class StreamLag(BaseModel):
    """How far the whole group is behind in one stream; ``partitions`` are those held here."""

    stream: str
    messages: int
    seconds: float
    """Since the oldest event that waits was written; 0 when none does."""
    partitions: int


class Lag(BaseModel):
    """How far the consumer group is behind."""

    service: str
    region: str
    group: str
    assigned: bool
    """Whether the group has given this replica partitions."""
    streams: list[StreamLag]


@router.get("/lag")
async def lag(running: Parts, _: Operator) -> Lag:
    """What waits for the consumer group, at all its replicas together."""
    name, held = running.service.name, running.bus.held
    waiting = await group_lag(running.settings, name, running.bus.streams)
    return Lag(
        service=name,
        region=running.settings.region,
        group=group_of(name),
        assigned=running.bus.assigned,
        streams=[
            StreamLag(stream=stream.value, messages=w.messages, seconds=w.seconds, partitions=held[stream.value])
            for stream, w in waiting.items()
        ],
    )


class OutboxView(BaseModel):
    """What was decided here, and how much of it is published; ``published`` is estimated."""

    pending: int
    oldest_pending_at: datetime | None
    published: int
    oldest_kept_at: datetime | None
    """Since when events can be said again from here."""
    relay_here: bool
    """Whether this replica is the one that publishes at the moment."""


@router.get("/outbox")
async def outbox(running: Parts, _: Operator) -> OutboxView:
    """What waits to be published, and since when."""
    box = running.outbox
    pending = await box.pending()
    return OutboxView(
        pending=pending,
        oldest_pending_at=await box.oldest_pending(),
        published=max(0, await box.kept() - pending),
        oldest_kept_at=await box.oldest_kept(),
        relay_here=await box.leads(),
    )


class Replay(BaseModel):
    """What is to be said again: of one stream or all, decided from ``since`` on and before ``until``."""

    model_config = ConfigDict(extra="forbid")

    stream: str | None = None
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    dry_run: bool = False


class Replayed(BaseModel):
    """How many events are said again, or would be."""

    events: int


@router.post("/replay")
async def replay(asked: Replay, running: Parts, _: Operator) -> Replayed:
    """Say again what this service has said. Consumers that had it do not mind."""
    says = sorted({event.stream.value for event in running.service.says})
    if asked.stream is not None and asked.stream not in says:
        raise Refused(f"This service does not say «{asked.stream}». It says: {', '.join(says)}.")
    if asked.since and asked.until and asked.since >= asked.until:
        raise Refused("«since» is not before «until», so nothing lies between them. Swap them or leave one out.")
    events = await running.outbox.replay(asked.stream, asked.since, asked.until, dry_run=asked.dry_run)
    if not asked.dry_run:
        _did(running, "replay", stream=asked.stream or "all", events=events)
    return Replayed(events=events)


class LetterView(BaseModel):
    """One dead letter. Type, subject and version are null when its headers cannot be read."""

    id: str
    at: datetime
    stream: str
    partition: int
    offset: int
    type: str | None
    subject: str | None
    version: int | None
    reason: str
    size: int
    """Bytes of the body that are kept."""
    left_out: bool
    """Whether it was too large to be kept."""
    settled: str | None
    settled_at: datetime | None


class LetterInFull(LetterView):
    """One dead letter with all that was in it; the body is text or, when it is none, base64."""

    headers: list[tuple[str, str]]
    body: str | None
    body_base64: str | None


class Letters(BaseModel):
    """The oldest of them, and how many there are in all."""

    dead_letters: list[LetterView]
    total: int


@router.get("/dead-letters")
async def dead_letters(
    running: Parts, _: Operator, settled: bool = False, limit: Annotated[int, Query(ge=1, le=1000)] = 100
) -> Letters:
    """What could not be dealt with here: what is open, or with ``settled`` what was retried or dropped."""
    found, total = await running.desk.letters(settled=settled, limit=limit)
    return Letters(dead_letters=[LetterView(**_view(letter)) for letter in found], total=total)


@router.get("/dead-letters/{letter_id}")
async def dead_letter(letter_id: str, running: Parts, _: Operator) -> LetterInFull:
    """One of them with its headers and body, as they were."""
    letter = await running.desk.letter(letter_id)
    body, encoded = _body(letter.record.value)
    headers = [(name, (value or b"").decode(errors="replace")) for name, value in letter.record.headers]
    return LetterInFull(**_view(letter), headers=headers, body=body, body_base64=encoded)


class Retried(BaseModel):
    """What became of it: handled, parked, duplicate, stale, …, or a dead letter again."""

    outcome: str
    reason: str | None = None


@router.post("/dead-letters/{letter_id}/retry", response_model_exclude_none=True)
async def retry(letter_id: str, running: Parts, _: Operator) -> Retried:
    """Deal with it as if it came now; what waited for it goes on at once. When it dies again it stays open."""
    dealt = await running.desk.retry(letter_id)
    _did(running, "retry", dead_letter=letter_id, outcome=dealt.outcome)
    return Retried(outcome=dealt.outcome, reason=dealt.reason or None)


class Dropped(BaseModel):
    """How many events that waited for it went on."""

    outcome: str = "dropped"
    freed: int


@router.post("/dead-letters/{letter_id}/drop")
async def drop(letter_id: str, running: Parts, _: Operator) -> Dropped:
    """Move on without it, for good."""
    freed = await running.desk.drop(letter_id)
    _did(running, "drop", dead_letter=letter_id, freed=freed)
    return Dropped(freed=freed)


class Resumed(BaseModel):
    """Until when poison goes to the dead letters instead of stopping the consumer."""

    until: datetime


@router.post("/consumer/resume")
async def resume(running: Parts, _: Operator) -> Resumed:
    """Let consumers that stopped at a poisoned stream go on, with the poison in the dead letters."""
    until = await running.inbox.poison.accept()
    _did(running, "resume")
    return Resumed(until=until)


class RebuildView(BaseModel):
    """How far a rebuild is. ``replaced`` counts documents that were wrong or missing, ``removed`` those too many."""

    state: Literal["running", "done", "failed"]
    read: int
    """Events; ``of`` so many."""
    of: int
    replaced: int
    unchanged: int
    removed: int
    passes: int
    began_at: datetime
    ended_at: datetime | None
    reason: str | None
    """Why it failed, and what to do."""


class ProjectionView(BaseModel):
    """Documents that nothing but events changes, and the last rebuild of them."""

    name: str
    documents: int
    rebuild: RebuildView | None


class ProjectionsView(BaseModel):
    """All of this service."""

    projections: list[ProjectionView]


@router.get("/projections")
async def projections(running: Parts, _: Operator) -> ProjectionsView:
    """What can be worked out anew from the topics, and how far that is."""
    return ProjectionsView.model_validate({"projections": await running.projections.all()})


@router.post("/projections/{name}/rebuild", status_code=202)
async def rebuild(name: str, running: Parts, _: Operator) -> ProjectionView:
    """Work it out anew, while the service goes on."""
    begun = await running.projections.rebuild(name)
    _did(running, "rebuild", projection=name)
    return ProjectionView.model_validate(begun)


def _did(running: Running, action: str, **what: Any) -> None:
    running.telemetry.operator_actions.labels(action).inc()
    log.info("operator", action=action, **what)


def _view(letter: Letter) -> dict[str, Any]:
    record, envelope = letter.record, letter.envelope
    return {
        "id": letter.id,
        "at": letter.at,
        "stream": Stream(record.topic).value,
        "partition": record.partition,
        "offset": record.offset,
        "type": envelope.type if envelope else None,
        "subject": letter.subject or None,
        "version": letter.version or None,
        "reason": letter.reason,
        "size": len(record.value or b""),
        "left_out": letter.left_out,
        "settled": letter.settled,
        "settled_at": letter.settled_at,
    }


def _body(value: bytes | None) -> tuple[str | None, str | None]:
    try:
        return (value.decode() if value is not None else None), None
    except UnicodeDecodeError:
        return None, base64.b64encode(value or b"").decode()
