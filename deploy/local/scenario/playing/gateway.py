"""The product's public HTTP interfaces, asked the way an impatient but persistent person does.

What is away for a moment (refused connections, timeouts, 502, 503, 504) is asked again with growing pauses: the
services may be restarted in the middle. Everything asked for here can be asked for twice; whoever had to ask again
and hears that it cannot be done any more (409) takes it for done.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import TracebackType
from typing import Any, Self

import httpx

from deploy.lists import LINES, whole

Tokens = Callable[[str, frozenset[str], frozenset[str]], str]
"""``(employee_id, roles, countries) -> bearer token``."""

AWAY = frozenset({502, 503, 504})
SHORTEST_PAUSE, LONGEST_PAUSE = 0.1, 2.0


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Whose token a request carries."""

    employee_id: str
    roles: frozenset[str]
    countries: frozenset[str]


def participant(employee_id: str, country: str) -> Identity:
    """Somebody who acts for themselves."""
    return Identity(employee_id=employee_id, roles=frozenset({"participant"}), countries=frozenset({country}))


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back. ``again``: the request was sent more than once."""

    status: int
    body: Any
    again: bool

    @property
    def done(self) -> bool:
        """Whether what was asked for was done."""
        return 200 <= self.status < 300

    @property
    def done_before(self) -> bool:
        """Whether it probably was done when it was asked for first, and only the answer got lost."""
        return self.again and self.status == 409

    @property
    def sentence(self) -> str:
        """What a refusal says to people."""
        if isinstance(self.body, dict):
            return str(self.body.get("detail", self.body))
        return str(self.body)


class Unexpected(Exception):
    """An answer nobody would have expected; the message quotes it."""


class Away(Exception):
    """A service did not answer for longer than anybody would wait."""


class Gateway:
    """Asks the services. ``urls``: service → address; ``patience``: seconds one question is repeated for."""

    def __init__(
        self,
        urls: Mapping[str, str],
        tokens: Tokens,
        *,
        patience: float = 180.0,
        at_once: int = 16,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.urls = {service: url.rstrip("/") for service, url in urls.items()}
        self._tokens = cache(tokens)
        self._patience = patience
        self._places = asyncio.Semaphore(at_once)
        limits = httpx.Limits(max_connections=at_once, max_keepalive_connections=at_once)
        self._client = httpx.AsyncClient(timeout=30.0, trust_env=False, transport=transport, limits=limits)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def ask(
        self,
        who: Identity | None,
        method: str,
        service: str,
        path: str,
        *,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        content: str | None = None,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        accept: frozenset[int] = frozenset(),
    ) -> Answer:
        """The answer; raises Unexpected unless it is a success or one of ``accept``, Away after ``patience``.

        Nobody is signed in where ``who`` is None.
        """
        async with self._places:
            request = {"json": json, "data": form, "content": content, "params": params, "headers": headers}
            answer = await self._persist(who, method, service, path, **request)
        if not answer.done and answer.status not in accept and not answer.done_before:
            raise Unexpected(f"{method} {service}{path} was answered {answer.status}: {answer.sentence[:500]}")
        return answer

    async def get(self, who: Identity, service: str, path: str, **params: str) -> Any:
        """The body of what stands there."""
        return (await self.ask(who, "GET", service, path, params=params)).body

    async def all(self, who: Identity, service: str, path: str, **params: str) -> list[Any]:
        """Everything in the list that stands there; raises BrokenOff beside what ``ask`` does."""
        answer = await self.ask(who, "GET", service, path, params=params, headers={"Accept": LINES})
        return whole(answer.body.splitlines())

    async def _persist(self, who: Identity | None, method: str, service: str, path: str, **request: Any) -> Answer:
        deadline, pause, again = time.monotonic() + self._patience, SHORTEST_PAUSE, False
        while True:
            try:
                response = await self._send(who, method, service, path, **request)
                if response.status_code not in AWAY:
                    return Answer(status=response.status_code, body=_body(response), again=again)
                because = f"answered {response.status_code}"
            except httpx.TransportError as error:
                because = f"could not be reached ({type(error).__name__})"
            if time.monotonic() > deadline:
                raise Away(f"{service} {because} for {self._patience:.0f} s: {method} {path}")
            again = True
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE)

    async def _send(self, who: Identity | None, method: str, service: str, path: str, **request: Any) -> httpx.Response:
        headers = dict(request.pop("headers") or {})
        if who is not None:
            headers["Authorization"] = f"Bearer {self._tokens(who.employee_id, who.roles, who.countries)}"
        if request["content"] is not None:
            headers["Content-Type"] = "text/csv; charset=utf-8"
        return await self._client.request(method, f"{self.urls[service]}{path}", headers=headers, **request)


def _body(response: httpx.Response) -> Any:
    kind = response.headers.get("content-type", "")
    if "json" in kind and LINES not in kind:
        return response.json()
    return response.text
