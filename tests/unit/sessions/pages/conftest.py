"""One pair with its series, and the pages of sessions in an application of their own."""

import pytest
from fastapi import FastAPI

from services.sessions.pages import router
from tests.support.forms import site
from tests.support.memory import MemoryStore
from tests.unit.sessions.support import paired


@pytest.fixture
async def store() -> MemoryStore:
    return await paired()


@pytest.fixture
def app(store: MemoryStore) -> FastAPI:
    return site(router, store=store, service="sessions")
