"""How far behind a service is, what waits to be published, and saying it again."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel

from shared.delivery.replays.jobs import Because
from shared.kafka.connection import group_of
from shared.kafka.lag import group_lag
from shared.language.streams import Stream
from shared.language.values.days import Instant
from shared.language.values.figures import TRUTH
from shared.language.values.value import Sent
from shared.operations.operator import Operator, did, wish_of
from shared.operations.probes import Parts
from shared.telemetry.deeds import note
from shared.web.guarded import Guarded

router = APIRouter(prefix="/operations", tags=["operations"], route_class=Guarded)


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


class Replay(Sent):
    """What is to be said again: of one stream or all, decided from ``since`` on and before ``until``."""

    stream: Stream | None = None
    since: Instant | None = None
    until: Instant | None = None
    dry_run: Annotated[bool, TRUTH] = False


class Replayed(BaseModel):
    """Which streams are said again: in the background, `GET /operations/replays` tells how far it is.

    ``events`` says how many there would be, when that was all that was asked; more of them where counting was broken
    off (``at_least``).
    """

    streams: list[str]
    events: int | None = None
    at_least: bool = False


@router.post("/replay", responses={409: {}})
async def replay(asked: Replay, running: Parts, _: Operator) -> Replayed:
    """Say again what this service has said. Consumers that had it do not mind."""
    stream = asked.stream.value if asked.stream else None
    wish = wish_of(running, stream, asked.since, asked.until)
    if asked.dry_run:
        events, whole = await running.replaying.count(wish, stream)
        note(dry_run=True, stream=stream or "all", events=events)
        return Replayed(streams=[stream] if stream else running.replaying.topics, events=events, at_least=not whole)
    streams = await running.replaying.ask(wish, stream)
    did(running, "replay", stream=stream or "all")
    return Replayed(streams=streams)


class ReplayState(BaseModel):
    """One replay: of what was decided in this span of time, and how far it is, in events of the outbox."""

    stream: str
    state: Literal["waiting", "running", "done"]
    because: list[Because]
    since: datetime
    until: datetime
    asked_at: datetime
    begun_at: datetime | None = None
    ended_at: datetime | None = None
    seen: int = 0
    """Looked at, of ``of``."""
    of: int = 0
    events: int = 0
    """Said again."""


class Replays(BaseModel):
    """What waits to be said again, what is being said again, and what was last; of each stream."""

    replays: list[ReplayState]


@router.get("/replays")
async def replays(running: Parts, _: Operator) -> Replays:
    """What is said again, and how far it is. One at a time, by one of the replicas."""
    found = await running.replaying.jobs.all()
    return Replays(replays=[ReplayState(stream=topic, state=state, **job) for topic, state, job in found])


class Resumed(BaseModel):
    """Until when poison goes to the dead letters instead of stopping the consumer."""

    until: datetime


@router.post("/consumer/resume")
async def resume(running: Parts, _: Operator) -> Resumed:
    """Let consumers that stopped at a poisoned stream go on, with the poison in the dead letters."""
    until = await running.inbox.poison.accept()
    did(running, "resume")
    return Resumed(until=until)
