"""Everybody asks registration over HTTP, through the same service in memory."""

from typing import Any

import httpx
from fastapi import FastAPI
from fastapi.testclient import TestClient

from services.registration.api import router
from services.registration.app import service
from shared.web.access import Caller
from shared.web.problems import explain_errors
from tests.support.apps import person, settings_for
from tests.support.memory import MemoryStore
from tests.support.tokens import ISSUED_BY

SETTINGS = settings_for(ISSUED_BY)
PARTICIPANT, MANAGER = frozenset({"participant"}), frozenset({"manager"})
CALLERS = {
    "somebody": Caller(person("e-1"), PARTICIPANT, frozenset()),
    "manager": Caller(person("e-m"), MANAGER, frozenset({"*"})),
    "managing oneself": Caller(person("e-1"), PARTICIPANT | MANAGER, frozenset({"*"})),
    "british": Caller(person("e-b"), MANAGER, frozenset({"GB"})),
    "italian": Caller(person("e-i"), MANAGER, frozenset({"IT"})),
}


class KnownCallers:
    async def caller(self, token: str) -> Caller:
        return CALLERS[token]


def ask(store: MemoryStore, who: str, what: str, *, accept: str = "*/*", language: str = "en", **more: Any) -> Any:
    """What is answered to «METHOD /path»."""
    app = FastAPI()
    app.state.store, app.state.access, app.state.settings = store, KnownCallers(), SETTINGS
    explain_errors(app, SETTINGS, service.spoken)
    app.include_router(router)
    method, path = what.split()
    headers = {"Authorization": f"Bearer {who}", "Accept": accept, "Accept-Language": language}
    answer: httpx.Response = TestClient(app).request(method, path, headers=headers, **more)
    return answer.json() if accept == "*/*" else answer.text
