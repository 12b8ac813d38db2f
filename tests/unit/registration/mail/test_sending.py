"""Letters are handed to a real mail server, whatever it says and does."""

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from services.registration.mail import sending
from services.registration.mail.sending import CONNECTIONS, Message, Outcome, Sender
from tests.support.apps import new_issuer, settings_for
from tests.support.certificates import Authority
from tests.support.smtp import SECRET, USER, MailServer, context, hangs_up, mail_server, says

TAKEN, LATER, REFUSED = Outcome.TAKEN, Outcome.LATER, Outcome.REFUSED


def sender(server: MailServer, **more: Any) -> Sender:
    told = {"smtp_host": "127.0.0.1", "smtp_port": server.port, "smtp_security": "none", "mail_from": "us@x.example"}
    return Sender(settings_for(new_issuer(), **told | more))


def letters(count: int) -> list[Message]:
    return [(f"letter-{number}", f"{number}@y.example", written) for number in range(count)]


def written() -> bytes:
    return b"Subject: Yes\r\n\r\nYes.\r\n"


def outcomes(of: Iterable[Outcome]) -> dict[str, Outcome]:
    return {f"letter-{number}": outcome for number, outcome in enumerate(of)}


async def test_every_letter_is_handed_over_once_and_connections_are_kept() -> None:
    async with mail_server() as server:
        assert await sender(server).send(letters(20)) == outcomes([TAKEN] * 20)
    assert sorted(address for address, _ in server.taken) == sorted(f"{number}@y.example" for number in range(20))
    assert server.connections <= CONNECTIONS


@pytest.mark.parametrize("command", ["RCPT", "DATA"])
@pytest.mark.parametrize(("said", "outcome"), [("550 nobody here", REFUSED), ("451 not now", LATER)])
async def test_what_is_said_of_one_letter_is_about_that_letter(command: str, said: str, outcome: Outcome) -> None:
    async with mail_server() as server:
        server.at[command] = once(said)
        one = sender(server)
        found = await one.send(letters(9))
    assert sorted(found.values()) == sorted([outcome] + [TAKEN] * 8)
    assert one.trouble is None, "the others were taken"


def once(said: str) -> Any:
    left = [said]

    async def say(_: Any) -> str | None:
        return left.pop() if left else None

    return say


@pytest.mark.parametrize("command", ["EHLO", "MAIL"])
async def test_a_server_that_does_not_want_us_refuses_no_letter_for_good(command: str) -> None:
    async with mail_server() as server:
        server.at[command] = says("550 not from you")
        one = sender(server)
        assert await one.send(letters(9)) == outcomes([LATER] * 9)
    assert one.trouble == "550"
    assert server.connections <= CONNECTIONS


@pytest.mark.parametrize("command", ["EHLO", "MAIL", "RCPT", "DATA"])
async def test_a_server_that_wants_no_more_is_left_alone(command: str) -> None:
    async with mail_server() as server:
        server.at[command] = says("421 too many")
        one = sender(server)
        assert await one.send(letters(50)) == outcomes([LATER] * 50)
    assert one.trouble == "421"
    assert server.connections <= CONNECTIONS


async def test_a_connection_that_breaks_in_the_middle_of_a_letter_ends_one_line() -> None:
    async with mail_server() as server:
        server.in_data = hangs_up
        one = sender(server)
        assert await one.send(letters(50)) == outcomes([LATER] * 50)
        assert server.connections <= CONNECTIONS
        server.in_data = None
        assert await one.send(letters(2)) == outcomes([TAKEN] * 2)
    assert one.trouble is None


