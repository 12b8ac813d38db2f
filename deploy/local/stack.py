"""Everything on one machine without Docker: broker, database and the four services in this process."""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from typing_extensions import override

from deploy.local.front import front
from deploy.local.issuer import CLIENT, PROVIDER, Issuer
from deploy.local.kafka import EmbeddedKafka
from deploy.local.kept import kept
from deploy.local.mailbox.keeping import Mailbox
from deploy.local.mailbox.receiving import Reader, receiving
from deploy.local.mailbox.showing import MailboxPages
from deploy.local.mongod import Mongod
from deploy.local.personas import Persona
from deploy.local.ports import HOST, another, must_be_free
from deploy.local.program import CannotStart
from deploy.local.provider import LocalProvider
from deploy.services import SERVICES
from shared.delivery.replays.jobs import Because, Wish
from shared.domain.clock import MovedClock
from shared.running.running import Running
from shared.serving.server import server_config
from shared.settings import Settings

MAIL_FROM = "mentoring@telemachus.example"


@dataclass(frozen=True)
class Backends:
    """Where broker and database are; ``forgets`` is true when the broker begins empty, being our own."""

    kafka: str
    mongodb: str
    forgets: bool
    mongod: Mongod | None = None
    """The database, where it is our own."""

    @property
    def own_kafka(self) -> str:
        """Where the broker is, unless somebody else runs it."""
        return self.kafka if self.forgets else ""

    @property
    def own_mongodb(self) -> str:
        """Where the database is, unless somebody else runs it: then its address may hold a password."""
        return self.mongodb if self.mongod else ""

    def close(self) -> None:
        """End our own database in good order."""
        if self.mongod:
            self.mongod.stop()

    def ended(self) -> str | None:
        """Why our own database is not there any more; None as long as it is."""
        return self.mongod.ended() if self.mongod else None


def _mongod(directory: Path) -> Mongod:
    return Mongod(directory / "mongodb")


def close_what_was_left(directory: Path) -> None:
    """End a database that runs on without the process that started it; only for whoever has claimed the directory."""
    _mongod(directory).close_what_was_left()


def backends(directory: Path, stack: ExitStack) -> Backends:
    """Those the environment names, else the embedded ones; raises CannotStart."""
    kafka, mongodb = os.environ.get("KAFKA_BOOTSTRAP_SERVERS"), os.environ.get("MONGODB_URL")
    mongod = None if mongodb else stack.enter_context(_mongod(directory))
    own = None if kafka else stack.enter_context(EmbeddedKafka()).bootstrap_servers
    return Backends(own or kafka or "", mongod.url if mongod else mongodb or "", forgets=own is not None, mongod=mongod)


@dataclass(frozen=True)
class Stack:
    """The running whole."""

    url: str
    issuer: Issuer
    clock: MovedClock
    backends: Backends

    @property
    def urls(self) -> dict[str, str]:
        """Service → where it is."""
        return {service.name: f"{self.url}/{service.name}" for service in SERVICES}


def issuer_at(url: str, directory: Path) -> Issuer:
    """Of what runs at that address."""
    return Issuer(directory, f"{url}{PROVIDER}")


def settings_for(backends: Backends, issuer: Issuer, directory: Path, url: str) -> Settings:
    """What the services of one machine share; ``url`` is where people open it."""
    return Settings(
        kafka_bootstrap_servers=backends.kafka,
        mongodb_url=backends.mongodb,
        token_issuer=issuer.name,
        token_keys=str(issuer.keys_file),
        pseudonym_key=kept(directory / "pseudonym.key", lambda: secrets.token_hex(32)),
        clock_file=directory / "clock",
        public_url=url,
        names_url=f"{url}/registration",
        sign_in_client_id=CLIENT,
        session_keys=kept(directory / "session.key", lambda: secrets.token_hex(32)),
    )


@asynccontextmanager
async def running(
    directory: Path, port: int, found: Backends, personas: Sequence[Persona] = (), readers: Sequence[Reader] = ()
) -> AsyncIterator[Stack]:
    """The four services behind one loopback address, until the block ends; ``personas`` can sign in there.

    What the services write to them is at /mailbox there; ``readers`` are given every letter, and nobody else.
    """
    must_be_free(port, "Telemachus", f"choose another port (PORT={another(port)})")
    url = f"http://{HOST}:{port}"
    issuer, clock = issuer_at(url, directory), MovedClock(directory / "clock")
    mailbox = Mailbox(directory / "mailbox", personas)
    async with AsyncExitStack() as stack:
        mail = {"smtp_host": HOST, "smtp_port": await stack.enter_async_context(receiving(mailbox, *readers))}
        mail |= {"smtp_security": "none", "mail_from": MAIL_FROM}
        settings = settings_for(found, issuer, directory, url).model_copy(update=mail)
        apps = {service.name: service.app(settings, clock) for service in SERVICES}
        whole = front(apps, LocalProvider(issuer, personas, url), MailboxPages(mailbox))
        server = _Server(server_config(whole, HOST, port, stopping=2))
        if found.forgets:
            await _begin_empty(apps)
        serving = asyncio.create_task(server.serve())
        stack.push_async_callback(_stop, server, serving)
        await _started(server, serving)
        yield Stack(url, issuer, clock, found)


class _Server(uvicorn.Server):
    @override
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leaves Ctrl-C to us: what started first has to stop last."""
        yield


async def _started(server: uvicorn.Server, serving: "asyncio.Task[None]") -> None:
    while not server.started:
        if serving.done():
            raise CannotStart("The services ended while starting: the last lines of the log say why.")
        await asyncio.sleep(0.05)


async def _stop(server: uvicorn.Server, serving: "asyncio.Task[None]") -> None:
    server.should_exit = True
    await serving


async def _begin_empty(apps: Mapping[str, FastAPI]) -> None:
    """The embedded broker forgets: what was published before is said again, and known to those who heard it."""
    for app in apps.values():
        service: Running = app.state.running
        await service.confirmed.forget()
        await service.replaying.ask(Wish(Because.FORGOT))
