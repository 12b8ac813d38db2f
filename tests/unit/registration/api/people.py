"""Everybody asks registration over HTTP, through the same service in memory."""

from types import SimpleNamespace
from typing import Any

import httpx
from fastapi import FastAPI
from fastapi.testclient import TestClient

from services.registration.api import router
from services.registration.app import service
from shared.web.access import Caller
from shared.web.problems import explain_errors
from tests.support.apps import person, settings_for
from tests.support.including import include
from tests.support.memory import MemoryStore
from tests.support.tokens import ISSUED_BY
from tests.unit.shared.operations.pages.operated import Counted

SETTINGS = settings_for(ISSUED_BY)
PARTICIPANT, MANAGER = frozenset({"participant"}), frozenset({"manager"})
CALLERS = {
    "somebody": Caller(person("e-1"), PARTICIPANT, frozenset()),
    "manager": Caller(person("e-m"), MANAGER, frozenset({"*"})),
    "managing oneself": Caller(person("e-1"), PARTICIPANT | MANAGER, frozenset({"*"})),
    "british": Caller(person("e-b"), MANAGER, frozenset({"GB"})),
    "operator": Caller(person("e-o"), frozenset({"operator"}), frozenset()),
    "italian": Caller(person("e-i"), MANAGER, frozenset({"IT"})),
}


class KnownCallers:
    async def caller(self, token: str) -> Caller:
        return CALLERS[token]


def ask(store: MemoryStore, who: str, what: str, *, accept: str = "*/*", language: str = "en", **more: Any) -> Any:
    """What is answered to «METHOD /path»."""
    headers = {"Authorization": f"Bearer {who}", "Accept": accept, "Accept-Language": language}
    method, path = what.split()
    answer: httpx.Response = TestClient(app_of(store)).request(method, path, headers=headers, **more)
    return answer.json() if accept == "*/*" else answer.text


def app_of(store: MemoryStore) -> FastAPI:
    """Registration's interface over that store."""
    app = FastAPI()
    app.state.running = SimpleNamespace(telemetry=Counted())
    app.state.store, app.state.access, app.state.settings = store, KnownCallers(), SETTINGS
    app.state.aggregates = service.aggregates
    explain_errors(app, SETTINGS, service.spoken)
    include(app, router)
    return app
