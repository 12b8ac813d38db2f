"""A server on loopback as it runs everywhere, and clients that speak to it as badly as they like."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from typing_extensions import override

from shared.serving.server import server_config

PATIENCE = 20.0
"""Seconds for an answer."""


class _Server(uvicorn.Server):
    @override
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@dataclass(frozen=True)
class Answer:
    """What a server said, and whether it then closed."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def code(self) -> str:
        """Of a problem document."""
        assert self.headers["content-type"] == "application/problem+json", self
        return str(json.loads(self.body)["code"])


@dataclass(frozen=True)
class Raw:
    """A connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def say(self, *pieces: bytes) -> None:
        """Send it, or as much of it as the server takes."""
        with contextlib.suppress(ConnectionError):
            for piece in pieces:
                self.writer.write(piece)
                await self.writer.drain()

    async def answer(self) -> Answer:
        """The next one."""
        async with asyncio.timeout(PATIENCE):
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:-2])}
            body = await self.reader.readexactly(int(headers.get("content-length", "0")))
        return Answer(int(head[0].split()[1]), headers, body)

    async def rest(self) -> bytes:
        """All until the server closes; raises TimeoutError."""
        async with asyncio.timeout(PATIENCE):
            try:
                return await self.reader.read()
            except ConnectionError:
                return b""


@dataclass(frozen=True)
class Listening:
    """A server."""

    port: int
    server: uvicorn.Server

    @contextlib.asynccontextmanager
    async def connection(self) -> AsyncIterator[Raw]:
        """To it."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            yield Raw(reader, writer)
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def ask(self, *pieces: bytes) -> Answer:
        """What it answers, on a connection of its own."""
        async with self.connection() as raw:
            await raw.say(*pieces)
            return await raw.answer()

    @property
    def connections(self) -> int:
        """Open ones."""
        return len(self.server.server_state.connections)


@contextlib.asynccontextmanager
async def listening(app: ASGIApp) -> AsyncIterator[Listening]:
    """The application behind a port of its own, without its lifespan."""
    config = server_config(app, "127.0.0.1", 0, stopping=1)
    config.lifespan = "off"
    server = _Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        assert not serving.done()
        await asyncio.sleep(0.01)
    try:
        yield Listening(server.servers[0].sockets[0].getsockname()[1], server)
    finally:
        server.should_exit = True
        await serving


def request(method: str, path: str, *headers: tuple[str, Any], body: bytes = b"") -> bytes:
    """A well-formed one, with these headers besides."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", *(f"{name}: {value}" for name, value in headers)]
    return "\r\n".join((*lines, "", "")).encode() + body
