"""One service at work: store, inbox, outbox, bus and due rows, and the loops that drive them."""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import structlog
from uuid_utils import uuid7

from shared.delivery.desk import Desk
from shared.delivery.due import DueRows
from shared.delivery.inbox import Inbox
from shared.delivery.outbox import Outbox
from shared.delivery.replays.confirmed import Confirmed
from shared.delivery.replays.jobs import Because, Wish
from shared.delivery.replays.replaying import Replaying
from shared.delivery.replays.watching import Watching
from shared.delivery.sweeping import Sweeper
from shared.domain import handlers as declared
from shared.domain.clock import Clock
from shared.kafka.certificates import Certificates
from shared.kafka.connection import start_producer
from shared.kafka.consumer import Bus
from shared.kafka.ends import ends_of
from shared.kafka.unread import Unread
from shared.kafka.watchdog import Watchdog
from shared.language.envelope import Origin
from shared.language.everybody import ReplayRequested
from shared.language.streams import Event, Stream
from shared.loops import SILENT, SILENT_DUE, Pulse, for_ever
from shared.rebuilding.projections import Projections
from shared.running.alone import Alone
from shared.running.declared import Declared
from shared.settings import Settings
from shared.store.pool_metrics import PoolMetrics
from shared.store.rows import row_of
from shared.store.store import Store
from shared.store.unit import Unit
from shared.telemetry.deeds import came_true
from shared.telemetry.held import Loop
from shared.telemetry.label_sets import expect_events, expect_streams, expect_work
from shared.telemetry.metrics import Telemetry
from shared.telemetry.otlp import tracing_of

log = structlog.get_logger()

LEAVE = 10.0
"""Seconds for what is still to be published, and for giving back what is held."""


class Running:
    """One service at work: its parts, and the loops that drive them."""

    def __init__(self, service: Declared, settings: Settings, clock: Clock) -> None:
        self.service, self.settings, self.clock = service, settings, clock
        self.telemetry = Telemetry(service.name, settings.region)
        self.pulse = Pulse()
        origin = Origin(service.name, settings.region)
        database = f"{settings.mongodb_database_prefix}_{service.name}"
        pool = PoolMetrics(self.telemetry)
        self.store = Store(settings.mongodb_url.get_secret_value(), database, origin, clock, [pool])
        self.store.tracing = tracing_of(service.name, settings.region)
        wanted = [each for each in declared.heard(service.handlers) if each.where(settings)]
        handlers = [*wanted, *service.also_hears(settings), declared.Hears((ReplayRequested,), self._replay)]
        self.inbox = Inbox(self.store, handlers, self.telemetry)
        self.store.projections = frozenset(service.projections)
        self.projections = Projections(self.store, settings, service.projections, handlers)
        self.desk = Desk(self.store, self.inbox)
        streams = service.streams
        self.bus = Bus(settings, service.name, streams, self.inbox, self.telemetry, self.pulse, self._ask_for_replay)
        self._unread = Unread(settings, service.name, streams, self.telemetry, self.pulse)
        said = sorted({event.stream.value for event in service.says} | {Stream.REPLAY_REQUESTS.value})
        self.replaying = Replaying(self.store, said)
        own = sorted({event.stream for event in service.says})
        self.confirmed = Confirmed(self.store, own, self.telemetry)
        self._watching = Watching(self.store, self.confirmed, partial(ends_of, settings, service.name, own))
        producer = partial(start_producer, settings, service.name)
        self.outbox = Outbox(self.store, producer, self.telemetry, self.pulse, self.confirmed)
        self._sweeper = Sweeper(self.store, timedelta(days=settings.outbox_keep_days))
        self.due = DueRows(self.store, declared.due(service.handlers), self.telemetry)
        self._works = [Alone(self.store, work) for work in service.works(self.store, settings, self.pulse)]
        self.silent = (
            SILENT | {due.part: SILENT_DUE for due in self.due.dues} | {work.part: work.silent for work in self._works}
        )
        """Part → seconds after which it counts as hung."""
        expect_streams(self.telemetry, own)
        expect_events(self.telemetry, self.inbox.heard, streams)
        expect_work(self.telemetry, self.silent, {*said, *(stream.dead_letters for stream in streams)})
        self.store.made_true = self._made_true
        self._loops: list[asyncio.Task[None]] = []

    def _made_true(self, event: Event) -> None:
        came_true(event, self.service.name)
        if self.service.metrics:
            self.service.metrics.said(event)

    async def prepare(self) -> None:
        """Create the collections and indexes that are missing, and read how numbers go on; raises PyMongoError."""
        await self.store.prepare(self.service.aggregates)
        await self.inbox.prepare()
        await self.outbox.prepare()
        await self.store.numbering.load(self.store.db["numbering"])

    async def start(self) -> None:
        """Prepare the database, join the bus, begin to work; raises when either does not answer."""
        await self.prepare()
        if self.service.puts_right:
            await self.service.puts_right(self.store, self.settings)
        await self.projections.tidy()
        await self.bus.start()
        if isinstance(loop := asyncio.get_running_loop(), Loop):
            loop.tell_holds(self.telemetry.loop_held.observe)
        self._loop("outbox", self.outbox.step)
        self._loop("replays", self.replaying.step)
        self._loop("streams", self._watching.step)
        self._loop("sweep", self._sweeper.step)
        self._loop("parked", self._parked)
        self._loop("watchdog", Watchdog(self.bus, self.telemetry).step)
        self._loop("unread", self._unread.step)
        self._loop("holes", self.bus.ask_for_missing)
        certificates = Certificates(self.settings, self.telemetry)
        if certificates.there_are:
            self._loop("certificates", certificates.step)
        for due in self.due.dues:
            self._loop(due.part, lambda due=due: self.due.step(due))  # type: ignore[misc]
        for work in self._works:
            self._loop(work.part, work.step)
        log.info("started", service=self.service.name, region=self.settings.region)

    def _loop(self, part: str, step: Callable[[], object]) -> None:
        self._loops.append(asyncio.create_task(for_ever(part, step, self.pulse, self.telemetry)))  # type: ignore[arg-type]

    async def _parked(self) -> None:
        if not await self.inbox.take_up_parked():
            await self.inbox.rest()

    async def _replay(self, event: ReplayRequested, unit: Unit) -> None:
        if any(said.stream == event.wanted for said in self.service.says):
            wish = Wish(Because.MISSED, event.since)
            unit.also(partial(self.replaying.jobs.ask, event.wanted.value, wish))
            log.info("replay", service=self.service.name, request_id=event.request_id, stream=event.wanted)

    async def _ask_for_replay(self, stream: Stream, since: datetime) -> None:
        request = ReplayRequested(request_id=f"replay-{uuid7()}", wanted=stream, since=since)
        step = self.store.tracing.decided(request)

        async def ask(unit: Unit) -> None:
            row = row_of(request, version=1, origin=self.store.origin, now=unit.now, traceparent=step.traceparent)
            unit.rows.append(row)

        await self.store.run(ask)
        step.end()

    async def stop(self) -> None:
        """Stop taking, finish, commit, publish, leave."""
        await self.bus.stop()
        for loop in self._loops:
            loop.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)
        await self.projections.stop()
        with contextlib.suppress(Exception):  # what is not published now is published at the next start
            async with asyncio.timeout(LEAVE):
                await self.outbox.leave()
                await self.replaying.leave()
                await self._watching.leave()
                for work in self._works:
                    await work.leave()
        await self.store.tracing.stop()
        await self.store.close()
        log.info("stopped", service=self.service.name)
