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
from shared.domain import handlers as declared
from shared.domain.clock import Clock
from shared.kafka.certificates import Certificates
from shared.kafka.connection import start_producer
from shared.kafka.consumer import Bus
from shared.kafka.watchdog import Watchdog
from shared.language.envelope import Origin
from shared.language.everybody import ReplayRequested
from shared.language.streams import Stream
from shared.loops import SILENT, SILENT_DUE, Pulse, for_ever
from shared.rebuilding.projections import Projections
from shared.running.declared import Declared
from shared.settings import Settings
from shared.store.pool_metrics import PoolMetrics
from shared.store.rows import row_of
from shared.store.store import Store
from shared.store.unit import Unit
from shared.telemetry.label_sets import expect_events, expect_work
from shared.telemetry.metrics import Telemetry
from shared.telemetry.otlp import tracing_of

log = structlog.get_logger()


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
        handlers = [*declared.heard(service.handlers), declared.Hears((ReplayRequested,), self._replay)]
        self.inbox = Inbox(self.store, handlers, self.telemetry)
        self.store.projections = frozenset(service.projections)
        self.projections = Projections(self.store, settings, service.projections, handlers)
        self.desk = Desk(self.store, self.inbox)
        streams = service.streams
        self.bus = Bus(settings, service.name, streams, self.inbox, self.telemetry, self.pulse, self._ask_for_replay)
        keep = timedelta(days=settings.outbox_keep_days)
        self.outbox = Outbox(self.store, partial(start_producer, settings, service.name), self.telemetry, keep)
        self.due = DueRows(self.store, declared.due(service.handlers), self.telemetry)
        self.silent = SILENT | {due.part: SILENT_DUE for due in self.due.dues}
        """Part → seconds after which it counts as hung."""
        said = {event.stream.value for event in service.says} | {Stream.REPLAY_REQUESTS.value}
        expect_events(self.telemetry, self.inbox.heard, streams)
        expect_work(self.telemetry, self.silent, said | {stream.dead_letters for stream in streams})
        if service.metrics:
            self.store.made_true = service.metrics.said
        self._loops: list[asyncio.Task[None]] = []

    async def prepare(self) -> None:
        """Create the collections and indexes that are missing, and read how numbers go on; raises PyMongoError."""
        await self.store.prepare(self.service.aggregates)
        await self.inbox.prepare()
        await self.outbox.prepare()
        await self.store.numbering.load(self.store.db["numbering"])

    async def start(self) -> None:
        """Prepare the database, join the bus, begin to work; raises when either does not answer."""
        await self.prepare()
        await self.projections.tidy()
        await self.bus.start()
        self._loop("outbox", self.outbox.step)
        self._loop("parked", self._parked)
        self._loop("watchdog", Watchdog(self.bus, self.telemetry).step)
        self._loop("holes", self.bus.ask_for_missing)
        certificates = Certificates(self.settings, self.telemetry)
        if certificates.there_are:
            self._loop("certificates", certificates.step)
        for due in self.due.dues:
            self._loop(due.part, lambda due=due: self.due.step(due))  # type: ignore[misc]
        log.info("started", service=self.service.name, region=self.settings.region)

    def _loop(self, part: str, step: Callable[[], object]) -> None:
        self._loops.append(asyncio.create_task(for_ever(part, step, self.pulse, self.telemetry)))  # type: ignore[arg-type]

    async def _parked(self) -> None:
        if not await self.inbox.take_up_parked():
            await asyncio.sleep(0.5)

    async def _replay(self, event: ReplayRequested, _: Unit) -> None:
        if any(said.stream == event.wanted for said in self.service.says):
            await self.outbox.replay(event.wanted, event.since)

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
            await asyncio.wait_for(self.outbox.leave(), 10)
        await self.store.tracing.stop()
        await self.store.close()
        log.info("stopped", service=self.service.name)
