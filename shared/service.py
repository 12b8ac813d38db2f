"""What makes a service itself, and how it becomes an application that runs."""

import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from types import ModuleType

from fastapi import APIRouter, FastAPI
from fastapi_offline import FastAPIOffline
from starlette.routing import BaseRoute

from shared.domain import handlers as declared
from shared.domain.aggregate import Aggregate
from shared.domain.clock import Clock, clock_of
from shared.language.streams import Event, Stream
from shared.operations import flow, letters, pages, probes, projections
from shared.operations.checks.mongodb import explain
from shared.operations.commands import obey
from shared.operations.pages.around import Place
from shared.operations.starting import started
from shared.privacy.exporting import router as exporting
from shared.privacy.handing import router as handing
from shared.running.declared import AfterRecovery, AlsoHears, Looks, Metrics, PutsRight, Works, nothing_more
from shared.running.garbage import settle
from shared.running.running import Running
from shared.serving.compressed import compress_answers
from shared.serving.server import Server, server_config
from shared.settings import Settings, from_environment
from shared.store.mongodb import PyMongoError
from shared.telemetry.label_sets import expect_requests
from shared.telemetry.logs import configure_logs
from shared.web.access import Access
from shared.web.described.docs import docs_router
from shared.web.described.openapi import told
from shared.web.frame.entries import Entry
from shared.web.languages.choosing import language_router
from shared.web.links.deed import Deed
from shared.web.links.following import router as links_router
from shared.web.links.link import Links
from shared.web.names import Names
from shared.web.observed import Observed
from shared.web.problems import explain_errors
from shared.web.sentences import ByCode, Sentences
from shared.web.static import static_router
from shared.web.wording import Words

OPERATIONS = (probes.router, flow.router, letters.router, projections.router, pages.router)
FRAME = (docs_router, static_router, language_router, links_router)


@dataclass(frozen=True)
class Service:
    """What makes a service itself: its name, what it says, what it does on hearing, what people may ask."""

    name: str
    says: Sequence[type[Event]]
    handlers: ModuleType
    router: APIRouter
    aggregates: Sequence[type[Aggregate]]
    pages: APIRouter = field(default_factory=APIRouter)
    entries: Sequence[Entry] = ()
    """The pages that the navigation leads to, on the pages of every service."""
    operated: Sequence[Place] = ()
    """Its pages of operators beside those of every service."""
    sentences: ByCode = field(default_factory=dict)
    """A sentence for every code it raises."""
    words: Words = field(default_factory=dict)
    metrics: Metrics | None = None
    puts_right: PutsRight | None = None
    """What earlier versions have stored otherwise, before it serves; harmless when repeated."""
    deeds: Mapping[str, Deed] = field(default_factory=dict)
    """What links in letters do here, by name."""
    recovered: AfterRecovery | None = None
    """What is no longer to be done once a database that was restored has caught up; harmless when repeated."""
    also_hears: AlsoHears = lambda _: ()
    """What it does about events that depends on an installation; each of them is one that its handlers hear, too."""
    works: Works = lambda *_: ()
    """What it does all the time beside what every service does."""
    looks: Looks = nothing_more
    """What ``check`` looks at beside what every service needs."""
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

    @cached_property
    def _routes(self) -> list[BaseRoute]:
        """Included once, as FastAPI works out for each inclusion what every route takes: a fifth of a second."""
        answering = APIRouter()
        for router in (self.router, exporting, handing, *OPERATIONS, *FRAME, self.pages):
            answering.include_router(router)
        return answering.routes

    def app(self, settings: Settings, clock: Clock | None = None) -> FastAPI:
        """The service as an ASGI application; its lifespan starts and stops everything."""
        running = Running(self, settings, clock or clock_of(settings.clock_file))
        access = Access(settings)
        names = Names(settings, access.sessions.cookie)

        @asynccontextmanager
        async def lifespan(_: FastAPI) -> AsyncIterator[None]:
            async with self.beside(), AsyncExitStack() as stack:
                stack.push_async_callback(names.close)
                stack.push_async_callback(running.stop)
                await started(running)
                yield

        app = FastAPIOffline(
            title=f"Telemachus {self.name}",
            version="1",
            lifespan=lifespan,
            docs_url=None,  # shared.web.described.docs shows it
            redoc_url=None,
            redirect_slashes=False,  # an address with a slash too many is none
        )
        app.openapi = partial(told, app)  # type: ignore[method-assign]
        app.state.running, app.state.store, app.state.settings = running, running.store, settings
        app.state.service, app.state.operated = self.name, self.operated
        app.state.access, app.state.aggregates = access, self.aggregates
        app.state.names = names
        app.state.links, app.state.deeds = Links(settings), self.deeds
        compress_answers(app)
        app.add_middleware(Observed, telemetry=running.telemetry, tracing=running.store.tracing, service=self.name)
        explain_errors(app, settings, self.spoken)
        app.router.routes.extend(self._routes)
        expect_requests(running.telemetry, app.routes)
        return app

    def run(self) -> None:
        """Run it as a process of its own, configured by the environment, until SIGTERM; or do as its words say."""
        if (code := obey(self, sys.argv[1:])) is not None:
            raise SystemExit(code)
        settings = from_environment()
        configure_logs(settings.log_level)
        app = self._app_or_end(settings)
        config = server_config(app, settings.http_host, settings.http_port, stopping=5, root_path=settings.root_path)
        settle()
        Server(config).run()

    def _app_or_end(self, settings: Settings) -> FastAPI:
        """The application, or the end with a sentence: the error's own words may hold what is in the setting."""
        try:
            return self.app(settings)
        except OSError:
            raise SystemExit("A file of KAFKA_SSL_CA_FILE, _CERT_FILE or _KEY_FILE cannot be used.") from None
        except (PyMongoError, ValueError) as error:
            raise SystemExit("MONGODB_URL: {}; {}.".format(*explain(error))) from None
