"""What makes a service itself, and how it becomes an application that runs."""

import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

import uvicorn
from fastapi import APIRouter, FastAPI
from fastapi_offline import FastAPIOffline

from shared.domain import handlers as declared
from shared.domain.aggregate import Aggregate
from shared.domain.clock import Clock, clock_of
from shared.language.streams import Event, Stream
from shared.operations import flow, letters, probes, projections
from shared.operations.checks.mongodb import explain
from shared.operations.commands import obey
from shared.operations.starting import started
from shared.privacy.exporting import router as exporting
from shared.running.declared import Metrics
from shared.running.garbage import settle
from shared.running.running import Running
from shared.settings import Settings, from_environment
from shared.store.mongodb import PyMongoError
from shared.telemetry.label_sets import expect_requests
from shared.telemetry.logs import configure_logs
from shared.web.access import Access
from shared.web.observed import Observed
from shared.web.problems import explain_errors
from shared.web.sentences import ByCode, Sentences
from shared.web.static import static_router
from shared.web.wording import Words

OPERATIONS = (probes.router, flow.router, letters.router, projections.router)

LARGEST_BODY = 1024 * 1024
"""Bytes of a request, unless its route says otherwise: nobody may fill the memory, least of all without a token."""


@dataclass(frozen=True)
class Service:
    """What makes a service itself: its name, what it says, what it does on hearing, what people may ask."""

    name: str
    says: Sequence[type[Event]]
    handlers: ModuleType
    router: APIRouter
    aggregates: Sequence[type[Aggregate]]
    pages: APIRouter = field(default_factory=APIRouter)
    sentences: ByCode = field(default_factory=dict)
    """A sentence for every code it raises."""
    words: Words = field(default_factory=dict)
    metrics: Metrics | None = None
    beside: Callable[[], AbstractAsyncContextManager[None]] = nullcontext
    """What stands beside it from before its start until after its end."""

    @property
    def projections(self) -> list[type[Aggregate]]:
        """What of its aggregates can be rebuilt from the topics."""
        return [kind for kind in self.aggregates if kind.projection]

    @property
    def spoken(self) -> Sentences:
        """All it says, in every language its folder ``languages`` knows."""
        return Sentences.of(self.sentences, self.words, Path(str(self.handlers.__file__)).parent)

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
        running = Running(self, settings, clock or clock_of(settings.clock_file))

        @asynccontextmanager
        async def lifespan(_: FastAPI) -> AsyncIterator[None]:
            async with self.beside(), AsyncExitStack() as stack:
                stack.push_async_callback(running.stop)
                await started(running)
                yield

        app = FastAPIOffline(
            title=f"Telemachus {self.name}",
            version="1",
            lifespan=lifespan,
            redoc_url=None,
            max_body_size=LARGEST_BODY,
        )
        app.state.running, app.state.store, app.state.settings = running, running.store, settings
        app.state.access, app.state.aggregates = Access(settings), self.aggregates
        app.add_middleware(Observed, telemetry=running.telemetry, tracing=running.store.tracing)
        explain_errors(app, settings, self.spoken)
        for router in (*OPERATIONS, exporting, static_router, self.router, self.pages):
            app.include_router(router)
        expect_requests(running.telemetry, app.routes)
        return app

    def run(self) -> None:
        """Run it as a process of its own, configured by the environment, until SIGTERM; or do as its words say."""
        if (code := obey(self, sys.argv[1:])) is not None:
            raise SystemExit(code)
        settings = from_environment()
        configure_logs(settings.log_level)
        config = uvicorn.Config(
            self._app_or_end(settings),
            host=settings.http_host,
            port=settings.http_port,
            loop="asyncio",  # uvloop fails where aiokafka does not expect it, and its client then waits for ever
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=5,
            proxy_headers=False,
            root_path=settings.root_path,
        )
        settle()
        uvicorn.Server(config).run()

    def _app_or_end(self, settings: Settings) -> FastAPI:
        """The application, or the end with a sentence: the error's own words may hold what is in the setting."""
        try:
            return self.app(settings)
        except OSError:
            raise SystemExit("A file of KAFKA_SSL_CA_FILE, _CERT_FILE or _KEY_FILE cannot be used.") from None
        except (PyMongoError, ValueError) as error:
            raise SystemExit("MONGODB_URL: {}; {}.".format(*explain(error))) from None
