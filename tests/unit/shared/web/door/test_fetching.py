"""What asks others over TLS holds up nobody meanwhile."""

import ssl
import threading
from collections.abc import Iterator

import httpx
import pytest

from shared.web.door import fetching


@pytest.fixture
def read_in(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The threads in which authorities were read, each time that they were."""
    threads: list[int] = []

    def read() -> ssl.SSLContext:
        threads.append(threading.get_ident())
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

    monkeypatch.setattr(httpx, "create_ssl_context", read)
    fetching._read.cache_clear()
    yield threads
    fetching._read.cache_clear()


async def test_authorities_are_read_once_and_beside_the_event_loop(read_in: list[int]) -> None:
    assert await fetching.authorities() is await fetching.authorities()
    [thread] = read_in
    assert thread != threading.get_ident()
