"""A mail server on this machine that takes letters, or behaves as servers sometimes do."""

import asyncio
import base64
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from typing_extensions import override

from deploy.local.ports import HOST

USER, SECRET = "telemachus", "a password that only tests know"
Behaviour = Callable[[SMTP], Awaitable[str | None]]
"""What the server does at a command; returns what it says instead of taking it."""


def says(*answers: str) -> Behaviour:
    """One after the other; the last one from then on."""
    left = list(answers)

    async def say(_: SMTP) -> str | None:
        return left.pop(0) if len(left) > 1 else left[0]

    return say


async def hangs_up(server: SMTP) -> str | None:
    """Break off without a word."""
    assert server.transport
    server.transport.abort()  # type: ignore[attr-defined] # it is one that writes
    return "421 too late"


class MailServer:
    """What it was sent, and how it behaves at which command (MAIL, RCPT, DATA; EHLO)."""

    def __init__(self) -> None:
        self.port = 0
        self.connections = 0
        self.taken: list[tuple[str, bytes]] = []
        """Address and message of what it has said yes to."""
        self.at: dict[str, Behaviour] = {}
        self.in_data: Behaviour | None = None
        """What it does when a letter has begun to come."""

    @property
    def letters(self) -> list[EmailMessage]:
        """What it has said yes to, read."""
        read = [message_from_bytes(message, policy=default) for _, message in self.taken]
        return [each for each in read if isinstance(each, EmailMessage)]

    async def _behave(self, command: str, server: SMTP) -> str | None:
        behaviour = self.at.get(command)
        return await behaviour(server) if behaviour else None

    async def handle_EHLO(  # noqa: N802 - aiosmtpd calls it so
        self, server: SMTP, session: Session, _: Envelope, hostname: str, answers: list[str]
    ) -> list[str]:
        session.host_name = hostname
        said = await self._behave("EHLO", server)
        return [said] if said else answers

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, _: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        said = await self._behave("MAIL", server)
        if said is None:
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return said or "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, _: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        said = await self._behave("RCPT", server)
        if said is None:
            envelope.rcpt_tos.append(address)
        return said or "250 OK"

    async def handle_DATA(self, server: SMTP, _: Session, envelope: Envelope) -> str:  # noqa: N802
        said = await self._behave("DATA", server)
        if said is None:
            assert isinstance(envelope.content, bytes)
            self.taken.append((envelope.rcpt_tos[0], envelope.content))
        return said or "250 OK"

    async def auth_XOAUTH2(self, server: SMTP, args: list[str]) -> AuthResult:  # noqa: N802
        """RFC 7628's forerunner: who one is and an access token, with control characters between."""
        given = base64.b64decode(args[1]).decode()
        right = given == f"user={USER}\x01auth=Bearer {SECRET}\x01\x01"
        if not right:
            await server.push("535 5.7.8 no")
        return AuthResult(success=right, handled=True, auth_data=USER) if right else AuthResult(success=False)


class _Session(SMTP):
    def __init__(self, server: MailServer, **how: Any) -> None:
        super().__init__(server, hostname="mail.example", ident="tests", **how)
        self._server = server

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if self.session is None:
            self._server.connections += 1
        super().connection_made(transport)

    @override
    async def smtp_DATA(self, arg: str) -> None:
        if self._server.in_data is None:
            await super().smtp_DATA(arg)
        else:
            await self.push("354 go on")
            assert self._reader
            await self._reader.readline()
            await self._server.in_data(self)


def lets_in(_server: SMTP, _session: Session, _envelope: Envelope, _how: str, who: Any) -> AuthResult:
    """Only who has the password."""
    right = isinstance(who, LoginPassword) and (who.login, who.password) == (USER.encode(), SECRET.encode())
    return AuthResult(success=right, handled=False)


@asynccontextmanager
async def mail_server(
    *,
    starttls: ssl.SSLContext | None = None,
    tls: ssl.SSLContext | None = None,
    signed_in: bool = False,
    newer: bool = False,
    port: int = 0,
) -> AsyncIterator[MailServer]:
    """One that listens until the end; ``signed_in``: who is not is told to; ``newer``: it knows SMTPUTF8."""
    server, loop = MailServer(), asyncio.get_running_loop()
    how = {
        "tls_context": starttls,
        "require_starttls": starttls is not None,
        "auth_required": signed_in,
        "enable_SMTPUTF8": newer,
        "auth_require_tls": False,
        "authenticator": lets_in if signed_in else None,
    }
    listening = await loop.create_server(lambda: _Session(server, **how), HOST, port, ssl=tls)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()


def context(certificate: Any, key: Any) -> ssl.SSLContext:
    """A server's, with this certificate."""
    made = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    made.load_cert_chain(certificate, key)
    return made
