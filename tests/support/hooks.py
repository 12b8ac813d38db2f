"""An endpoint on this machine that takes webhooks, or behaves as endpoints sometimes do."""

import asyncio
import base64
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from deploy.local.ports import HOST
from shared.domain.endpoints import Endpoint
from shared.language.registration import ParticipantTrained
from shared.language.sessions import SessionCancelled, SessionRescheduled

KEY = b"a key of twenty-four bytes, or of more"
SECRET = f"whsec_{base64.b64encode(KEY).decode()}"
KINDS = (ParticipantTrained.type, SessionCancelled.type, SessionRescheduled.type)
Answers = Callable[["Received"], Awaitable[bytes]]


@dataclass(frozen=True)
class Received:
    """One request."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def said(self) -> Any:
        return json.loads(self.body)


@dataclass
class Receiver:
    """What it was sent, and the bytes of its answers."""

    port: int = 0
    got: list[Received] = field(default_factory=list)
    answers: Answers | None = None
    under_way: int = 0
    most_under_way: int = 0

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}/hook"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
            body = await reader.readexactly(int(headers["content-length"]))
            received = Received(head[0].split()[1], headers, body)
            self.got.append(received)
            writer.write(await self.answers(received) if self.answers else answer(204))
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            self.under_way -= 1
            writer.close()


def answer(status: int, *headers: str, body: bytes = b"") -> bytes:
    """As bytes."""
    lines = [f"HTTP/1.1 {status} x", *headers, f"content-length: {len(body)}", "connection: close", "", ""]
    return "\r\n".join(lines).encode() + body


def says(*statuses: int) -> Answers:
    """One after the other; the last one from then on."""
    left = list(statuses)

    async def say(_: Received) -> bytes:
        return answer(left.pop(0) if len(left) > 1 else left[0])

    return say


def asks_for_rest(status: int, retry_after: str) -> Answers:
    """With that status, and to be left alone for so long or until then."""

    async def say(_: Received) -> bytes:
        return answer(status, f"retry-after: {retry_after}")

    return say


@asynccontextmanager
async def receiver(tls: ssl.SSLContext | None = None) -> AsyncIterator[Receiver]:
    """One that listens until the end."""
    one = Receiver()
    server = await asyncio.start_server(one.serve, HOST, 0, ssl=tls)
    one.port = server.sockets[0].getsockname()[1]
    try:
        yield one
    finally:
        server.close()


def endpoint(url: str = "https://hooks.example.com/x", **more: Any) -> Endpoint:
    """One of a chat."""
    return Endpoint.model_validate({"name": "chat", "url": url, "secret": SECRET, "kinds": KINDS} | more)
