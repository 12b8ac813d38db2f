"""What a service needs beside broker and database: complete settings, keys for tokens, a true clock, certificates."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from shared.domain.clock import MovedClock
from shared.kafka.certificates import end_of
from shared.operations.checks.kafka import Brokers
from shared.operations.checks.result import Check
from shared.settings import Settings
from shared.web.access import Access, NoKeys

NEAR = 14 * 86400.0
"""Seconds. Before its end a certificate should have been renewed: cert-manager and Strimzi do it 30 days before."""


def configuration(settings: Settings) -> list[Check]:
    """Settings that need each other are there together. None of the values is shown."""
    missing = []
    protocol = settings.kafka_security_protocol
    if "SASL" in protocol:
        given = {
            "KAFKA_SASL_USERNAME": settings.kafka_sasl_username,
            "KAFKA_SASL_PASSWORD": settings.kafka_sasl_password.get_secret_value(),
        }
        missing += [f"{name} is needed with {protocol}" for name, value in given.items() if not value]
    if bool(settings.kafka_ssl_cert_file) != bool(settings.kafka_ssl_key_file):
        missing.append("KAFKA_SSL_CERT_FILE and KAFKA_SSL_KEY_FILE are needed together")
    missing += [f"{name} names no file" for name, file in _files(settings).items() if not file.is_file()]
    found = "; ".join(missing) or f"complete; Kafka over {protocol}, region {settings.region}"
    return [Check("Configuration", not missing, found, "correct these settings" if missing else "")]


def _files(settings: Settings) -> dict[str, Path]:
    named = {
        "KAFKA_SSL_CA_FILE": settings.kafka_ssl_ca_file,
        "KAFKA_SSL_CERT_FILE": settings.kafka_ssl_cert_file,
        "KAFKA_SSL_KEY_FILE": settings.kafka_ssl_key_file,
    }
    return {name: file for name, file in named.items() if file is not None}


async def token_keys(settings: Settings) -> list[Check]:
    """The issuer's keys can be had."""
    try:
        await Access(settings).keys()
    except NoKeys as error:
        remedy = "correct TOKEN_KEYS (address or file of a JSON Web Key Set), or open the network"
        return [Check("Token keys", False, f"cannot be had ({type(error.__cause__).__name__})", remedy)]
    return [Check("Token keys", True, f"of {settings.token_issuer}")]


def clock(settings: Settings) -> list[Check]:
    """Nobody has moved the product's clock."""
    moved = MovedClock(settings.clock_file).now() - datetime.now(UTC) if settings.clock_file else timedelta()
    if abs(moved) < timedelta(seconds=1):
        return [Check("Clock", True, "not moved")]
    return [Check("Clock", False, f"moved by {moved}", "unset CLOCK_FILE: it is for demonstrations and tests")]


async def certificates(settings: Settings, brokers: Brokers) -> list[Check]:
    """None of Kafka's certificates ends soon."""
    checks = []
    if settings.kafka_security_protocol.endswith("SSL") and (end := await brokers.certificate()):
        checks.append(_lasts("Certificate of Kafka", end, "renew it on the brokers"))
    if file := settings.kafka_ssl_cert_file:
        checks.append(_lasts("Certificate of our own", end_of(file), "renew the file of KAFKA_SSL_CERT_FILE"))
    return checks


def _lasts(what: str, end: float, remedy: str) -> Check:
    fine = end - time.time() > NEAR
    return Check(what, fine, f"ends on {datetime.fromtimestamp(end, UTC):%Y-%m-%d}", "" if fine else remedy)
