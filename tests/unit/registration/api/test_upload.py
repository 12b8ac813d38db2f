from collections.abc import Iterator

from fastapi import Request
from starlette.types import Message

from services.registration.api.upload import LARGEST_FILE, uploaded
from services.registration.app import service
from shared.web.problems import KINDS, TooLarge
from tests.support.sentences import refusing


def _request(pieces: Iterator[bytes]) -> Request:
    async def receive() -> Message:
        piece = next(pieces, None)
        return {"type": "http.request", "body": piece or b"", "more_body": piece is not None}

    return Request({"type": "http"}, receive)


async def test_a_body_is_read_back_as_it_was_sent() -> None:
    async with uploaded(_request(iter([b"one,", b"two"]))) as file:
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
        async with uploaded(_request(endless())):
            raise AssertionError("too large a body was handed over")
    assert KINDS[TooLarge][0] == 413
    assert sent == LARGEST_FILE // 1024 // 1024 + 1
