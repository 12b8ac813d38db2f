"""Raw sockets: nobody fills the memory or stays by what they send, how slowly, or how little of it."""

import asyncio
import resource
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.types import Receive, Scope, Send

from shared.serving import connection
from tests.support.raw import Listening, listening, request
from tests.support.serving import until

MB = 1024 * 1024


async def _app(scope: Scope, receive: Receive, send: Send) -> None:
    asked = Request(scope, receive)
    if asked.url.path == "/endless":
        await StreamingResponse(_endless())(scope, receive, send)
    elif asked.url.path == "/unread":
        await PlainTextResponse("no", 401)(scope, receive, send)
    else:
        body = await asked.body()
        said = f"{asked.method} {asked.url.path} {len(body)} {sorted(asked.headers)}"
        await PlainTextResponse(said)(scope, receive, send)


async def _endless() -> AsyncIterator[bytes]:
    while True:
        yield b"x" * 65536
        await asyncio.sleep(0)


@pytest.fixture
async def server() -> AsyncIterator[Listening]:
    async with listening(_app) as found:
        yield found


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Everything has to come ten times as fast."""
    for name in ("HEAD_WITHIN", "LOOK_AFTER", "DISCARDED_FOR"):
        monkeypatch.setattr(connection, name, 0.5)
    monkeypatch.setattr(connection, "BODY_WITHIN", 1.5)
    monkeypatch.setattr(connection, "TAKEN_WITHIN", 0.5)
    return iter(())


def _memory() -> int:
    """Bytes this process has held at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


async def _gone(server: Listening) -> None:
    await until(lambda: _nobody(server))


async def _nobody(server: Listening) -> bool:
    return server.connections == 0


async def test_a_request_is_answered_and_so_is_the_next_on_the_same_connection(server: Listening) -> None:
    async with server.connection() as raw:
        await raw.say(request("GET", "/a"))
        assert (await raw.answer()).body.startswith(b"GET /a 0")
        await raw.say(request("POST", "/b", ("Content-Length", 3), body=b"abc"))
        assert (await raw.answer()).body.startswith(b"POST /b 3")


async def test_an_endless_header_is_refused_and_not_kept(server: Listening) -> None:
    before = _memory()
    async with server.connection() as raw:
        await raw.say(b"GET / HTTP/1.1\r\nX: ", *[b"x" * MB] * 100)
        answer = await raw.answer()

    assert (answer.status, answer.code) == (431, "request-header-fields-too-large")
    assert _memory() - before < 30 * MB


HEADS = {
    "a long header": request("GET", "/", ("X", "x" * 40_000)),
    "a long address": request("GET", "/" + "x" * 40_000),
    "a long name": request("GET", "/", ("X" * 40_000, "x")),
    "many headers": request("GET", "/", *[(f"X-{n}", "x") for n in range(101)]),
    "very many headers": request("GET", "/", *[("X", "x")] * 50_000),
    "a long method": b"G" * 40_000,
}


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
async def test_a_head_has_an_end(server: Listening, head: bytes) -> None:
    assert (await server.ask(head)).status in (400, 431)


async def test_what_is_usual_fits_into_a_head(server: Listening) -> None:
    headers = [("Authorization", "Bearer " + "x" * 8000), ("Cookie", "x" * 8000), *[("X", "x" * 50)] * 60]
    assert (await server.ask(request("GET", "/", *headers))).status == 200


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("piece", [b"G", b"GET / HTTP/1.1\r\nX: ", b"\r\n"], ids=["line", "header", "nothing"])
async def test_a_head_that_does_not_end_is_not_waited_for(server: Listening, piece: bytes) -> None:
    async with server.connection() as raw:
        await raw.say(piece)
        answer = await raw.answer()
        assert (answer.status, answer.code) == (408, "request-timeout")
        assert await raw.rest() == b""


@pytest.mark.usefixtures("quick")
async def test_whoever_says_nothing_is_not_waited_for(server: Listening) -> None:
    async with server.connection() as raw:
        assert await raw.rest() == b""


@pytest.mark.usefixtures("quick")
async def test_a_byte_now_and_then_does_not_make_a_head_later(server: Listening) -> None:
    async with server.connection() as raw:
        dripping = asyncio.create_task(_drip(raw, request("GET", "/", ("X", "x" * 500))))
        assert (await raw.answer()).status == 408
        dripping.cancel()


async def _drip(raw: Any, content: bytes) -> None:
    for at in range(len(content)):
        await raw.say(content[at : at + 1])
        await asyncio.sleep(0.02)


