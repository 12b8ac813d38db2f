"""The ends of certificates are seen where Kafka is spoken to in TLS, by the very trust the product has."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from trustme import CA, LeafCert

from shared.kafka.certificates import Certificates
from shared.telemetry.metrics import Telemetry
from tests.support.apps import NOWHERE, settings_for
from tests.support.tokens import ISSUED_BY

NOW = datetime.now(UTC).replace(microsecond=0)
SOON, LATER = NOW + timedelta(days=20), NOW + timedelta(days=300)


class Setting:
    """A certificate authority, and what a service is told of it."""

    def __init__(self, directory: Path) -> None:
        self.authority = CA()
        self.directory = directory
        self.trusted = directory / "ca.pem"
        self.authority.cert_pem.write_to_path(self.trusted)
        self.own = self.issue(SOON, "telemachus-ledger")
        self.telemetry = Telemetry("ledger", "test")

    def issue(self, end: datetime, name: str = "localhost") -> LeafCert:
        return self.authority.issue_cert(name, not_after=end)

    def certificates(self, *servers: str, **more: Any) -> Certificates:
        told = {"kafka_security_protocol": "SSL", "kafka_ssl_ca_file": self.trusted}
        settings = settings_for(ISSUED_BY, kafka_bootstrap_servers=",".join(servers), **(told | more))
        return Certificates(settings, self.telemetry)

    def with_own(self) -> dict[str, Path]:
        cert, key = self.directory / "cert.pem", self.directory / "key.pem"
        cert.write_bytes(b"".join(part.bytes() for part in self.own.cert_chain_pems))
        self.own.private_key_pem.write_to_path(key)
        return {"kafka_ssl_cert_file": cert, "kafka_ssl_key_file": key}

    def shown(self, of: str) -> float | None:
        return self.telemetry.registry.get_sample_value("telemachus_certificate_expiry_timestamp_seconds", {"of": of})


@pytest.fixture
def setting(tmp_path: Path) -> Setting:
    return Setting(tmp_path)


@asynccontextmanager
async def listening(certificate: LeafCert, asks_for: CA | None = None) -> AsyncIterator[str]:
    """A server that shows this certificate, and may want to see another; its address."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    certificate.configure_cert(context)
    if asks_for:
        asks_for.configure_trust(context)
        context.verify_mode = ssl.CERT_REQUIRED

    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0, ssl=context)
    async with server:
        yield f"localhost:{server.sockets[0].getsockname()[1]}"


async def test_the_first_to_end_counts_and_one_that_is_away_does_not_matter(setting: Setting) -> None:
    async with listening(setting.issue(LATER)) as one, listening(setting.issue(SOON)) as other:
        assert await setting.certificates(NOWHERE, one, other).look()
    assert setting.shown("broker") == SOON.timestamp()
    assert setting.shown("client") is None


async def test_our_own_is_seen_and_shown_to_a_broker_that_asks(setting: Setting) -> None:
    async with listening(setting.issue(LATER), asks_for=setting.authority) as server:
        assert await setting.certificates(server, **setting.with_own()).look()
    assert (setting.shown("broker"), setting.shown("client")) == (LATER.timestamp(), SOON.timestamp())


async def test_of_a_broker_we_do_not_trust_nothing_is_told(setting: Setting) -> None:
    async with listening(CA().issue_cert("localhost")) as server:
        assert not await setting.certificates(server).look()
    assert setting.shown("broker") is None


@pytest.mark.parametrize(
    ("protocol", "there_are"), [("PLAINTEXT", False), ("SASL_PLAINTEXT", False), ("SSL", True), ("SASL_SSL", True)]
)
def test_without_tls_there_is_nothing_to_see(setting: Setting, protocol: str, there_are: bool) -> None:
    assert setting.certificates(NOWHERE, kafka_security_protocol=protocol).there_are is there_are


@pytest.mark.parametrize(("seen", "pause"), [(True, 3600), (False, 60)])
async def test_it_is_looked_again_in_an_hour_and_soon_where_no_broker_was_seen(
    setting: Setting, monkeypatch: pytest.MonkeyPatch, seen: bool, pause: float
) -> None:
    waits, certificates = list[float](), setting.certificates("localhost:1")

    async def look() -> bool:
        return seen

    async def wait(seconds: float) -> None:
        waits.append(seconds)

    monkeypatch.setattr(certificates, "look", look)
    monkeypatch.setattr(asyncio, "sleep", wait)
    await certificates.step()
    assert waits == [pause]
