"""Names are asked for with the reader's own rights, kept for a minute for that reader alone, and never waited for."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from starlette.requests import Request
from typing_extensions import override

from shared.web import names as module
from shared.web.door.fetching import LARGEST_ANSWER
from shared.web.names import MOST_NAMES, MOST_READERS, Names
from tests.support.browsers import asking, with_a_door
from tests.support.tokens import ISSUED_BY

SETTINGS = with_a_door(ISSUED_BY, names_url="http://registration.example/registration")


class Registration(httpx.AsyncBaseTransport):
    """Answers with names, unless it is away, slow or confused."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, list[str]]] = []
        self.answer: Any = None
        self.fails: Exception | None = None

    @override
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        wanted = httpx.Response(200, content=await request.aread()).json()["ids"]
        self.asked.append((request.headers["authorization"], wanted))
        assert str(request.url) == "http://registration.example/registration/names"
        if self.fails:
            raise self.fails
        known = {each: f"Name of {each}" for each in wanted if each != "stranger"}
        return httpx.Response(200, json={"names": known}) if self.answer is None else self.answer


@pytest.fixture
def registration(monkeypatch: pytest.MonkeyPatch) -> Registration:
    found = Registration()
    real = httpx.AsyncClient
    monkeypatch.setattr(
        "shared.web.names.httpx.AsyncClient", lambda **more: real(transport=found, timeout=more["timeout"])
    )
    return found


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    seconds = [1000.0]
    monkeypatch.setattr("shared.web.names.time.monotonic", lambda: seconds[0])
    yield seconds


def page_of(cookie: str = "telemachus=sealed", **headers: str) -> Request:
    return asking("GET", cookie, **headers)


@pytest.fixture
def names() -> Names:
    return Names(SETTINGS, "telemachus")


async def test_whom_the_reader_may_not_know_has_no_name(names: Names, registration: Registration) -> None:
    assert await names.of(page_of(), ["a", "stranger", "", "a"]) == {"a": "Name of a"}
    assert registration.asked == [("Session sealed", ["a", "stranger"])]


async def test_a_token_asks_as_itself(names: Names, registration: Registration) -> None:
    await names.of(page_of(authorization="Bearer token"), ["a"])
    assert [right for right, _ in registration.asked] == ["Bearer token"]


async def test_nobody_is_asked_for_whoever_has_not_signed_in(names: Names, registration: Registration) -> None:
    assert await names.of(page_of("other=1"), ["a"]) == {}
    assert registration.asked == []


async def test_it_is_asked_again_after_a_minute_also_for_those_without_a_name(
    names: Names, registration: Registration, now: list[float]
) -> None:
    for seconds in (0.0, 59.0, 2.0):
        now[0] += seconds
        assert await names.of(page_of(), ["a", "stranger"]) == {"a": "Name of a"}
    assert len(registration.asked) == 2


async def test_nobody_sees_what_was_told_to_somebody_else(names: Names, registration: Registration) -> None:
    await names.of(page_of("telemachus=manager"), ["a"])
    registration.answer = httpx.Response(200, json={"names": {}})
    assert await names.of(page_of("telemachus=participant"), ["a"]) == {}


@pytest.mark.parametrize(
    "trouble",
    [
        httpx.ConnectError("away"),
        httpx.ReadTimeout("slow"),
        httpx.Response(503),
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json=["a"]),
        httpx.Response(200, json={"names": None}),
        httpx.Response(200, content=b" " * (LARGEST_ANSWER + 1)),
        httpx.Response(200, content=b"[" * 100_000),
    ],
)
async def test_without_an_answer_there_are_no_names_and_nobody_waits_again_for_a_moment(
    names: Names, registration: Registration, now: list[float], trouble: Any
) -> None:
    registration.fails, registration.answer = (trouble, None) if isinstance(trouble, Exception) else (None, trouble)
    assert await names.of(page_of(), ["a"]) == {}
    assert await names.of(page_of(), ["b"]) == {}
    assert len(registration.asked) == 1
    registration.fails = registration.answer = None
    now[0] += module.SPARED_FOR
    assert await names.of(page_of(), ["a"]) == {"a": "Name of a"}


@pytest.mark.parametrize("status", [401, 403, 422])
async def test_a_question_that_is_refused_takes_no_names_from_others(
    names: Names, registration: Registration, status: int
) -> None:
    registration.answer = httpx.Response(status)
    assert await names.of(page_of("telemachus=one"), ["a"]) == {}
    registration.answer = None
    assert await names.of(page_of("telemachus=other"), ["a"]) == {"a": "Name of a"}


async def test_a_page_waits_no_longer_for_an_answer_that_comes_letter_by_letter(
    names: Names, registration: Registration, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def letters() -> AsyncIterator[bytes]:
        while True:
            await asyncio.sleep(0.01)
            yield b" "

    monkeypatch.setattr(module, "WITHIN", 0.05)
    registration.answer = httpx.Response(200, content=letters())
    assert await asyncio.wait_for(names.of(page_of(), ["a"]), 10) == {}


async def test_what_is_kept_is_bounded(names: Names, registration: Registration) -> None:
    for reader in range(MOST_READERS + 5):
        await names.of(page_of(f"telemachus={reader}"), ["a"])
    assert len(names._kept) == MOST_READERS
    for page in range(3):
        await names.of(page_of(), [f"{page}-{each}" for each in range(MOST_NAMES + 5)])
    assert max(len(wanted) for _, wanted in registration.asked) == MOST_NAMES
    assert max(map(len, names._kept.values())) == MOST_NAMES


async def test_without_an_address_pages_do_without_names(registration: Registration) -> None:
    assert await Names(with_a_door(ISSUED_BY), "telemachus").of(page_of(), ["a"]) == {}
    assert registration.asked == []
