"""Links in letters, as a test follows them: nobody is signed in."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import httpx
from fastapi import FastAPI

from shared.web.links.link import Link, Links


def link_to(app: FastAPI, deed: str, subject: str, who: str, *, chosen: str = "", letter: str = "letter") -> str:
    """The path of a link that works for another day."""
    links: Links = app.state.links
    now: datetime = app.state.store.clock.now()
    ends = int((now + timedelta(days=1)).timestamp())
    return f"/do/{links.token(Link(deed, subject, who, letter, ends, chosen))}"


@asynccontextmanager
async def anybody(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A browser in which nobody is signed in."""
    transport = httpx.ASGITransport(app)
    told = {"Accept": "text/html"}
    async with httpx.AsyncClient(transport=transport, base_url="http://telemachus.test", headers=told) as client:
        yield client
