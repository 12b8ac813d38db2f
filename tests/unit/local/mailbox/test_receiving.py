"""The demonstration's mail server: it keeps what is for a persona, no more of it than has room, and nothing else."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import aiosmtplib
import pytest

from deploy.local.mailbox import keeping
from deploy.local.mailbox.keeping import Mailbox
from deploy.local.mailbox.receiving import LONGEST, MOST_CONNECTIONS, MOST_READERS, receiving
from deploy.local.personas import Persona
from deploy.local.ports import HOST

JUNIOR, STRANGER = "ada@x.example", "eve@x.example"
PERSONAS = (
    Persona("junior", "Junior", "Ada Byron", ("participant",), (), "e-1", JUNIOR),
    Persona("manager", "Manager of all countries", "Group manager", ("manager",), ("*",)),
)


@pytest.fixture
def mailbox(tmp_path: Path) -> Mailbox:
    return Mailbox(tmp_path / "mailbox", PERSONAS)


@pytest.fixture
async def port(mailbox: Mailbox) -> AsyncIterator[int]:
    async with receiving(mailbox) as port:
        yield port


def letter(subject: str, text: str = "Hello") -> bytes:
    message = EmailMessage(policy=SMTP)
    message["Subject"] = subject
    message["Date"] = "Mon, 04 May 2026 08:00:00 +0000"
    message.set_content(text)
    message.add_alternative(f"<html><head></head><body>{text}</body></html>", subtype="html")
    return message.as_bytes()


async def send(port: int, message: bytes, *to: str) -> None:
    client = aiosmtplib.SMTP(hostname=HOST, port=port, start_tls=False, timeout=30)
    async with client:
        await client.sendmail("mentoring@x.example", to, message)


def subjects(mailbox: Mailbox) -> list[str]:
    return [each.subject for each in mailbox.letters("junior")]


async def test_a_letter_to_a_persona_is_kept_as_it_was_sent(port: int, mailbox: Mailbox) -> None:
    await send(port, letter("Grüße", "Füße\r\n.\r\n.."), "Ada@X.example")
    [kept] = mailbox.letters("junior")
    assert (kept.number, kept.subject, kept.text.splitlines()) == (1, "Grüße", ["Füße", ".", ".."])
    assert kept.at and kept.at.isoformat() == "2026-05-04T08:00:00+00:00"
    assert "<body>Füße" in kept.html


async def test_letters_to_all_others_are_taken_and_not_kept(port: int, mailbox: Mailbox, tmp_path: Path) -> None:
    await send(port, letter("Secret"), STRANGER)
    await send(port, letter("Secret"), "../../junior@x.example", "")
    assert [files for _, _, files in os.walk(tmp_path) if files] == []
    await send(port, letter("For both"), STRANGER, JUNIOR)
    assert [folder for folder, _, files in os.walk(tmp_path) if files] == [str(tmp_path / "mailbox" / "junior")]


async def test_the_newest_are_kept_the_newest_first_and_over_a_restart(
    port: int, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "MOST", 3)
    for number in range(1, 13):
        await send(port, letter(f"No {number}"), JUNIOR)
    assert subjects(mailbox) == ["No 12", "No 11", "No 10"]
    assert mailbox.letter("junior", 1) is None
    again = Mailbox(mailbox._directory, PERSONAS)
    again.receive(JUNIOR, letter("No 13"))
    assert subjects(again) == ["No 13", "No 12", "No 11"]


async def test_a_letter_that_is_too_long_is_refused(port: int, mailbox: Mailbox) -> None:
    with pytest.raises(aiosmtplib.SMTPResponseException) as refused:
        await send(port, letter("Long", "x" * 70 + "\r\n") * (LONGEST // 150), JUNIOR)
    assert refused.value.code == 552
    assert subjects(mailbox) == []


async def test_one_that_goes_to_too_many_goes_to_some_of_them(port: int, mailbox: Mailbox) -> None:
    client = aiosmtplib.SMTP(hostname=HOST, port=port, start_tls=False)
    async with client:
        refused, _ = await client.sendmail("m@x.example", [JUNIOR] + [STRANGER] * MOST_READERS, letter("All"))
    assert [code for code, _ in refused.values()] == [452]
    assert subjects(mailbox) == ["All"]


async def test_a_disk_that_is_full_is_no_reason_to_lose_a_letter(port: int, tmp_path: Path, mailbox: Mailbox) -> None:
    (tmp_path / "mailbox").write_text("in the way")
    with pytest.raises(aiosmtplib.SMTPResponseException) as later:
        await send(port, letter("Later"), JUNIOR)
    assert later.value.code == 452
    (tmp_path / "mailbox").unlink()
    await send(port, letter("Later"), JUNIOR)
    assert subjects(mailbox) == ["Later"]


async def greeting(stack: AsyncExitStack, port: int) -> tuple[asyncio.StreamReader, bytes]:
    reader, writer = await asyncio.open_connection(HOST, port)
    stack.callback(writer.close)
    async with asyncio.timeout(30):
        return reader, (await reader.readline())[:3]


async def test_connections_are_counted_and_one_that_ends_makes_room(port: int, mailbox: Mailbox) -> None:
    async with AsyncExitStack() as taken:
        assert {(await greeting(taken, port))[1] for _ in range(MOST_CONNECTIONS)} == {b"220"}
        assert (await greeting(taken, port))[1] == b"421"
    async with asyncio.timeout(30):
        while True:
            async with AsyncExitStack() as again:
                if (await greeting(again, port))[1] == b"220":
                    break
    await send(port, letter("After all"), JUNIOR)
    assert subjects(mailbox) == ["After all"]


async def test_whoever_is_connected_when_it_ends_is_hung_up_on(mailbox: Mailbox) -> None:
    async with AsyncExitStack() as connected:
        async with receiving(mailbox) as port:
            reader, _ = await greeting(connected, port)
        async with asyncio.timeout(30):
            assert await reader.read() == b""
        with pytest.raises(OSError):
            await asyncio.open_connection(HOST, port)


async def test_no_log_tells_an_address(port: int, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    await send(port, letter("Quiet"), JUNIOR)
    assert [record.getMessage() for record in caplog.records if record.name.startswith("mail")] == []


async def test_whoever_else_reads_is_given_every_letter(mailbox: Mailbox) -> None:
    class Reader:
        def __init__(self) -> None:
            self.got: list[str] = []

        def receive(self, address: str, _message: bytes) -> None:
            self.got.append(address)

    reader = Reader()
    async with receiving(mailbox, reader) as port:
        await send(port, letter("To both"), JUNIOR, STRANGER)
    assert reader.got == [JUNIOR, STRANGER]
    assert subjects(mailbox) == ["To both"]
