"""What ``check`` tells of the mail server."""

from pathlib import Path
from typing import Any

import pytest

from services.registration.mail.looking import look
from services.registration.mail.sending import Sender
from tests.support.apps import new_issuer, settings_for
from tests.support.certificates import Authority
from tests.support.smtp import SECRET, USER, MailServer, context, mail_server, says
from tests.unit.registration.mail.test_sending import sender

WRONG = "a word nobody may read"


async def found(server: MailServer, **more: Any) -> tuple[str, str]:
    one: Sender = sender(server, **more)
    [(what, said, remedy)] = await look(one._settings)
    assert what == "Mail server"
    assert WRONG not in said + remedy
    return said, remedy


async def test_without_one_nobody_is_written_to() -> None:
    assert await look(settings_for(new_issuer())) == [("Mail server", "nobody is written to: SMTP_HOST is empty", "")]


async def test_one_that_lets_us_in_is_fine_and_is_sent_nothing() -> None:
    async with mail_server(signed_in=True) as server:
        said, remedy = await found(server, smtp_username=USER, smtp_password=SECRET)
    assert said.endswith("answers, without TLS, signed in")
    assert remedy == ""
    assert server.taken == []


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_it_is_told_how_it_is_encrypted(security: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = Authority(tmp_path)
    how: dict[str, Any] = {security: context(*ours.issue("mail"))}
    async with mail_server(**how) as server:
        _, remedy = await found(server, smtp_host="localhost", smtp_security=security)
        assert "SSL_CERT_FILE" in remedy, "nobody vouches for it"
        monkeypatch.setenv("SSL_CERT_FILE", str(ours.file))
        said, remedy = await found(server, smtp_host="localhost", smtp_security=security)
    assert "TLSv1.3" in said
    assert remedy == ""


async def test_what_is_wrong_is_told_with_the_setting_to_look_at() -> None:
    async with mail_server(signed_in=True) as server:
        assert "SMTP_PASSWORD" in (await found(server, smtp_username=USER, smtp_password=WRONG))[1]
        assert "SMTP_SECURITY" in (await found(server, smtp_security="tls"))[1]
        assert "SMTP_SECURITY" in (await found(server, smtp_security="starttls"))[1]
        server.at["EHLO"] = says(f"550 {WRONG}")
        assert await found(server) == (f"127.0.0.1:{server.port} says 550", "see its log: does it know this machine?")
    assert "open the network" in (await found(server))[1]
    assert "SMTP_HOST" in (await found(server, smtp_host="mail..example.com"))[1]
