"""A mail server on the loopback interface, on the services' own loop. It sends nothing on."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import product
from typing import Protocol, cast

from aiosmtpd.smtp import SMTP, Envelope, Session
from typing_extensions import override

from deploy.local.ports import HOST

LONGEST, MOST_READERS, MOST_CONNECTIONS = 1_000_000, 100, 16
"""Bytes of a letter, addresses it goes to, and connections at once."""
SILENT = 60.0
"""Seconds after which a connection is closed on which nothing is said."""

logging.getLogger("mail.log").setLevel(logging.CRITICAL)  # it would tell addresses


class Reader(Protocol):
    """Whom letters are for; whoever is written to and not known there gets nothing."""

    def receive(self, address: str, message: bytes) -> None:
        """One has come; raises OSError."""


@asynccontextmanager
async def receiving(*readers: Reader) -> AsyncIterator[int]:
    """Takes every letter until the block ends, and gives it to each reader; gives the port."""
    lines: set[_Line] = set()

    def answer() -> asyncio.BaseProtocol:
        if len(lines) >= MOST_CONNECTIONS:
            return _Engaged()
        line = _Line(readers, lines)
        lines.add(line)
        return line

    server = await asyncio.get_running_loop().create_server(answer, HOST, 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for line in [*lines]:
            line.hang_up()


class _Line(SMTP):
    """One connection."""

    def __init__(self, readers: Sequence[Reader], lines: "set[_Line]") -> None:
        loop = asyncio.get_running_loop()
        super().__init__(_Taking(readers), data_size_limit=LONGEST, hostname=HOST, timeout=SILENT, loop=loop)
        self._lines = lines

    @override
    def connection_lost(self, error: Exception | None) -> None:
        self._lines.discard(self)
        super().connection_lost(error)

    def hang_up(self) -> None:
        """Whoever is still there has waited for the end."""
        if self.transport:
            self.transport.close()


class _Engaged(asyncio.Protocol):
    """All lines are taken."""

    @override
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        line = cast("asyncio.WriteTransport", transport)
        line.write(b"421 Too many connections\r\n")
        line.close()


class _Taking:
    """What aiosmtpd asks at each step."""

    def __init__(self, readers: Sequence[Reader]) -> None:
        self._readers = readers

    async def handle_RCPT(  # noqa: N802 - aiosmtpd looks for this name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if len(envelope.rcpt_tos) >= MOST_READERS:
            return "452 Too many recipients"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        message = envelope.original_content or b""
        try:
            for address, reader in product(envelope.rcpt_tos, self._readers):
                reader.receive(address, message)
        except OSError:
            return "452 Insufficient system storage"
        return "250 OK"
