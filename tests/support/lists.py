"""Lists over HTTP as clients walk them: page by page along the Link header, or all as lines."""

import re
from collections.abc import Mapping
from typing import Any

import httpx

from deploy.lists import LINES, whole

NEXT = re.compile(r'<(\?[^>]*)>; rel="next"')


def next_of(answer: httpx.Response) -> str:
    """The question mark and what follows it; empty on the last page."""
    link = answer.headers.get("link")
    if link is None:
        return ""
    found = NEXT.fullmatch(link)
    assert found, link
    return found[1]


async def pages(client: httpx.AsyncClient, address: str, headers: Mapping[str, str], limit: int) -> list[Any]:
    """The body of every page; the address may have a query already."""
    path, _, query = address.partition("?")
    query, bodies = f"?{query}&limit={limit}" if query else f"?limit={limit}", list[Any]()
    while query:
        answer = await client.get(f"{path}{query}", headers=dict(headers))
        assert answer.status_code == 200, answer.text
        bodies.append(answer.json())
        query = next_of(answer)
    return bodies


async def told(client: httpx.AsyncClient, address: str, headers: Mapping[str, str]) -> list[Any]:
    """All of it, line by line."""
    answer = await client.get(address, headers={**headers, "Accept": LINES})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == LINES
    return whole(answer.text.splitlines())
