"""Everything that differs between installations comes from the environment, or from files named like it.

Secrets may be files: with ``SECRETS_DIR=/run/secrets`` the file ``/run/secrets/mongodb_url`` is read for
``MONGODB_URL``.
"""

import os
from contextlib import suppress
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_core import PydanticKnownError
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.domain.endpoints import endpoints_in
from shared.language.terms import REGION

ORIGIN = r"^(https://[a-z0-9.-]+(:\d+)?|http://(127\.0\.0\.1|localhost|\[::1\])(:\d+)?)?$"
"""Scheme and host as browsers write them; without TLS on this very machine alone."""
MAILBOX = r"^([A-Za-z0-9_%+-]+(\.[A-Za-z0-9_%+-]+)*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*)?$"
"""An address as every mail server takes it."""
SHORTEST_KEY = 32
"""Characters."""


class Settings(BaseSettings):
    """What a service is told by its surroundings."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="ignore",
        secrets_dir=os.environ.get("SECRETS_DIR"),
        hide_input_in_errors=True,  # a setting that is missing would show all the others, passwords too
    )

    region: str = Field(default="local", pattern=REGION)
    """Where this stack stands; on every event and metric."""

    kafka_bootstrap_servers: str
    """Addresses of the brokers, host:port with commas between."""
    kafka_security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    """How the brokers are spoken to."""
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    """How the user signs in, with SASL."""
    kafka_sasl_username: str = ""
    """The service's own Kafka user."""
    kafka_sasl_password: SecretStr = SecretStr("")
    """Its password."""
    kafka_ssl_ca_file: Path | None = None
    """Who vouches for the brokers (PEM); without it the authorities of the image are trusted."""
    kafka_ssl_cert_file: Path | None = None
    """The service's own certificate (PEM), where brokers ask for one."""
    kafka_ssl_key_file: Path | None = None
    """Its key (PEM)."""

    mongodb_url: SecretStr
    """Must name a replica set, for transactions; time-outs it names win over ours (3 s to connect, 30 s to answer)."""
    mongodb_database_prefix: str = "telemachus"
    """The database is this, an underscore and the service's name."""

    http_host: str = "127.0.0.1"
    """Where it listens; in a container 0.0.0.0."""
    http_port: int = 8000
    """The one port a service listens on, for people, probes and metrics."""
    root_path: str = ""
    """The path a proxy strips before requests arrive here."""

    token_issuer: str
    """The iss claim of the identity provider's tokens."""
    token_audience: str = "telemachus"  # noqa: S105 - a name, no secret
    """The aud claim."""
    token_keys: str
    """Address (https://…) or file of the issuer's JSON Web Key Set."""
    token_employee_claim: str = "employee_id"  # noqa: S105 - a name, no secret
    """Claim with the employee number."""
    token_roles_claim: str = "roles"  # noqa: S105 - a name, no secret
    """Claim with the roles: participant, manager, operator, data-protection."""
    token_countries_claim: str = "countries"  # noqa: S105 - a name, no secret
    """Claim with the countries a manager looks after; «*» is all."""
    pseudonym_key: SecretStr = Field(min_length=16)
    """Turns employee numbers into person ids; the same in all four services."""

    public_url: str = Field(default="", pattern=ORIGIN)
    """Where people open Telemachus, such as https://mentoring.example.com; empty: nobody signs in with a browser."""
    sign_in_client_id: str = ""
    """What the identity provider calls Telemachus, where people sign in with it."""
    sign_in_client_secret: SecretStr = SecretStr("")
    """Its secret there; empty for a public client. Only registration needs it."""
    sign_in_scope: str = "openid profile"
    """What registration asks the identity provider for."""
    session_keys: SecretStr = SecretStr("")
    """Seal what browsers keep, with commas between: the first seals, all open; the same in all four services."""
    session_idle_minutes: int = Field(default=60, ge=10, le=1440)
    """Minutes after which somebody who does nothing has to sign in again."""
    session_longest_hours: int = Field(default=10, ge=1, le=24)
    """Hours after which everybody has to sign in again, whatever they do."""
    names_url: str = Field(default="", pattern=r"^(https?://[^\s/]+(/[^\s?#]*)?)?$")
    """Where the other services reach registration, to ask for names; empty: pages say in words whom they mean."""
    smtp_host: str = ""
    """The mail server that registration hands letters to; empty: nobody is written to."""
    smtp_port: int = Field(default=587, ge=1, le=65535)
    """Its port."""
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    """How it is spoken to: encrypted once greeted, from the first byte, or not at all."""
    smtp_username: str = ""
    """Who signs in there; empty: nobody does."""
    smtp_password: SecretStr = SecretStr("")
    """The password, or with XOAUTH2 the access token; as a file it is read anew for every connection."""
    smtp_sign_in: Literal["password", "xoauth2"] = "password"
    """How one signs in there."""
    mail_from: str = Field(default="", pattern=MAILBOX, validate_default=True)
    """The address that letters come from; required with SMTP_HOST."""
    webhooks: SecretStr = SecretStr("")
    """Which addresses of your own are told of events, as JSON (webhooks.md says how); empty: none."""
    clock_file: Path | None = None
    """Moves the clock; only for demonstrations and tests."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """How much the services log: DEBUG, INFO, WARNING or ERROR."""
    outbox_keep_days: int = Field(default=400, ge=1)
    """Days for which published events can be said again from a service's own database."""

    @field_validator("session_keys")
    @classmethod
    def _long_enough(cls, keys: SecretStr) -> SecretStr:
        if any(len(key) < SHORTEST_KEY for key in _keys(keys)):
            raise PydanticKnownError("string_too_short", {"min_length": SHORTEST_KEY})
        return keys

    @field_validator("mail_from")
    @classmethod
    def _with_a_mail_server(cls, address: str, info: ValidationInfo) -> str:
        if info.data.get("smtp_host") and not address:
            raise PydanticKnownError("missing")
        return address

    @field_validator("webhooks")
    @classmethod
    def _well_written(cls, webhooks: SecretStr) -> SecretStr:
        endpoints_in(webhooks)
        return webhooks

    @property
    def keys_of_sessions(self) -> list[str]:
        """One by one, the one that seals first."""
        return _keys(self.session_keys)

    def kafka_password(self) -> str:
        """As its file holds it now, where it came from a file: a new one counts from the next client on."""
        return _as_it_is_now("kafka_sasl_password", self.kafka_sasl_password)

    def mail_password(self) -> str:
        """The same of the mail server: whoever renews an access token writes it there, before it ends."""
        return _as_it_is_now("smtp_password", self.smtp_password)


def _as_it_is_now(name: str, read_before: SecretStr) -> str:
    """What was read before, as long as the file cannot be read: it is away while it is replaced, or written by half."""
    if "SECRETS_DIR" in os.environ and name.upper() not in os.environ:
        with suppress(OSError, UnicodeDecodeError):
            return (Path(os.environ["SECRETS_DIR"]) / name).read_text(encoding="utf-8").strip()
    return read_before.get_secret_value()


def _keys(keys: SecretStr) -> list[str]:
    return [key for each in keys.get_secret_value().split(",") if (key := each.strip())]


def from_environment() -> Settings:
    """The settings of this process; ends it with a sentence a variable when some are missing or wrong."""
    try:
        return Settings()
    except ValidationError as error:
        lines = [f"  {name}: {what}" for name, what in faults(error)]
        raise SystemExit("The environment is not complete:\n" + "\n".join(lines)) from None


def faults(error: ValidationError) -> list[tuple[str, str]]:
    """Variables that are missing or wrong, and how; no values, which may be secret."""
    found = error.errors(include_input=False, include_url=False)
    return [(str(fault["loc"][0]).upper(), fault["msg"]) for fault in found]
