"""Everything that differs between installations comes from the environment, or from files named like it.

Secrets may be files: with ``SECRETS_DIR=/run/secrets`` the file ``/run/secrets/mongodb_url`` is read for
``MONGODB_URL``.
"""

import os
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared.language.terms import REGION


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
    """Must name a replica set: the unit of work needs transactions."""
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
    """Claim with the roles: participant, manager, operator."""
    token_countries_claim: str = "countries"  # noqa: S105 - a name, no secret
    """Claim with the countries a manager looks after; «*» is all."""
    pseudonym_key: SecretStr = Field(min_length=16)
    """Turns employee numbers into person ids; the same in all four services."""

    sign_in_url: str = ""
    """Where browsers without a token are sent."""
    clock_file: Path | None = None
    """Moves the clock; only for demonstrations and tests."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """How much the services log: DEBUG, INFO, WARNING or ERROR."""
    outbox_keep_days: int = Field(default=400, ge=1)
    """Days for which published events can be said again from a service's own database."""

    def kafka_password(self) -> str:
        """As its file holds it now, where it came from a file: a new one counts from the next client on."""
        file = Path(os.environ.get("SECRETS_DIR", "")) / "kafka_sasl_password"
        if "SECRETS_DIR" in os.environ and "KAFKA_SASL_PASSWORD" not in os.environ and file.is_file():
            return file.read_text().strip()
        return self.kafka_sasl_password.get_secret_value()


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
