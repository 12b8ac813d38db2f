"""What a connection takes and no more: each bound of decision 0022 is met, then gone beyond by one."""

import pytest

from shared.serving import connection
from shared.serving.connection import Connection
from tests.support.raw import Listening, Raw, request
from tests.support.serving import until
from tests.unit.shared.serving.test_connection import server

__all__ = ["server"]


def with_head_of(size: int) -> bytes:
    """A request whose address and headers count so many bytes, four for each header's colon, blank and line's end."""
    empty = len("/") + len("Host" + "localhost") + 4 + len("X") + 4
    return request("GET", "/", ("X", "x" * (size - empty)))


@pytest.mark.parametrize(("size", "status"), [(32 * 1024, 200), (32 * 1024 + 1, 431)])
async def test_a_head_is_32_kib_at_most(server: Listening, size: int, status: int) -> None:
    assert (await server.ask(with_head_of(size))).status == status


@pytest.mark.parametrize(("headers", "status"), [(100, 200), (101, 431)])
async def test_a_head_has_a_hundred_headers_at_most(server: Listening, headers: int, status: int) -> None:
    besides_host = [(f"X-{number}", "x") for number in range(headers - 1)]
    assert (await server.ask(request("GET", "/", *besides_host))).status == status


@pytest.mark.parametrize(("size", "refused"), [(32 * 1024, False), (32 * 1024 + 1, True)])
async def test_a_chunk_says_no_more_than_32_kib_beside_its_content(server: Listening, size: int, refused: bool) -> None:
    """What the pieces of a head, or extensions of a chunk, come to before anything follows from them."""
    async with server.connection() as raw:
        await raw.say(request("POST", "/", ("Transfer-Encoding", "chunked"), ("Expect", "100-continue")))
        await raw.reader.readuntil(b" 100 Continue\r\n\r\n")
        await raw.say(b"1;x=" + b"x" * (size - 4))
        if refused:
            assert (await raw.answer()).status in (400, 431)
        else:
            await raw.say(b"\r\na\r\n0\r\n\r\n")
            assert (await raw.answer()).status == 200


UPLOAD = request("POST", "/", ("Content-Length", 100_000), ("Expect", "100-continue"))


async def _uploading(server: Listening, raw: Raw, size: int) -> Connection:
    """So many bytes of a body have come since the last look at how fast it comes."""
    await raw.say(UPLOAD)
    await raw.reader.readuntil(b" 100 Continue\r\n\r\n")
    [one] = server.server.server_state.connections
    assert isinstance(one, Connection)
    await raw.say(b"x" * size)

    async def came() -> bool:
        return one._body == size

    await until(came)
    return one


async def test_an_upload_of_4_kib_a_second_is_waited_for(server: Listening) -> None:
    """Two looks are ten seconds apart; the next ten are counted anew."""
    async with server.connection() as raw:
        one = await _uploading(server, raw, 40_960)
        one._look()
        await raw.say(b"x" * (100_000 - 40_960))
        assert (await raw.answer()).body.startswith(b"POST / 100000 ")


async def test_an_upload_that_is_slower_is_not(server: Listening) -> None:
    async with server.connection() as raw:
        one = await _uploading(server, raw, 40_959)
        one._look()
        assert (await raw.answer()).code == "request-timeout"


async def test_an_upload_is_looked_at_again_from_nothing(server: Listening) -> None:
    async with server.connection() as raw:
        one = await _uploading(server, raw, 60_000)
        one._look()
        one._look()
        assert (await raw.answer()).code == "request-timeout"


def test_how_long_is_waited_is_what_decision_0022_says() -> None:
    """Nobody waits for minutes in a test; whoever stands in front sets time-outs by these numbers."""
    assert (connection.HEAD_WITHIN, connection.BODY_WITHIN, connection.TAKEN_WITHIN) == (10, 5 * 60, 60)
    assert connection.MOST_CONNECTIONS == 500
