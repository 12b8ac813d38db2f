"""When certificates end: the broker's, as it shows it, and our own. Looked at every hour, never by a scrape."""

import asyncio
import ssl
from pathlib import Path

import structlog
from aiokafka.conn import collect_hosts
from cryptography.x509 import load_pem_x509_certificate

from shared.kafka.connection import tls
from shared.settings import Settings
from shared.telemetry.metrics import Telemetry

log = structlog.get_logger()

LOOK, AGAIN = 3600.0, 60.0
"""Seconds between two looks, and after one that saw no broker."""
SHOWN_WITHIN = 10.0
"""Seconds in which a broker must show its certificate."""


class Certificates:
    """Those of the connection to Kafka."""

    def __init__(self, settings: Settings, telemetry: Telemetry) -> None:
        self._settings = settings
        self._ends = telemetry.certificates

    @property
    def there_are(self) -> bool:
        """Whether Kafka is spoken to in TLS."""
        return self._settings.kafka_security_protocol.endswith("SSL")

    async def step(self) -> None:
        """Look, then wait for long."""
        await asyncio.sleep(LOOK if await self.look() else AGAIN)

    async def look(self) -> bool:
        """Note when they end; False when no broker shows its certificate."""
        if own := self._settings.kafka_ssl_cert_file:
            self._ends.labels("client").set(end_of(own))
        servers = collect_hosts(self._settings.kafka_bootstrap_servers, randomize=False)
        ends = [end for end in [await self._shown(host.strip(), port) for host, port, _ in servers] if end]
        if ends:
            self._ends.labels("broker").set(min(ends))
        return bool(ends)

    async def _shown(self, host: str, port: int) -> float | None:
        """When the certificate ends which this server shows; None when it does not answer, or we do not trust it."""
        try:
            async with asyncio.timeout(SHOWN_WITHIN):
                _, writer = await asyncio.open_connection(host, port, ssl=tls(self._settings))
                shown = writer.get_extra_info("peercert")
                writer.close()
        except (OSError, TimeoutError) as error:
            log.warning("certificate not seen", because=type(error).__name__)
            return None
        return ssl.cert_time_to_seconds(shown["notAfter"])


def end_of(file: Path) -> float:
    """When the certificate in the file ends: the first, where it brings those that vouch for it."""
    return load_pem_x509_certificate(file.read_bytes()).not_valid_after_utc.timestamp()
