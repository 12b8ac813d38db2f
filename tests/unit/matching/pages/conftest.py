"""Matching's pages over the store of whoever asks for them."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from services.matching.pages import router
from tests.support.forms import browsing, site
from tests.support.memory import MemoryStore


@pytest.fixture
def app(store: MemoryStore) -> FastAPI:
    return site(router, store=store, service="matching")


@pytest.fixture
async def manager(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with browsing(app) as client:
        yield client