@pytest.mark.usefixtures("quick")
async def test_line_breaks_between_two_requests_are_not_waited_for(server: Listening) -> None:
    async with server.connection() as raw:
        await raw.say(request("GET", "/"))
        await raw.answer()
        await raw.say(b"\r\n")
        assert await raw.rest() == b""


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("sent", [b"", b"x" * 10], ids=["nothing", "half"])
async def test_a_body_that_does_not_end_is_not_waited_for(server: Listening, sent: bytes) -> None:
    async with server.connection() as raw:
        await raw.say(request("POST", "/", ("Content-Length", 20), body=sent))
        assert (await raw.answer()).code == "request-timeout"
        assert await raw.rest() == b""


@pytest.mark.usefixtures("quick")
async def test_a_body_has_to_come_to_its_end_even_when_it_comes_fast(server: Listening) -> None:
    async with server.connection() as raw:
        await raw.say(request("POST", "/", ("Content-Length", 10**9)))
        sending = asyncio.create_task(_send_on(raw))
        assert (await raw.answer()).status == 408
        sending.cancel()


async def _send_on(raw: Any) -> None:
    while True:
        await raw.say(b"x" * 5000)
        await asyncio.sleep(0.1)


@pytest.mark.usefixtures("quick")
async def test_what_nobody_wants_is_thrown_away_and_not_for_long(server: Listening) -> None:
    async with server.connection() as raw:
        await raw.say(request("POST", "/unread", ("Content-Length", 10**9), body=b"x" * MB))
        assert (await raw.answer()).status == 401
        assert await raw.rest() == b""


async def test_whoever_was_refused_early_may_ask_again_after_their_body(server: Listening) -> None:
    async with server.connection() as raw:
        await raw.say(request("POST", "/unread", ("Content-Length", MB), body=b"x" * MB))
        assert (await raw.answer()).status == 401
        await raw.say(request("GET", "/again"))
        assert (await raw.answer()).body.startswith(b"GET /again")


@pytest.mark.usefixtures("quick")
async def test_three_hundred_half_requests_are_gone_soon(server: Listening) -> None:
    halves = [b"", b"GET /", request("POST", "/", ("Content-Length", 9), body=b"x")]
    opened = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(300)]
    for number, (_, writer) in enumerate(opened):
        writer.write(halves[number % 3])
    await _gone(server)
    for _, writer in opened:
        writer.close()


async def test_one_connection_more_takes_the_place_of_the_one_that_waits_longest(
    server: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "MOST_CONNECTIONS", 2)
    async with server.connection() as first, server.connection() as second:
        await first.say(b"GET /")
        await second.say(b"GET /")
        assert (await server.ask(request("GET", "/third"))).status == 200
        assert await first.rest() == b""
        await second.say(b"second HTTP/1.1\r\n\r\n")
        assert (await second.answer()).body.startswith(b"GET /second")


async def test_when_all_are_at_work_one_more_is_told_so(server: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "MOST_CONNECTIONS", 1)
    asks = request("POST", "/", ("Content-Length", 5), ("Expect", "100-continue"))
    async with server.connection() as first:
        await first.say(asks)
        await first.reader.readuntil(b"\r\n\r\n")
        assert (await server.ask()).code == "service-unavailable"
        await first.say(b"abcde")
        assert (await first.answer()).body.startswith(b"POST / 5")


@pytest.mark.usefixtures("quick")
async def test_whoever_does_not_take_an_answer_is_left(server: Listening) -> None:
    async with server.connection() as raw:
        await raw.say(request("GET", "/endless"))
        await _gone(server)


async def test_nobody_is_heard_before_their_answer(server: Listening) -> None:
    async with server.connection() as raw:
        await raw.say(request("GET", "/one") + request("GET", "/two") * 1000)
        assert (await raw.answer()).body.startswith(b"GET /one")
        assert await raw.rest() == b""


CHUNKED = ("Transfer-Encoding", "chunked")


