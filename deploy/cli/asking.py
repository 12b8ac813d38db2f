"""How the command line asks the services: over HTTP, with a token, as anybody else would.

Where they are and whose token is shown: options, else TELEMACHUS_URL and TELEMACHUS_TOKEN_FILE, else the demo programme
that runs with the state directory.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import httpx

from deploy.cli.answers import HOW, CannotAsk, Failed, data, refusal, silence
from deploy.cli.reading import accepted
from deploy.lists import LINES, BrokenOff, whole
from deploy.local.demo.claim import Running, running
from deploy.local.demo.wish import TOKENS

ANSWERED_WITHIN = 30.0
"""Seconds an answer may take; an import may take as long as it needs."""
HERE = ("127.0.0.1", "localhost")
BEARER = r"[A-Za-z0-9._~+/-]+=*"
"""A token as RFC 6750 has it."""


class ServiceName(StrEnum):
    """The services; written out, because importing them takes seconds."""

    REGISTRATION = "registration"
    MATCHING = "matching"
    SESSIONS = "sessions"
    FEEDBACK = "feedback"


Persona = Literal["operator", "manager"]


@dataclass(frozen=True)
class Installation:
    """The services of one region. ``url`` may hold ``{service}``; else services are found at url/NAME.

    Without ``url`` it is the demo programme that runs with the state directory.
    """

    url: str
    token_file: Path | None
    token: str
    state: Path

    def ask(self, service: str, method: str, path: str, persona: Persona = "operator", **request: Any) -> Any:
        """What the service answers, as data; raises Failed with its own sentence when it refuses."""
        with self._answer(service, method, path, persona, **request) as response:
            return data(response.read(), self.address(service))

    def follow(
        self, service: str, method: str, path: str, persona: Persona = "operator", **request: Any
    ) -> Iterator[Any]:
        """What the service answers line by line, as it comes; raises as ``ask`` does."""
        headers = {"Accept": LINES, **request.pop("headers", {})}
        with self._answer(service, method, path, persona, headers=headers, **request) as response:
            for line in response.iter_lines():
                yield data(line, self.address(service))

    def all(self, service: str, path: str, persona: Persona = "operator", **request: Any) -> list[Any]:
        """Everything in the list that stands there; raises as ``ask`` does."""
        headers = {"Accept": LINES}
        with self._answer(service, "GET", path, persona, headers=headers, **request) as response:
            try:
                return whole(response.iter_lines(), partial(data, address=self.address(service)))
            except BrokenOff as broken:
                raise Failed(f"{service}: {broken}") from broken

    @contextmanager
    def _answer(
        self, service: str, method: str, path: str, persona: Persona, **request: Any
    ) -> Iterator[httpx.Response]:
        request.setdefault("timeout", ANSWERED_WITHIN)
        address = self.address(service)
        headers = {
            "Authorization": f"Bearer {self._token(persona)}",
            "Accept-Language": accepted(os.environ),
            **request.pop("headers", {}),
        }
        try:
            with (
                httpx.Client(trust_env=False) as client,
                client.stream(method, f"{address}{path}", headers=headers, **request) as response,
            ):
                if not response.is_success:
                    response.read()
                    raise refusal(service, address, response)
                yield response
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            raise CannotAsk(f"“{address}” is no address of a service, such as http://127.0.0.1:8080: {HOW}.") from error
        except httpx.RequestError as error:
            raise silence(service, address, error) from error

    def address(self, service: str) -> str:
        """Where that service is; raises CannotAsk."""
        url = self.url or self._must_run().url
        if "{service}" in url:
            return url.replace("{service}", service).rstrip("/")
        return f"{url.rstrip('/')}/{service}"

    @cached_property
    def demo(self) -> Running | None:
        """The demo programme that is meant, if it is one; raises CannotAsk when it could be several."""
        here = running(self.state)
        if self.url:
            return next((each for each in here if _port(each.url) == _port(self.url)), None)
        if len(here) > 1:
            told = ", ".join(f"{each.directory.name} at {each.url}" for each in here)
            raise CannotAsk(f"Several demo programmes run here, {told}: say which with --url (TELEMACHUS_URL).")
        return here[0] if here else None

    def _must_run(self) -> Running:
        if self.demo is None:
            raise CannotAsk(
                f"Nothing runs with the state directory {self.state}: start the demo (`make up`), "
                f"or say where the services are with --url (TELEMACHUS_URL)."
            )
        return self.demo

    def _token(self, persona: Persona) -> str:
        if self.token:
            return self.token
        file = self.token_file
        if file is None and self.demo:
            file = self.demo.directory / TOKENS / persona
        if file is None:
            raise CannotAsk(
                "There is no token. Put one of your identity provider's, with the role "
                f"{persona}, into a file and name it with --token-file (TELEMACHUS_TOKEN_FILE)."
            )
        return _read(file)


def _read(file: Path) -> str:
    try:
        token = file.read_text(errors="replace").strip()
    except OSError as error:
        raise CannotAsk(f"{file} cannot be read: {error.strerror}.") from error
    if not re.fullmatch(BEARER, token):
        raise CannotAsk(f"{file} does not hold a bearer token and nothing else: see --token-file.")
    return token


def _port(url: str) -> int | None:
    """Which port of this very machine the address is about; None when it is about another."""
    try:
        found = urlsplit(url.replace("{service}", "service"))
        return found.port if found.hostname in HERE else None
    except ValueError:
        return None
