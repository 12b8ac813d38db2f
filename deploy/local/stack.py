"""Everything on one machine without Docker: broker, database and the four services in this process."""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from typing_extensions import override

from deploy.local.front import front
from deploy.local.issuer import ISSUER, Issuer
from deploy.local.kafka import EmbeddedKafka
from deploy.local.mongod import Mongod
from deploy.local.ports import HOST, must_be_free
from deploy.local.program import CannotStart
from deploy.services import SERVICES
from shared.domain.clock import MovedClock
from shared.running.running import Running
from shared.settings import Settings


@dataclass(frozen=True)
class Backends:
    """Where broker and database are; ``forgets`` is true when the broker begins empty."""

    kafka: str
    mongodb: str
    forgets: bool


def backends(directory: Path, stack: ExitStack) -> Backends:
    """Those the environment names, else the embedded ones; raises CannotStart."""
    kafka, mongodb = os.environ.get("KAFKA_BOOTSTRAP_SERVERS"), os.environ.get("MONGODB_URL")
    if not mongodb:
        mongodb = stack.enter_context(Mongod(directory / "mongodb")).url
    if not kafka:
        return Backends(stack.enter_context(EmbeddedKafka()).bootstrap_servers, mongodb, forgets=True)
    return Backends(kafka, mongodb, forgets=False)


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


def settings_for(backends: Backends, issuer: Issuer, directory: Path) -> Settings:
    """What the services of one machine share."""
    return Settings(
        kafka_bootstrap_servers=backends.kafka,
        mongodb_url=backends.mongodb,
        token_issuer=ISSUER,
        token_keys=str(issuer.keys_file),
        pseudonym_key=_kept_secret(directory / "pseudonym.key"),
        clock_file=directory / "clock",
        sign_in_url="/sign-in",
    )


def _kept_secret(file: Path) -> str:
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_hex(32))
    return file.read_text()


@asynccontextmanager
async def running(directory: Path, port: int, found: Backends) -> AsyncIterator[Stack]:
    """The four services behind one loopback address, until the block ends."""
    must_be_free(port, "Telemachus", f"choose another port (PORT={port + 1})")
    issuer, clock = Issuer(directory), MovedClock(directory / "clock")
    settings = settings_for(found, issuer, directory)
    apps = {service.name: service.app(settings, clock) for service in SERVICES}
    server = _Server(
        uvicorn.Config(
            front(apps, issuer), host=HOST, port=port, log_config=None, access_log=False, timeout_graceful_shutdown=2
        )
    )
    async with AsyncExitStack() as stack:
        serving = asyncio.create_task(server.serve())
        stack.push_async_callback(_stop, server, serving)
        await _started(server, serving)
        if found.forgets:
            await _replay(apps)
        yield Stack(f"http://{HOST}:{port}", issuer, clock, found)


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


async def _replay(apps: Mapping[str, FastAPI]) -> None:
    """The embedded broker forgets: what was published before is said again, and known to those who heard it."""
    for app in apps.values():
        service: Running = app.state.running
        await service.outbox.replay()
