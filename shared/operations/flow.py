"""How far behind a service is, what waits to be published, and saying it again."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict

from shared.domain.errors import Refused
from shared.kafka.connection import group_of
from shared.kafka.lag import group_lag
from shared.operations.operator import Operator, did
from shared.operations.probes import Parts

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
        raise Refused("not-said-here", stream=asked.stream, says=says)
    if asked.since and asked.until and asked.since >= asked.until:
        raise Refused("nothing-between")
    events = await running.outbox.replay(asked.stream, asked.since, asked.until, dry_run=asked.dry_run)
    if not asked.dry_run:
        did(running, "replay", stream=asked.stream or "all", events=events)
    return Replayed(events=events)


class Resumed(BaseModel):
    """Until when poison goes to the dead letters instead of stopping the consumer."""

    until: datetime


@router.post("/consumer/resume")
async def resume(running: Parts, _: Operator) -> Resumed:
    """Let consumers that stopped at a poisoned stream go on, with the poison in the dead letters."""
    until = await running.inbox.poison.accept()
    did(running, "resume")
    return Resumed(until=until)