@pytest.mark.parametrize("sign_in", ["password", "xoauth2"])
async def test_a_token_that_was_renewed_in_its_file_counts_from_the_next_connection_on(
    sign_in: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "smtp_password"
    file.write_text("over-since-an-hour\n")
    monkeypatch.setenv("SECRETS_DIR", str(tmp_path))
    async with mail_server(signed_in=True) as server:
        one = sender(server, smtp_username=USER, smtp_password="over-since-an-hour", smtp_sign_in=sign_in)
        assert await one.send(letters(1)) == outcomes([LATER])
        file.write_text(f"{SECRET}\n")
        assert await one.send(letters(1)) == outcomes([TAKEN])
        monkeypatch.setenv("SMTP_PASSWORD", "over-since-an-hour")
        assert await one.send(letters(1)) == outcomes([LATER]), "what is set beside it comes first"


@pytest.mark.parametrize(
    ("host", "trouble"), [("127.0.0.1", "SMTPConnectError"), ("mail..example.com", "ConnectionError")]
)
async def test_a_server_that_is_away_is_asked_once(host: str, trouble: str) -> None:
    async with mail_server() as server:
        pass
    one = sender(server, smtp_host=host)
    assert await one.send(letters(50)) == outcomes([LATER] * 50)
    assert one.trouble == trouble


async def test_a_server_that_takes_too_long_holds_up_nobody_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "LONGEST", 0.2)
    never = asyncio.Event()

    async def wait(_: Any) -> None:
        await never.wait()

    async with mail_server() as server:
        server.at["DATA"] = wait
        one = sender(server)
        assert await one.send(letters(9)) == outcomes([LATER] * 9)
        never.set()
    assert one.trouble == "TimeoutError"


async def test_no_letter_is_begun_when_others_may_soon_take_it_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "BEGUN", 0.0)
    async with mail_server() as server:
        assert await sender(server).send(letters(9)) == outcomes([LATER] * 9)
    assert server.taken == []


async def test_a_letter_is_written_when_a_connection_is_free_for_it() -> None:
    begun: list[int] = []
    seen: list[int] = []

    def write() -> bytes:
        begun.append(len(begun))
        return written()

    async def look(_: Any) -> None:
        seen.append(len(begun))

    async with mail_server() as server:
        server.at["MAIL"] = look
        many = [(identity, address, write) for identity, address, _ in letters(20)]
        assert await sender(server).send(many) == outcomes([TAKEN] * 20)
    assert seen[0] <= CONNECTIONS
    assert len(begun) == 20
    assert await sender(server).send(many) == outcomes([LATER] * 20)
    assert len(begun) == 20, "none is written for a server that is away"


async def test_one_signs_in_with_a_password() -> None:
    async with mail_server(signed_in=True) as server:
        assert await sender(server, smtp_username=USER, smtp_password=SECRET).send(letters(1)) == outcomes([TAKEN])
        for wrong in ({}, {"smtp_username": USER, "smtp_password": "another"}):
            assert await sender(server, **wrong).send(letters(1)) == outcomes([LATER]), "our fault, not the letter's"


async def test_one_signs_in_with_a_token() -> None:
    async with mail_server(signed_in=True) as server:
        how = {"smtp_username": USER, "smtp_sign_in": "xoauth2"}
        assert await sender(server, **how, smtp_password=SECRET).send(letters(1)) == outcomes([TAKEN])
        assert await sender(server, **how, smtp_password="another").send(letters(1)) == outcomes([LATER])


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_what_is_sent_is_encrypted(security: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = Authority(tmp_path / "ours")
    served = context(*ours.issue("mail"))
    monkeypatch.setenv("SSL_CERT_FILE", str(ours.file))
    how: dict[str, Any] = {security: served}
    async with mail_server(**how) as server:
        told = {"smtp_host": "localhost", "smtp_security": security}
        assert await sender(server, **told).send(letters(3)) == outcomes([TAKEN] * 3)


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_nothing_is_sent_to_whom_nobody_vouches_for(security: str, tmp_path: Path) -> None:
    how: dict[str, Any] = {security: context(*Authority(tmp_path).issue("mail"))}
    async with mail_server(**how) as server:
        one = sender(server, smtp_host="localhost", smtp_security=security)
        assert await one.send(letters(3)) == outcomes([LATER] * 3)
    assert server.taken == []
    assert one.trouble


async def test_nothing_is_sent_in_clear_where_encryption_was_asked_for() -> None:
    async with mail_server() as server:
        one = sender(server, smtp_security="starttls", smtp_username=USER, smtp_password=SECRET)
        assert await one.send(letters(3)) == outcomes([LATER] * 3)
    assert server.taken == []
