"""Who is not let in, what is said then, and who is let in after a secret was renewed."""

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiokafka.errors import KafkaError as NotLetIn

from deploy.local.issuer import ISSUER
from deploy.local.mongod import REPLICA_SET
from deploy.local.ports import HOST
from deploy.services import SERVICES
from shared.kafka.connection import start_producer
from shared.operations.checks import check_service
from tests.integration.secured.conftest import BY_NAME, Secure, Serving
from tests.support.apps import PSEUDONYM_KEY
from tests.support.certificates import Authority
from tests.support.serving import until

CANARY = "a-word-nobody-may-read"
BY_SERVICE = {service.name: service for service in SERVICES}


async def wrong_of(secure: Secure, **more: Any) -> dict[str, str]:
    """What is not fine for feedback with these settings, and the remedy; no secret is in it."""
    checks = await check_service(BY_SERVICE["feedback"], secure.settings("feedback", **more))
    assert CANARY not in str(checks)
    return {check.what: check.remedy for check in checks if not check.fine}


async def test_another_authority_is_not_trusted(secure: Secure) -> None:
    other = Authority(secure.directory / "other")
    url = (
        secure.settings("feedback").mongodb_url.get_secret_value().replace(str(secure.authority.file), str(other.file))
    )
    wrong = await wrong_of(secure, kafka_ssl_ca_file=other.file, mongodb_url=url)
    assert "KAFKA_SSL_CA_FILE" in wrong["Kafka"]
    assert "tlsCAFile" in wrong["MongoDB"]


async def test_nobody_gets_in_without_tls(secure: Secure) -> None:
    user = BY_NAME["feedback"].user
    url = f"mongodb://{user}:{secure.mongodb.passwords[user]}@{HOST}:{secure.mongodb.port}/?replicaSet={REPLICA_SET}"
    wrong = await wrong_of(secure, kafka_security_protocol="SASL_PLAINTEXT", mongodb_url=url)
    assert "KAFKA_SECURITY_PROTOCOL" in wrong["Kafka"]
    assert "MongoDB" in wrong


async def test_a_certificate_is_enough_where_both_sides_show_one(secure: Secure) -> None:
    foreign = Authority(secure.directory / "foreign")
    mutual = {"kafka_bootstrap_servers": secure.kafka.mutual, "kafka_security_protocol": "SSL"}

    def shown(authority: Authority) -> dict[str, Any]:
        certificate, key = authority.issue(BY_NAME["feedback"].user)
        return mutual | {"kafka_ssl_cert_file": certificate, "kafka_ssl_key_file": key}

    assert set(await wrong_of(secure, **shown(secure.authority))) <= {"MongoDB indexes"}
    refused_when = {"Kafka", "Kafka topics", "Kafka group", "Certificates"}
    assert refused_when <= set(await wrong_of(secure, **shown(foreign)))
    assert refused_when <= set(await wrong_of(secure, **mutual))


@pytest.fixture
def rotated(secure: Secure) -> Iterator[str]:
    """The user whose password was changed at the broker."""
    user = BY_NAME["feedback"].user
    before = secure.kafka.passwords[user]
    secure.kafka.change_password(user, secrets.token_urlsafe(16))
    yield user
    secure.kafka.change_password(user, before)


async def test_a_password_changed_in_its_file_lets_the_next_clients_in(
    secure: Secure, serving: Serving, rotated: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = serving.apps["feedback"].state.running
    monkeypatch.setenv("SECRETS_DIR", str(tmp_path))
    with pytest.raises(NotLetIn):
        await start_producer(running.settings, "feedback")

    (tmp_path / "kafka_sasl_password").write_text(secure.kafka.passwords[rotated])
    await (await start_producer(running.settings, "feedback")).stop()
    await running.bus.start_anew()

    async def heard() -> bool:
        return bool(running.bus.assigned) and await serving.ready("feedback")

    await until(heard)


def test_a_service_that_is_not_let_in_ends_and_says_which_setting_is_wrong(secure: Secure) -> None:
    user = BY_NAME["feedback"].user
    url = secure.settings("feedback").mongodb_url.get_secret_value().replace(secure.mongodb.passwords[user], CANARY)
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(Path(__file__).parents[3]),
        "KAFKA_BOOTSTRAP_SERVERS": secure.kafka.bootstrap_servers,
        "KAFKA_SECURITY_PROTOCOL": "SASL_SSL",
        "KAFKA_SASL_USERNAME": user,
        "KAFKA_SASL_PASSWORD": CANARY,
        "KAFKA_SSL_CA_FILE": str(secure.authority.file),
        "MONGODB_URL": url,
        "TOKEN_ISSUER": ISSUER,
        "TOKEN_KEYS": str(secure.issuer.keys_file),
        "PSEUDONYM_KEY": CANARY,
        "LOG_LEVEL": "DEBUG",
    }
    command = [sys.executable, "-m", "services.feedback"]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=240)
    said = ended.stdout + ended.stderr
    assert ended.returncode != 0
    assert "correct KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD" in said
    assert "correct user, password and authSource in MONGODB_URL" in said
    assert CANARY not in said


async def test_no_secret_is_shown_to_anybody(serving: Serving, secure: Secure) -> None:
    """Neither to people who ask without a token, nor in metrics, descriptions and errors."""
    for name, client in serving.clients.items():
        user = BY_NAME[name].user
        settings = secure.settings(name)
        paths = ("/metrics", "/docs", "/openapi.json", "/asyncapi.json", "/health/ready", "/nowhere")
        shown = [repr(settings), str(settings.model_dump()), *[(await client.get(path)).text for path in paths]]
        for secret in (secure.kafka.passwords[user], secure.mongodb.passwords[user], PSEUDONYM_KEY):
            assert secret not in "".join(shown), name
