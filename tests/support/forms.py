"""A service's pages in an application of their own, with a store in memory, asked as a browser that is signed in."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html import unescape

import httpx
from fastapi import APIRouter, FastAPI
from typing_extensions import override

from deploy.services import SERVICES
from shared.domain.work import Store
from shared.web.access import Access, Caller
from shared.web.links.following import router as links_router
from shared.web.links.link import Links
from shared.web.names import Names
from shared.web.problems import explain_errors
from shared.web.static import static_router
from tests.support.browsers import with_a_door
from tests.support.including import include
from tests.support.memory import MemoryStore
from tests.support.tokens import ISSUED_BY

HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')


class _Tokens(Access):
    """A token is a name and roles: «ann~manager», of all countries, or «ann@FR~manager»; «~manager» has no number."""

    @override
    async def caller(self, token: str) -> Caller:
        who, *roles = token.split("~")
        name, _, countries = who.partition("@")
        allowed = frozenset(countries.split("+") if countries else "*")
        return Caller(f"person-{name}" if name else None, frozenset(roles), allowed, subject=name)


def site(*pages: APIRouter, store: Store | None = None, service: str = "registration") -> FastAPI:
    """The pages, in the sentences of that service."""
    app = FastAPI()
    settings = with_a_door(ISSUED_BY)
    app.state.store, app.state.access, app.state.settings = store or MemoryStore(), _Tokens(settings), settings
    app.state.service, app.state.names = service, Names(settings, app.state.access.sessions.cookie)
    [made] = (each for each in SERVICES if each.name == service)
    app.state.aggregates, app.state.operated = made.aggregates, made.operated
    app.state.links, app.state.deeds = Links(settings), made.deeds
    explain_errors(app, settings, made.spoken)
    include(app, *pages, static_router, links_router)
    return app


@asynccontextmanager
async def browsing(app: FastAPI, who: str = "ann~manager", **headers: str) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody's browser; it follows no redirect by itself, so that a test can look at it."""
    told = {"Accept": "text/html", "Authorization": f"Bearer {who}"} | headers
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://telemachus.test", headers=told) as client:
        yield client


def hidden(html: str) -> dict[str, str]:
    """What a browser would send with the form without anybody having typed it."""
    return {name: unescape(value) for name, value in HIDDEN.findall(html)}
