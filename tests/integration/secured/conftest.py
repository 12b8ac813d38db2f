"""Kafka and MongoDB with TLS, users and rights, and the four services on them: one start for this directory."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from deploy.describing.rights import RIGHTS
from deploy.local.issuer import Issuer
from deploy.services import SERVICES
from shared.domain.clock import MovedClock
from shared.settings import Settings
from tests.support.apps import client_of, settings_for, signed_in
from tests.support.backends import apache_kafka_lacks
from tests.support.certificates import Authority
from tests.support.secure import SecureKafka, SecureMongod
from tests.support.serving import until

PREFIX = "telemachus"
ALLOWED_OR_REFUSED_WITHIN = 60
"""Seconds for an answer; machines are shared."""
BY_NAME = {rights.service: rights for rights in RIGHTS}


@dataclass(frozen=True)
class Secure:
    """The two servers, and who vouches for them."""

    kafka: SecureKafka
    mongodb: SecureMongod
    authority: Authority
    issuer: Issuer
    directory: Path

    def settings(self, service: str, **more: Any) -> Settings:
        """What that service is told."""
        user = BY_NAME[service].user
        told = {
            "kafka_bootstrap_servers": self.kafka.bootstrap_servers,
            "kafka_security_protocol": "SASL_SSL",
            "kafka_sasl_username": user,
            "kafka_sasl_password": self.kafka.passwords[user],
            "kafka_ssl_ca_file": self.authority.file,
            "mongodb_url": self.mongodb.url_of(user, f"{PREFIX}_{service}"),
            "mongodb_database_prefix": PREFIX,
        }
        return settings_for(self.issuer, **(told | more))


@pytest.fixture(scope="package")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secure]:
    if problem := apache_kafka_lacks():
        pytest.skip(f"needs Apache Kafka: {problem}")
    directory = tmp_path_factory.mktemp("secure")
    authority = Authority(directory / "authority")
    with (
        SecureKafka(directory / "kafka", authority) as kafka,
        SecureMongod(directory / "mongodb", authority) as mongodb,
    ):
        kafka.prepare()
        mongodb.prepare(PREFIX)
        yield Secure(kafka, mongodb, authority, Issuer(directory), directory)


@pytest.fixture(scope="package")
def clock(secure: Secure) -> MovedClock:
    return MovedClock(secure.directory / "clock")


@dataclass(frozen=True)
class Serving:
    """The four services at work."""

    apps: dict[str, FastAPI]
    clients: dict[str, httpx.AsyncClient]
    issuer: Issuer

    async def call(self, service: str, method: str, path: str, body: Any = None, employee: str = "") -> Any:
        """As that employee, or as a manager of everything."""
        who = ["participant"] if employee else ["manager", "operator"]
        headers = signed_in(self.issuer, *who, employee_id=employee or "e-m", countries=[] if employee else ["*"])
        answer = await self.clients[service].request(method, path, json=body, headers=headers)
        assert answer.is_success, f"{method} {path}: {answer.text}"
        return answer.json()

    async def ready(self, service: str) -> bool:
        return (await self.clients[service].get("/health/ready")).status_code == 200


@pytest.fixture(scope="package")
async def serving(secure: Secure, clock: MovedClock) -> AsyncIterator[Serving]:
    async with AsyncExitStack() as stack:
        apps = {service.name: service.app(secure.settings(service.name), clock) for service in SERVICES}
        clients = {}
        for name, app in apps.items():
            await stack.enter_async_context(app.router.lifespan_context(app))
            clients[name] = await stack.enter_async_context(client_of(app))
        found = Serving(apps, clients, secure.issuer)
        for name in apps:
            await until(lambda name=name: found.ready(name))  # type: ignore[misc]
        yield found
