"""What a service needs beside broker and database: complete settings, keys for tokens, a true clock, certificates."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from shared.domain.clock import MovedClock
from shared.kafka.certificates import end_of
from shared.language.values.zones import RELEASED_IN, VERSION
from shared.operations.checks.kafka import Brokers
from shared.operations.checks.result import Check
from shared.settings import Settings
from shared.web.door.discovery import Discovery, NoProvider
from shared.web.door.tokens import NoKeys, Tokens

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
    if settings.public_url:
        needed = {"SIGN_IN_CLIENT_ID": settings.sign_in_client_id, "SESSION_KEYS": settings.keys_of_sessions}
        missing += [f"{name} is needed with PUBLIC_URL" for name, value in needed.items() if not value]
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
        await Tokens(settings).keys()
    except NoKeys as error:
        remedy = "correct TOKEN_KEYS (address or file of a JSON Web Key Set), or open the network"
        return [Check("Token keys", False, f"cannot be had ({type(error.__cause__).__name__})", remedy)]
    return [Check("Token keys", True, f"of {settings.token_issuer}")]


async def sign_in(settings: Settings) -> list[Check]:
    """The identity provider says where people sign in, if they do with browsers."""
    if not settings.public_url:
        return [Check("Sign-in", True, "nobody signs in with a browser: PUBLIC_URL is empty")]
    try:
        found = await Discovery(settings).document()
    except NoProvider:
        remedy = "correct TOKEN_ISSUER, the address of the provider without /.well-known, or open the network"
        return [Check("Sign-in", False, f"no discovery document of {settings.token_issuer}", remedy)]
    return [Check("Sign-in", True, f"at {settings.public_url}, by {found.authorization_endpoint}")]


def clock(settings: Settings) -> list[Check]:
    """Nobody has moved the product's clock."""
    moved = MovedClock(settings.clock_file).now() - datetime.now(UTC) if settings.clock_file else timedelta()
    if abs(moved) < timedelta(seconds=1):
        return [Check("Clock", True, "not moved")]
    return [Check("Clock", False, f"moved by {moved}", "unset CLOCK_FILE: it is for demonstrations and tests")]


def time_zones(year: int) -> list[Check]:
    """The rules of time zones are those of this year or the last one: some country changes its own every year."""
    fine = year - RELEASED_IN <= 1
    remedy = "" if fine else "they are more than a year old: take a newer image, or a newer tzdata"
    return [Check("Time zones", fine, f"IANA {VERSION}, the package's own, released in {RELEASED_IN}", remedy)]


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
