"""How the command line asks the services: over HTTP, with a token, as anybody else would.

Exit codes: 0 all is well; 1 something was refused, failed or found wrong; 2 called wrongly; 3 could not ask.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

import httpx

ANSWERED_WITHIN = 30.0
"""Seconds an answer may take; an import may take as long as it needs."""
TOKENS = Path(".telemachus")
"""Where ``make up`` keeps the tokens of its demo personas."""


class ServiceName(StrEnum):
    """The services; written out, because importing them takes seconds."""

    REGISTRATION = "registration"
    MATCHING = "matching"
    SESSIONS = "sessions"
    FEEDBACK = "feedback"


Persona = Literal["operator", "manager"]


class Failed(Exception):
    """What went wrong and what to do, in a sentence or two; ends the command."""

    exit_code = 1


class CannotAsk(Failed):
    """A service cannot be reached, or does not take our word."""

    exit_code = 3


@dataclass(frozen=True)
class Installation:
    """The services of one region. ``url`` may hold ``{service}``; else services are found at url/NAME."""

    url: str
    token_file: Path | None
    token: str

    def ask(self, service: str, method: str, path: str, persona: Persona = "operator", **request: Any) -> Any:
        """What the service answers, as data; raises Failed with its own sentence when it refuses."""
        with self._answer(service, method, path, persona, **request) as response:
            return _data(response.read(), self.address(service))

    def follow(
        self, service: str, method: str, path: str, persona: Persona = "operator", **request: Any
    ) -> Iterator[Any]:
        """What the service answers line by line, as it comes; raises as ``ask`` does."""
        headers = {"Accept": "application/x-ndjson", **request.pop("headers", {})}
        with self._answer(service, method, path, persona, headers=headers, **request) as response:
            for line in response.iter_lines():
                yield _data(line, self.address(service))

    @contextmanager
    def _answer(
        self, service: str, method: str, path: str, persona: Persona, **request: Any
    ) -> Iterator[httpx.Response]:
        request.setdefault("timeout", ANSWERED_WITHIN)
        headers = {"Authorization": f"Bearer {self._token(persona)}", **request.pop("headers", {})}
        address = self.address(service)
        try:
            with (
                httpx.Client(trust_env=False) as client,
                client.stream(method, f"{address}{path}", headers=headers, **request) as response,
            ):
                if not response.is_success:
                    response.read()
                    raise _refusal(service, response)
                yield response
        except httpx.InvalidURL as error:
            raise CannotAsk(f"«{address}» is no address: see --url.") from error
        except httpx.TransportError as error:
            why = f"{service} does not answer at {address} ({type(error).__name__})"
            raise CannotAsk(f"{why}: is it running, and is --url (TELEMACHUS_URL) right?") from error

    def address(self, service: str) -> str:
        """Where that service is."""
        if "{service}" in self.url:
            return self.url.replace("{service}", service).rstrip("/")
        return f"{self.url.rstrip('/')}/{service}"

    def _token(self, persona: Persona) -> str:
        if self.token:
            return self.token
        file = self.token_file or self._demo_token(persona)
        if file is None:
            raise CannotAsk(
                "There is no token. Put one of your identity provider's, with the role "
                f"{persona}, into a file and name it with --token-file (TELEMACHUS_TOKEN_FILE)."
            )
        try:
            return file.read_text().strip()
        except OSError as error:
            raise CannotAsk(f"{file} cannot be read: {error.strerror}.") from error

    def _demo_token(self, persona: Persona) -> Path | None:
        """That of the demo started last, for an installation on this very machine."""
        if httpx.URL(self.url.replace("{service}", "service")).host not in ("127.0.0.1", "localhost"):
            return None
        return max(TOKENS.glob(f"*/tokens/{persona}"), key=lambda file: file.stat().st_mtime, default=None)


def _data(said: str | bytes, address: str) -> Any:
    try:
        return json.loads(said)
    except ValueError as error:
        raise CannotAsk(f"What answers at {address} is not Telemachus: see --url.") from error


def _refusal(service: str, response: httpx.Response) -> Failed:
    try:
        sentence = str(response.json()["detail"])
    except (ValueError, LookupError, TypeError):
        sentence = f"it answered {response.status_code} without saying why."
    kind = CannotAsk if response.status_code in (401, 403, 502, 503, 504) else Failed
    return kind(f"{service}: {sentence}")
