"""Files that are sent to a service: by whoever may, two at once of each, and gone when whoever sends goes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from services.registration.api.upload import IN_MEMORY
from shared.web.forms.files import UPLOADS
from tests.support.apps import signed_in
from tests.support.asking import ISSUER, MANAGER
from tests.support.backends import Mongo
from tests.support.raw import Listening, Raw, listening, request
from tests.support.seeds import PROGRAMME, seeded
from tests.support.serving import until

IMPORT = f"/programmes/{PROGRAMME}/import"
LARGE = 63 * 1024 * 1024
BEGUN = 2 * IN_MEMORY
"""Bytes of it that are sent: more than is kept in memory."""
ELSEWHERE = [*signed_in(ISSUER, "manager", employee_id="e-it", countries=["IT"]).items()]


@pytest.fixture(scope="module")
async def app(mongodb: Mongo) -> AsyncIterator[FastAPI]:
    async with seeded(ISSUER, mongodb, "test_uploads") as apps:
        yield apps["registration"]
    mongodb.drop("test_uploads")


@pytest.fixture
async def server(app: FastAPI) -> AsyncIterator[Listening]:
    async with listening(app) as found:
        yield found


def upload(*headers: tuple[str, Any]) -> bytes:
    """The head of a request with a large file."""
    return request("POST", IMPORT, ("Content-Length", LARGE), ("Expect", "100-continue"), *headers)


async def _begun(raw: Raw) -> None:
    await raw.say(upload(*MANAGER.items()))
    await raw.reader.readuntil(b" 100 Continue\r\n\r\n")
    await raw.say(*[b"x" * 65536] * (BEGUN // 65536))


async def _free() -> bool:
    return not UPLOADS._taken.total()


def _open_files() -> int:
    """Nameless files of this process that are on disk."""
    return sum("(deleted)" in str(each.readlink()) for each in Path("/proc/self/fd").iterdir() if each.is_symlink())


async def test_of_six_files_at_once_two_are_taken_and_all_are_gone_with_whoever_sends_them(server: Listening) -> None:
    before = _open_files()
    async with AsyncExitStack() as stack:
        for _ in range(2):
            await _begun(await stack.enter_async_context(server.connection()))
        for _ in range(4):
            answer = await server.ask(upload(*MANAGER.items()))
            assert (answer.status, answer.code) == (429, "too-many-of-yours")
        assert _open_files() <= before + 2
    await until(_free)
    await asyncio.sleep(0)
    assert _open_files() == before


@pytest.mark.parametrize(("who", "status"), [([], 401), (ELSEWHERE, 403)], ids=["nobody", "another country's"])
async def test_a_file_is_not_asked_for_from_whoever_may_not(
    server: Listening, who: list[tuple[str, str]], status: int
) -> None:
    assert (await server.ask(upload(*who))).status == status