async def test_a_body_in_chunks_is_one_body(server: Listening) -> None:
    answer = await server.ask(request("POST", "/", CHUNKED, body=b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n"))
    assert answer.body.startswith(b"POST / 5 ")


async def test_what_comes_after_a_body_is_no_header(server: Listening) -> None:
    trailers = b"1\r\na\r\n0\r\nAuthorization: Bearer x\r\nX-Late: y\r\n\r\n"
    answer = await server.ask(request("POST", "/", CHUNKED, body=trailers))
    assert answer.body == b"POST / 1 ['host', 'transfer-encoding']"


ENDLESS = {
    "an extension of a chunk": b"1;x=" + b"x" * 400_000,
    "many extensions": b"1" + b";x=y" * 100_000,
    "a trailer": b"0\r\nX: " + b"x" * 400_000,
    "trailers": b"0\r\n" + b"X: y\r\n" * 60_000,
    "zeros": b"0" * 400_000,
}


@pytest.mark.parametrize("body", ENDLESS.values(), ids=ENDLESS)
async def test_nothing_in_chunks_is_endless(server: Listening, body: bytes) -> None:
    assert (await server.ask(request("POST", "/", CHUNKED, body=body))).status in (400, 431)


async def test_tiny_chunks_are_a_body(server: Listening) -> None:
    answer = await server.ask(request("POST", "/", CHUNKED, body=b"1\r\nx\r\n" * 100_000 + b"0\r\n\r\n"))
    assert answer.body.startswith(b"POST / 100000 ")


SMUGGLED = {
    "length and chunks": request("POST", "/", ("Content-Length", 4), CHUNKED, body=b"0\r\n\r\nGET /x"),
    "chunks and length": request("POST", "/", CHUNKED, ("Content-Length", 4), body=b"0\r\n\r\n"),
    "two lengths": request("POST", "/", ("Content-Length", 4), ("Content-Length", 5), body=b"abcde"),
    "a length with a sign": request("POST", "/", ("Content-Length", "+4"), body=b"abcd"),
    "lengths in a row": request("POST", "/", ("Content-Length", "4, 4"), body=b"abcd"),
    "chunks that are none": request("POST", "/", ("Transfer-Encoding", "xchunked"), body=b"0\r\n\r\n"),
    "chunks not at last": request("POST", "/", ("Transfer-Encoding", "chunked, gzip"), body=b"0\r\n\r\n"),
    "a blank before the colon": request("POST", "/", ("Content-Length ", 4), body=b"abcd"),
    "a folded header": b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n chunked\r\nContent-Length: 4\r\n\r\nabcd",
    "a bare carriage return": b"GET / HTTP/1.1\r\nHost: a\rX: y\r\n\r\n",
    "a length with a hexadecimal": request("POST", "/", ("Content-Length", "0x4"), body=b"abcd"),
    "a chunk's length with a sign": request("POST", "/", CHUNKED, body=b"+1\r\na\r\n0\r\n\r\n"),
    "a chunk longer than all": request("POST", "/", CHUNKED, body=b"fffffffffffffffff\r\na\r\n0\r\n\r\n"),
    "two hosts": b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
}


@pytest.mark.parametrize("smuggled", SMUGGLED.values(), ids=SMUGGLED)
async def test_what_two_could_read_differently_is_refused(server: Listening, smuggled: bytes) -> None:
    async with server.connection() as raw:
        await raw.say(smuggled)
        answer = await raw.answer()
        assert (answer.status, answer.code) == (400, "bad-request")
        assert await raw.rest() == b""


async def test_whoever_asks_first_is_told_to_go_on_when_the_body_is_wanted(server: Listening) -> None:
    async with server.connection() as raw:
        await raw.say(request("POST", "/", ("Content-Length", 3), ("Expect", "100-continue")))
        assert await raw.reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        await raw.say(b"abc")
        assert (await raw.answer()).body.startswith(b"POST / 3")


async def test_whoever_asks_first_is_not_told_to_go_on_when_it_is_not(server: Listening) -> None:
    asked = request("POST", "/unread", ("Content-Length", 10**9), ("Expect", "100-continue"))
    assert (await server.ask(asked)).status == 401


@pytest.mark.parametrize("to", ["websocket", "h2c"])
async def test_nothing_else_is_spoken_here(server: Listening, to: str) -> None:
    headers = (("Connection", "Upgrade"), ("Upgrade", to), ("Sec-WebSocket-Key", "x" * 24))
    async with server.connection() as raw:
        await raw.say(request("GET", "/a", *headers))
        answer = await raw.answer()
        assert (answer.status, answer.headers["connection"]) == (200, "close")
        assert await raw.rest() == b""


async def test_a_body_beside_a_wish_for_another_protocol_is_refused_before_it_is_lost(server: Listening) -> None:
    headers = (("Connection", "Upgrade"), ("Upgrade", "h2c"), ("Content-Length", 3))
    assert (await server.ask(request("POST", "/", *headers, body=b"abc"))).code == "bad-request"


async def test_nobody_is_connected_to_elsewhere(server: Listening) -> None:
    assert (await server.ask(b"CONNECT localhost:443 HTTP/1.1\r\nHost: localhost\r\n\r\n")).code == "bad-request"
