from collections.abc import Iterator
from contextlib import AsyncExitStack

import pytest
from fastapi import Request
from starlette.types import Message

from services.registration.api.upload import uploaded
from services.registration.app import service
from shared.web.access import Caller
from shared.web.forms.files import LARGEST_FILE, UPLOADS
from shared.web.guarded import Full, TooLarge, TooMany
from shared.web.problems import KINDS
from tests.support.sentences import refusing

CALLER = Caller(None, frozenset(), frozenset(), subject="somebody")


def _request(pieces: Iterator[bytes]) -> Request:
    async def receive() -> Message:
        piece = next(pieces, None)
        return {"type": "http.request", "body": piece or b"", "more_body": piece is not None}

    return Request({"type": "http"}, receive)


async def test_a_body_is_read_back_as_it_was_sent() -> None:
    async with uploaded(_request(iter([b"one,", b"two"])), CALLER) as file:
        file.seek(0)
        assert file.read() == b"one,two"


async def test_a_body_without_end_is_cut_off_with_413() -> None:
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        while True:
            sent += 1
            yield b"x" * 1024 * 1024

    with refusing(service.spoken, "larger than 64 MB; split it", TooLarge):
        async with uploaded(_request(endless()), CALLER):
            raise AssertionError("too large a body was handed over")
    assert KINDS[TooLarge][0] == 413
    assert sent == LARGEST_FILE // 1024 // 1024 + 1


@pytest.mark.parametrize("last", [1024 * 1024 - 1, 1024 * 1024])
async def test_a_file_as_large_as_may_be_is_taken_to_its_last_byte(last: int) -> None:
    sizes = [1024 * 1024] * (LARGEST_FILE // 1024 // 1024 - 1) + [last]
    async with uploaded(_request(b"x" * size for size in sizes), CALLER) as file:
        assert file.seek(0, 2) == sum(sizes)


async def test_one_byte_more_is_too_much() -> None:
    pieces = [b"x" * LARGEST_FILE, b"x"]
    with pytest.raises(TooLarge):
        async with uploaded(_request(iter(pieces)), CALLER):
            raise AssertionError("too large a body was handed over")


async def test_a_caller_has_two_files_under_way_and_all_together_eight() -> None:
    callers = [Caller(None, frozenset(), frozenset(), subject=f"caller-{number // 2}") for number in range(8)]
    async with AsyncExitStack() as stack:
        for caller in callers:
            await stack.enter_async_context(uploaded(_request(iter([])), caller))
        for caller, why in ((callers[0], TooMany), (CALLER, Full)):
            with pytest.raises(why):
                await stack.enter_async_context(uploaded(_request(iter([])), caller))
    assert not UPLOADS._taken
    assert (KINDS[TooMany][0], KINDS[Full][0]) == (429, 503)
