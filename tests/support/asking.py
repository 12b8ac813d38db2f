"""Requests to the services of ``seeds``, by who usually makes them, and what a refusal has to look like."""

from typing import Any

import httpx
from fastapi import FastAPI

from tests.support.apps import client_of, new_issuer, signed_in
from tests.support.seeds import MENTOR, TERMS, profile

ISSUER = new_issuer()
MANAGER = signed_in(ISSUER, "manager", employee_id="e-m", countries=["*"])
THE_MENTOR = signed_in(ISSUER, "participant", employee_id=f"e-{MENTOR}")
NEW = {"id": "programme-2", "terms": TERMS.model_dump(mode="json")}
APPLICATION = {"name": "A", "email": "a@b.example", "employee_id": "e-new", "profile": profile("mentor", "FR")}
PULSE = {"feeling": 4, "useful": 5}


async def ask(app: FastAPI, method: str, path: str, **more: Any) -> httpx.Response:
    headers = {**(THE_MENTOR if path.endswith("/pulse") else MANAGER), **more.pop("headers", {})}
    async with client_of(app) as client:
        return await client.request(method, path, headers=headers, **more)


def changed(said: dict[str, Any], place: str, value: Any) -> dict[str, Any]:
    """A copy with another value at that place."""
    first, _, rest = place.partition(".")
    return {**said, first: changed(said.get(first, {}), rest, value) if rest else value}


def problem_of(answer: httpx.Response, status: int) -> dict[str, Any]:
    """The problem document, as RFC 9457 wants it."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    told: dict[str, Any] = answer.json()
    assert told["status"] == status
    assert told["title"]
    assert told["detail"]
    return told
