"""All four services at work behind real ports, with broker and database, and everybody who may ask them."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
import uvicorn
from fastapi import FastAPI

from deploy.services import SERVICES
from shared.serving.server import server_config
from tests.support.apps import settings_for
from tests.support.backends import Kafka, Mongo
from tests.support.seeds import MENTEE, MENTOR, sow
from tests.support.tokens import ISSUED_BY, claims, signed

DATABASES = "test_fuzz"
PERSONAS = {
    "nobody": None,
    "expired": signed(claims(exp=int(time.time()) - 3600)),
    "stranger": ISSUED_BY.token("e-stranger", ["participant"]),
    "junior": ISSUED_BY.token(f"e-{MENTOR}", ["participant"]),
    "senior": ISSUED_BY.token(f"e-{MENTEE}", ["participant"]),
    "manager-of-france": ISSUED_BY.token("e-fr", ["manager"], ["FR"]),
    "manager": ISSUED_BY.token("e-all", ["manager"], ["*"]),
    "operator": ISSUED_BY.token("e-op", ["operator"]),
}
"""Who asks → their token."""


@asynccontextmanager
async def _served(app: FastAPI) -> AsyncIterator[str]:
    server = uvicorn.Server(server_config(app, "127.0.0.1", 0, stopping=1))
    server.config.lifespan = "off"  # it is started already
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # asyncio does it for sockets of its own alone
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        server.should_exit = True
        await serving


@pytest.fixture(scope="module")
async def addresses(kafka: Kafka, mongodb: Mongo) -> AsyncIterator[Mapping[str, str]]:
    """Service → where it is."""
    settings = settings_for(
        ISSUED_BY,
        kafka_bootstrap_servers=kafka.bootstrap_servers,
        mongodb_url=mongodb.url,
        mongodb_database_prefix=DATABASES,
    )
    apps = {service.name: service.app(settings) for service in SERVICES}
    async with AsyncExitStack() as stack:
        lifespans = [app.router.lifespan_context(app) for app in apps.values()]
        await asyncio.gather(*map(stack.enter_async_context, lifespans))
        await sow(apps)
        yield {name: await stack.enter_async_context(_served(app)) for name, app in apps.items()}
    mongodb.drop(DATABASES)
