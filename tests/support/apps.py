"""A service's application as tests call it: in this process, with tokens of our own."""

import tempfile
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from deploy.local.issuer import ISSUER, Issuer
from shared.domain.people import person_id
from shared.settings import Settings
from tests.support.documented import must_be_documented

NOWHERE = "127.0.0.1:9"
"""Nothing answers there."""
PSEUDONYM_KEY = "a key that only tests know"
SESSION_KEY = "a-key-of-sessions-that-only-tests-know"


def new_issuer() -> Issuer:
    """One with a key of its own."""
    return Issuer(Path(tempfile.mkdtemp()))


def settings_for(issuer: Issuer, **more: Any) -> Settings:
    """What a service is told; without more there is neither broker nor database."""
    told: dict[str, Any] = {
        "kafka_bootstrap_servers": NOWHERE,
        "mongodb_url": f"mongodb://{NOWHERE}/?replicaSet=none",
        "token_issuer": ISSUER,
        "token_keys": str(issuer.keys_file),
        "pseudonym_key": PSEUDONYM_KEY,
        "session_keys": SESSION_KEY,
    }
    return Settings(**told | more)


def person(employee_id: str) -> str:
    """The person id a token of that employee stands for."""
    return person_id(employee_id, PSEUDONYM_KEY)


def bearer(token: str) -> dict[str, str]:
    """As the header of a request."""
    return {"Authorization": f"Bearer {token}"}


def signed_in(issuer: Issuer, *roles: str, employee_id: str = "", countries: Iterable[str] = ()) -> Mapping[str, str]:
    """The header of somebody with these roles."""
    return bearer(issuer.token(employee_id, roles, countries))


@asynccontextmanager
async def client_of(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Calls the application; what fails inside comes back as people would see it, and has to be documented."""

    async def looked_at(answer: httpx.Response) -> None:
        must_be_documented(app, answer)

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    hooks = {"response": [looked_at]}
    async with httpx.AsyncClient(transport=transport, base_url="http://test", timeout=60, event_hooks=hooks) as client:
        yield client
