"""A service running in this process, with broker and database, and what it can be waited for."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI

from deploy.local.issuer import Issuer
from shared.domain.clock import Clock
from shared.service import Service
from tests.support.apps import client_of, settings_for, signed_in
from tests.support.backends import Kafka, Mongo

COMES_TRUE_WITHIN = 90.0
"""Seconds; joining a consumer group takes some, and machines are shared."""

UNKNOWN = dict.fromkeys(("outbox", "parked", "due", "lag"), 1)
"""The backlog of whoever cannot say: not none."""


@asynccontextmanager
async def serving(
    service: Service, issuer: Issuer, kafka: Kafka, mongodb: Mongo, prefix: str, clock: Clock | None = None
) -> AsyncIterator[tuple[FastAPI, httpx.AsyncClient]]:
    """The application at work, once it has its partitions, and a client that calls it."""
    settings = settings_for(
        issuer, kafka_bootstrap_servers=kafka.bootstrap_servers, mongodb_url=mongodb.url, mongodb_database_prefix=prefix
    )
    app = service.app(settings, clock)
    async with app.router.lifespan_context(app), client_of(app) as client:
        await until(lambda: _ready(client))
        yield app, client


async def _ready(client: httpx.AsyncClient) -> bool:
    return (await client.get("/health/ready")).status_code == 200


async def quiet(client: httpx.AsyncClient, issuer: Issuer) -> bool:
    """Whether nothing is left to be done but what waits for others."""
    backlog = await _backlog(client, issuer)
    return backlog["outbox"] == backlog["due"] == backlog["lag"] == 0


async def quiet_together(clients: Collection[httpx.AsyncClient], issuer: Issuer) -> bool:
    """Whether all of them have nothing left to be done, nor wait for each other, at two looks one after the other.

    One look is luck: what somebody says after being asked is the next backlog of another, who was asked before.
    """
    backlogs = [await _backlog(client, issuer) for client in [*clients, *clients]]
    return not any(any(backlog.values()) for backlog in backlogs)


async def _backlog(client: httpx.AsyncClient, issuer: Issuer) -> dict[str, int]:
    answer = await client.get("/operations/backlog", headers=signed_in(issuer, "operator"))
    return answer.json() if answer.is_success else UNKNOWN


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Wait for it; raises TimeoutError after a long while."""
    deadline = time.monotonic() + COMES_TRUE_WITHIN
    while not await holds():
        if time.monotonic() > deadline:
            raise TimeoutError("it never came to hold")
        await asyncio.sleep(0.1)
