"""A long file on the page: every step is shown while it goes on, and it goes on when nobody looks any more."""

import asyncio
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import httpx
import pytest
from pymongo.errors import AutoReconnect
from typing_extensions import override

from services.registration.imports import csv_records, following
from services.registration.pages import router
from shared.serving.compressed import compress_answers
from shared.web.forms.files import UPLOADS
from shared.web.wording import PSEUDO
from tests.support.forms import site
from tests.support.memory import MemoryStore
from tests.support.plain_english import plain_words_of_page
from tests.support.raw import listening
from tests.unit.registration.imports.files import file_of
from tests.unit.registration.pages.own import NOW, VOICES
from tests.unit.registration.pages.test_importing import ANN, FACTS, MANAGER, PAGE, people_of

T = TypeVar("T")
FILE = file_of([{**ANN, "employee_id": f"E{number}"} for number in range(501)])
"""Two transactions."""
FIRST, LAST = "500 lines so far", "501 lines so far"
PATIENCE = 20


class Slow(MemoryStore):
    """Keeps the first transactions at once and every other when it may, or not at all."""

    def __init__(self, at_once: int = 1) -> None:
        super().__init__(VOICES, now=NOW)
        self.at_once, self.may_go_on, self.fails = at_once, asyncio.Event(), False

    @override
    async def run(self, work: Callable[[Any], Awaitable[T]]) -> T:
        self.at_once -= 1
        if self.at_once < 0:
            await self.may_go_on.wait()
            if self.fails:
                raise AutoReconnect("away")
        return await super().run(work)


@asynccontextmanager
async def given(store: MemoryStore, **headers: str) -> AsyncIterator[httpx.Response]:
    """The file is sent to a server, which has begun to answer; on leaving, whoever sent it is gone."""
    app = site(router, store=store)
    compress_answers(app)
    told = {"Accept": "text/html", "Authorization": f"Bearer {MANAGER}"} | headers
    async with listening(app) as server, httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}") as browser:
        sending = browser.stream("POST", PAGE, data={"how": "keep"}, files={"file": ("p.csv", FILE)}, headers=told)
        async with asyncio.timeout(PATIENCE), sending as answer:
            yield answer


async def until(what: str, pieces: AsyncIterator[bytes], unpack: Callable[[bytes], bytes] = bytes) -> str:
    """What had come when that stood in it."""
    read = ""
    async for piece in pieces:
        read += unpack(piece).decode()
        if what in read:
            return read
    raise AssertionError(read)


async def ended() -> None:
    """Nothing is under way any more, and nothing takes up room."""
    async with asyncio.timeout(PATIENCE):
        await asyncio.gather(*following._going, return_exceptions=True)
    assert not UPLOADS._taken


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
async def test_a_step_is_shown_before_the_next_is_done_and_then_the_report(encoding: str) -> None:
    store = Slow()
    unpack = zlib.decompressobj(16 + zlib.MAX_WBITS).decompress if encoding == "gzip" else bytes
    async with given(store, **{"Accept-Encoding": encoding}) as answer:
        assert (answer.status_code, answer.headers.get("content-encoding", "identity")) == (200, encoding)
        assert answer.headers["cache-control"] == "no-store" and "content-security-policy" in answer.headers
        pieces = answer.aiter_raw()
        begun = await until(FIRST, pieces, unpack)
        assert "<h1>Bring people in</h1>" in begun and "<progress" in begun and people_of(store) == 500
        assert "also when this page is closed" in begun
        store.may_go_on.set()
        rest = await until("</html>", pieces, unpack)
    assert rest.index(LAST) < rest.index("<dt>New people</dt><dd>501</dd>") < rest.index("Give it again")
    assert rest.index("Give it again") < rest.index("What stands in the file")
    assert 'value="keep" checked' in rest


async def test_that_it_is_being_read_is_shown_before_the_first_lines_are_dealt_with() -> None:
    store = Slow(at_once=0)
    async with given(store) as answer:
        pieces = answer.aiter_bytes()
        begun = await until("0 lines so far", pieces)
        assert "We are reading the file" in begun and "500 lines" not in begun and people_of(store) == 0
        store.may_go_on.set()
        assert "<dt>New people</dt><dd>501</dd>" in await until("</html>", pieces)
    await ended()


async def test_a_file_that_proves_too_long_while_it_is_read_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_records, "LONGEST_FILE", 100)
    store = Slow()
    async with given(store) as answer:
        page = await until("</html>", answer.aiter_bytes())
    assert answer.status_code == 200 and people_of(store) == 0
    assert 'role="alert"' in page and "100 lines" in page and 'type="file"' in page
    await ended()


async def test_it_goes_on_when_the_page_is_closed_and_giving_it_again_shows_what_became_of_it() -> None:
    store = Slow()
    async with given(store) as answer:
        await until(FIRST, answer.aiter_bytes())
    assert people_of(store) == 500 and UPLOADS._taken
    store.may_go_on.set()
    await ended()
    assert people_of(store) == 501
    async with given(store) as answer:
        report = await until("</html>", answer.aiter_bytes())
    assert "<dt>New people</dt><dd>0</dd>" in report and "<dt>As they were</dt><dd>501</dd>" in report


@pytest.mark.parametrize("language", ["en", PSEUDO])
async def test_what_breaks_off_says_why_and_asks_for_the_file_again(language: str) -> None:
    store = Slow()
    store.fails = True
    store.may_go_on.set()
    async with given(store, **{"Accept-Language": language}) as answer:
        page = await until("</html>", answer.aiter_bytes())
    assert answer.status_code == 200 and people_of(store) == 500
    assert 'role="alert"' in page and 'type="file"' in page and 'value="keep" checked' in page
    if language == "en":
        assert "Part of the system does not answer at the moment. What was imported is kept" in page
    else:
        assert plain_words_of_page(page, [*FACTS, "500", "keep"]) == []
    await ended()
