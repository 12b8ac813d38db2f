"""What is renewed while a service runs counts from the next connection on."""

import asyncio
import ssl
from pathlib import Path

import pytest

from deploy.local.ports import HOST
from shared.kafka.connection import make_broker, reached, renew_password, tls
from shared.settings import Settings
from tests.support.apps import new_issuer, settings_for
from tests.support.certificates import Authority


def told(authority: Authority, certificate: Path, key: Path) -> Settings:
    files = {"kafka_ssl_ca_file": authority.file, "kafka_ssl_cert_file": certificate, "kafka_ssl_key_file": key}
    return settings_for(new_issuer(), kafka_security_protocol="SSL", **files)


async def shown_to(server_of: Authority, context: ssl.SSLContext) -> int:
    """The serial number of what such a client shows a server; raises ssl.SSLError when it does not trust that one."""
    wants = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=server_of.file)
    wants.load_cert_chain(*server_of.issue("server"))
    wants.verify_mode = ssl.CERT_REQUIRED
    seen: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def look(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.set_result(int(writer.get_extra_info("peercert")["serialNumber"], 16))
        writer.close()

    async with await asyncio.start_server(look, HOST, 0, ssl=wants) as server:
        port = server.sockets[0].getsockname()[1]
        _, writer = await asyncio.open_connection(HOST, port, ssl=context)
        writer.close()
        return await seen


async def test_a_renewed_certificate_is_shown_from_the_next_connection_on(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    context = tls(told(authority, *authority.issue("client")))
    before = await shown_to(authority, context)
    assert await shown_to(authority, context) == before

    authority.issue("client")  # into the same files
    assert await shown_to(authority, context) != before


async def test_an_exchanged_authority_is_trusted_and_the_old_one_no_more(tmp_path: Path) -> None:
    old, new = Authority(tmp_path / "old"), Authority(tmp_path / "new")
    certificate, key = old.issue("client")
    context = tls(told(old, certificate, key))
    await shown_to(old, context)

    renewed, its_key = new.issue("client")
    for to, source in ((old.file, new.file), (certificate, renewed), (key, its_key)):
        to.write_bytes(source.read_bytes())
    await shown_to(new, context)
    another = Authority(tmp_path / "another")
    with pytest.raises(ssl.SSLCertVerificationError):
        await shown_to(another, context)


def test_files_that_are_missing_are_told_at_once(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with pytest.raises(FileNotFoundError):
        tls(told(authority, tmp_path / "none", tmp_path / "none"))


@pytest.fixture
def password_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SECRETS_DIR", str(tmp_path))
    monkeypatch.delenv("KAFKA_SASL_PASSWORD", raising=False)
    file = tmp_path / "kafka_sasl_password"
    file.write_text("first\n")
    return file


def renew(file: Path) -> None:
    file.write_text("second\n")


SIGNING_IN = {"kafka_security_protocol": "SASL_PLAINTEXT", "kafka_sasl_username": "a", "kafka_sasl_password": "first"}


async def test_a_password_that_is_a_file_is_read_for_every_client(password_file: Path) -> None:
    settings = settings_for(new_issuer(), **SIGNING_IN)
    broker = make_broker(settings, "feedback")
    await broker.connect()
    assert reached(settings)["sasl_plain_password"] == "first"

    renew(password_file)
    assert reached(settings)["sasl_plain_password"] == "second"
    renew_password(broker, settings)
    consumer = broker.config.broker_config.builder()
    assert consumer._client._sasl_plain_password == "second"


@pytest.mark.parametrize("half", [None, b"\xff\xfe\x00"])
def test_while_the_file_cannot_be_read_what_was_read_before_counts(password_file: Path, half: bytes | None) -> None:
    password_file.unlink()
    if half:
        password_file.write_bytes(half)
    assert settings_for(new_issuer(), **SIGNING_IN).kafka_password() == "first"


def test_a_password_of_the_environment_wins(password_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_for(new_issuer(), **SIGNING_IN)
    monkeypatch.setenv("KAFKA_SASL_PASSWORD", "first")
    password_file.write_text("second")
    assert settings.kafka_password() == "first"
