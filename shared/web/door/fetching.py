"""What others answer whom we ask: JSON, no more of it than there is room for, and never from anywhere else."""

import asyncio
import json
import ssl
from functools import cache
from typing import Any

import httpx
from joserfc.errors import JoseError

UNUSABLE = (httpx.HTTPError, httpx.InvalidURL, OSError, JoseError, LookupError, RecursionError, TypeError, ValueError)
"""What asking raises when the other is away, or answers something else."""
SECONDS = 5
LARGEST_ANSWER = 256 * 1024
"""Bytes; key sets of large providers have 20 kB, as many names as a page shows less than 100."""


class TooMuch(ValueError):
    """The other says more than it can have to say."""


async def fetched(url: str, *, method: str = "GET", token: str = "", **asked: Any) -> tuple[int, Any]:
    """Status and JSON of the answer; raises one of UNUSABLE. Follows no redirect."""
    headers = {"Accept": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    async with (
        httpx.AsyncClient(timeout=SECONDS, verify=await authorities()) as client,
        client.stream(method, url, headers=headers, **asked) as answer,
    ):
        return answer.status_code, await json_of(answer)


async def json_of(answer: httpx.Response) -> Any:
    """Of an answer that is being streamed; raises one of UNUSABLE."""
    body = bytearray()
    async for piece in answer.aiter_bytes():
        body += piece
        if len(body) > LARGEST_ANSWER:
            raise TooMuch("the answer is too long")
    return json.loads(body)


async def authorities() -> ssl.SSLContext:
    """Who is believed to vouch for others. Read once, and beside the event loop, which it would hold for too long."""
    return await asyncio.to_thread(_read)


@cache
def _read() -> ssl.SSLContext:
    return httpx.create_ssl_context()
