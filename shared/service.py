"""Puts store, inbox, outbox, due rows and HTTP together into one runnable service."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import ModuleType

import structlog
import uvicorn
from fastapi import APIRouter, FastAPI
from fastapi_offline import FastAPIOffline
from uuid_utils import uuid7

from shared import handlers as declared
from shared.access import Access
from shared.aggregate import Aggregate
from shared.bus import Bus
from shared.clock import Clock, MovedClock, SystemClock
from shared.due import DueRows
from shared.envelope import Origin, row_of
from shared.events import ReplayRequested
from shared.http import Observed, explain_errors
from shared.inbox import Inbox
from shared.loops import Pulse, for_ever
from shared.operations import router as operations
from shared.outbox import Outbox
from shared.settings import Settings
from shared.store import Store, Unit
from shared.streams import Event, Stream
from shared.telemetry import Telemetry, configure_logs

log = structlog.get_logger()


class Running:
    """One service at work: its parts, and the loops that drive them."""

    def __init__(self, service: "Service", settings: Settings, clock: Clock) -> None:
        self.service, self.settings, self.clock = service, settings, clock
        self.telemetry = Telemetry(service.name, settings.region)
        self.pulse = Pulse()
        origin = Origin(service.name, settings.region)
        database = f"{settings.mongodb_database_prefix}_{service.name}"
        self.store = Store(settings.mongodb_url.get_secret_value(), database, origin, clock)
        handlers = [*declared.heard(service.handlers), declared.Hears((ReplayRequested,), self._replay)]
        self.inbox = Inbox(self.store, handlers, self.telemetry)
        streams = service.streams
        self.bus = Bus(settings, service.name, streams, self.inbox, self.telemetry, self.pulse, self._ask_for_replay)
        keep = timedelta(days=settings.outbox_keep_days)
        self.outbox = Outbox(self.store, self.bus.start_producer, self.telemetry, keep)
        self.due = DueRows(self.store, declared.due(service.handlers), self.telemetry)
        self.telemetry.expect(self.inbox.heard, streams)
        self._loops: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Prepare the database, join the bus, begin to work; raises when either does not answer."""
        await self.store.prepare(self.service.aggregates)
        await self.inbox.prepare()
        await self.outbox.prepare()
        await self.bus.start()
        self._loop("outbox", self.outbox.step)
        self._loop("parked", self._parked)
        for due in self.due.dues:
            self._loop("due", lambda due=due: self.due.step(due))  # type: ignore[misc]
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
        async def ask(unit: Unit) -> None:
            request = ReplayRequested(request_id=f"replay-{uuid7()}", wanted=stream, since=since)
            unit.rows.append(row_of(request, version=1, origin=self.store.origin, now=unit.now))

        await self.store.run(ask)

    async def stop(self) -> None:
        """Stop taking, finish, commit, publish, leave."""
        await self.bus.stop()
        for loop in self._loops:
            loop.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)
        with contextlib.suppress(Exception):  # what is not published now is published at the next start
            await asyncio.wait_for(self.outbox.leave(), 10)
        await self.store.close()
        log.info("stopped", service=self.service.name)


@dataclass(frozen=True)
class Service:
    """What makes a service itself: its name, what it says, what it does on hearing, what people may ask."""

    name: str
    says: Sequence[type[Event]]
    handlers: ModuleType
    router: APIRouter
    aggregates: Sequence[type[Aggregate]]
    pages: Sequence[APIRouter] = field(default=())

    @property
    def hears(self) -> list[type[Event]]:
        """The events it does something about, in the order of their names."""
        heard = {event for handler in declared.heard(self.handlers) for event in handler.events}
        return sorted(heard, key=lambda event: event.type)

    @property
    def streams(self) -> list[Stream]:
        """The streams it reads; every service hears when somebody missed what it said."""
        return sorted({event.stream for event in self.hears} | {Stream.REPLAY_REQUESTS})

    def app(self, settings: Settings, clock: Clock | None = None) -> FastAPI:
        """The service as an ASGI application; its lifespan starts and stops everything."""
        running = Running(self, settings, clock or _clock(settings))

        @asynccontextmanager
        async def lifespan(_: FastAPI) -> AsyncIterator[None]:
            async with AsyncExitStack() as stack:
                stack.push_async_callback(running.stop)
                await running.start()
                yield

        app = FastAPIOffline(
            title=f"Telemachus {self.name}",
            version="1",
            lifespan=lifespan,
            redoc_url=None,
        )
        app.state.running, app.state.store, app.state.settings = running, running.store, settings
        app.state.access = Access(settings)
        app.add_middleware(Observed, telemetry=running.telemetry)
        explain_errors(app, settings)
        for router in (operations, self.router, *self.pages):
            app.include_router(router)
        return app

    def run(self) -> None:
        """Run it as a process of its own, configured by the environment, until SIGTERM."""
        settings = Settings()
        configure_logs(settings.log_level)
        config = uvicorn.Config(
            self.app(settings),
            host=settings.http_host,
            port=settings.http_port,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=5,
            proxy_headers=False,
            root_path=settings.root_path,
        )
        uvicorn.Server(config).run()


def _clock(settings: Settings) -> Clock:
    return MovedClock(settings.clock_file) if settings.clock_file else SystemClock()
