"""Somebody signed in with a browser, as tests need them: a cookie, and what a form of theirs carries."""

from collections.abc import Iterable
from http.cookies import SimpleCookie
from typing import Any

import httpx
from fastapi import Response
from starlette.requests import Request

from deploy.local.issuer import CLIENT, Issuer
from shared.settings import Settings
from shared.web.access import Access, Caller, csrf
from tests.support.apps import SESSION_KEY, person, settings_for

HERE = "http://127.0.0.1"
KEY, OTHER_KEY = SESSION_KEY, "another-key-of-sessions-for-the-tests"
DOOR = {"public_url": HERE, "session_keys": KEY, "sign_in_client_id": CLIENT}
"""Settings with which browsers sign in."""
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def with_a_door(issuer: Issuer, **more: Any) -> Settings:
    """What a service is told where people sign in with a browser."""
    return settings_for(issuer, **DOOR | more)


def signed_in_cookie(
    access: Access, *roles: str, employee_id: str = "", countries: Iterable[str] = (), name: str = ""
) -> str:
    """The cookie of somebody who has just signed in, as a browser sends it."""
    caller = Caller(
        person(employee_id) if employee_id else None, frozenset(roles), frozenset(countries), subject=employee_id
    )
    response = Response()
    access.welcome(response, caller, name)
    return response.headers["set-cookie"].partition(";")[0]


def asking(method: str, cookie: str, **headers: str) -> Request:
    """A request as a service sees it."""
    raw = [(name.lower().replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": "/", "query_string": b"", "headers": raw}
    scope["headers"] = [*raw, (b"cookie", cookie.encode())]
    return Request(scope)


def form_token(access: Access, cookie: str) -> str:
    """What a form carries that is shown to whoever has this cookie."""
    request = asking("GET", cookie)
    request.state.caller = access.visitor(request)
    return csrf(request)


class Jar:
    """A browser's cookies and nothing else of it: no redirect is followed, and paths count."""

    def __init__(self, client: httpx.AsyncClient, origin: str = HERE) -> None:
        self._client, self.origin = client, origin
        self.cookies: dict[tuple[str, str], str] = {}
        """(path, name) → value."""

    async def get(self, path: str, **more: Any) -> httpx.Response:
        """As somebody who follows a link."""
        return await self._asked("GET", path, **more)

    async def post(self, path: str, **more: Any) -> httpx.Response:
        """As somebody who sends a form of one of our own pages."""
        headers = {"Origin": self.origin} | more.pop("headers", {})
        return await self._asked("POST", path, headers=headers, **more)

    async def _asked(self, method: str, path: str, **more: Any) -> httpx.Response:
        fits = {name: value for (where, name), value in self.cookies.items() if path.startswith(where)}
        said = {"Host": self.origin.partition("//")[2], "Accept": "text/html"}
        if fits:
            said["Cookie"] = "; ".join(f"{name}={value}" for name, value in fits.items())
        answer = await self._client.request(method, path, headers=said | more.pop("headers", {}), **more)
        for each in answer.headers.get_list("set-cookie"):
            self._keep(each)
        return answer

    def _keep(self, said: str) -> None:
        for name, morsel in SimpleCookie(said).items():
            if morsel["max-age"] == "0":
                self.cookies.pop((morsel["path"], name), None)
            else:
                self.cookies[morsel["path"], name] = morsel.value

    @property
    def names(self) -> set[str]:
        """Of the cookies there are."""
        return {name for _, name in self.cookies}
