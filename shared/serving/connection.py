"""One connection with limits: nobody fills the memory, or stays, by sending much, slowly, or half of something.

uvicorn's own protocol has none of them. Decision 0022 says why these, and why on top of httptools.
"""

import asyncio
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Literal

from typing_extensions import override
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from shared.serving.refusal import refusal

LARGEST_HEAD, MOST_HEADERS = 32 * 1024, 100
"""Bytes of address, headers and trailers of a request, and how many headers. nginx allows as many bytes."""
LARGEST_NOISE = LARGEST_HEAD
"""Bytes in a row from which nothing follows: the pieces a head arrives in, extensions of chunks."""
MOST_CONNECTIONS = 500
"""One more takes the place of whoever has waited longest without a request; probes get in always."""
HEAD_WITHIN = 10.0
"""Seconds from a request's first byte, or the connection's beginning, until all of its headers are here."""
BODY_WITHIN, LOOK_AFTER, SLOWEST = 300.0, 10.0, 4096
"""Seconds until the whole body is here; and bytes a second it may not fall below between two looks."""
DISCARDED_FOR = 5.0
"""Seconds for which is read and thrown away what nobody wants: whoever is cut off in mid-sentence hears no answer."""
TAKEN_WITHIN = 60.0
"""Seconds in which a client has to take what waits for it (64 KiB at most), while there is more."""

BODY_HEADERS = frozenset({b"content-length", b"transfer-encoding"})

Phase = Literal["head", "body", "answering", "idle"]


class Connection(HttpToolsProtocol):
    """A client's connection. One request after the other: who sends the next before the answer is not heard."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._phase: Phase = "head"
        self._head = self._fields = self._noise = self._body = 0
        self._began = self._body_began = self.loop.time()
        self._timer: asyncio.TimerHandle | None = None
        self._stalled: asyncio.TimerHandle | None = None
        self._why = HTTPStatus.BAD_REQUEST
        self._deaf = False

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait(HEAD_WITHIN, self._late)
        if len(self.connections) > MOST_CONNECTIONS:
            self._make_room()

    def _make_room(self) -> None:
        others = [each for each in self.connections if isinstance(each, Connection) and each is not self]
        waiting = [each for each in others if each._asks_nothing]
        if waiting:
            min(waiting, key=lambda each: each._began).transport.abort()
        else:
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE)

    @property
    def _asks_nothing(self) -> bool:
        """Whether nobody is at work for it; whoever was refused early may still send a body."""
        return self._phase in ("head", "idle") or self.cycle.response_complete

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._deaf = True
        self._wait(None)
        self.resume_writing()
        super().connection_lost(exc)
        self._unset_keepalive_if_required()

    @override
    def data_received(self, data: bytes) -> None:
        if self._deaf:
            return
        self._noise += len(data)
        super().data_received(data)
        if self._deaf:
            return
        if self._noise > LARGEST_NOISE and self._phase != "answering":
            self._refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE if self._phase == "head" else self._why)
        elif self._phase == "idle":  # line breaks between two requests; what armed the end of the idle one is off
            self._listen()

    def _listen(self) -> None:
        self._phase, self._head, self._noise, self._began = "head", 0, 0, self.loop.time()
        self._wait(HEAD_WITHIN, self._late)

    @override
    def on_message_begin(self) -> None:
        if self._phase in ("body", "answering"):
            self._hear_no_more()
        super().on_message_begin()
        self._fields = 0
        if self._phase == "idle":
            self._listen()

    def _hear_no_more(self) -> None:
        """The next request before this one's answer: it is answered, and the client asks again elsewhere."""
        self._deaf = True
        self.cycle.keep_alive = False
        raise Broken

    @override
    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    @override
    def on_header(self, name: bytes, value: bytes) -> None:
        self._fields += 1
        self._count(len(name) + len(value) + 4)
        if self._phase == "head":  # what comes after the body is nobody's header
            super().on_header(name, value)

    def _count(self, size: int) -> None:
        self._head += size
        if self._head > LARGEST_HEAD or self._fields > MOST_HEADERS:
            self._why = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
            raise Broken

    @override
    def on_headers_complete(self) -> None:
        if self.parser.should_upgrade() and not BODY_HEADERS.isdisjoint(name for name, _ in self.headers):
            raise Broken  # httptools would leave the body out
        if sum(name == b"host" for name, _ in self.headers) > 1:
            raise Broken  # whoever stands in front may look at another one than we
        super().on_headers_complete()
        self._phase, self._noise, self._body, self._body_began = "body", 0, 0, self.loop.time()
        self._wait(LOOK_AFTER, self._look)

    @override
    def on_body(self, body: bytes) -> None:
        self._noise, self._body = 0, self._body + len(body)
        super().on_body(body)

    @override
    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._phase = "idle" if self.cycle.response_complete else "answering"
        self._wait(None)

    @override
    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._phase == "answering":
            self._phase, self._began = "idle", self.loop.time()
        elif not self.transport.is_closing():  # who was refused early may finish, but not for long
            self._unset_keepalive_if_required()
            self._wait(DISCARDED_FOR, self.transport.close)

    def _late(self) -> None:
        if self._head or self._noise:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT)
        else:
            self.transport.close()

    def _look(self) -> None:
        """While nobody here takes what came, the client is not to blame for sending no more."""
        slow = self._body < SLOWEST * LOOK_AFTER and not self.flow.read_paused
        if slow or self.loop.time() - self._body_began > BODY_WITHIN:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT)
        else:
            self._body = 0
            self._wait(LOOK_AFTER, self._look)

    def _wait(self, seconds: float | None, then: Callable[[], object] | None = None) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self.loop.call_later(seconds, then) if seconds is not None and then else None

    @override
    def send_400_response(self, msg: str) -> None:
        if not self._deaf:
            self._refuse(self._why)

    def _refuse(self, status: HTTPStatus) -> None:
        """Say it, unless an answer is under way, and leave."""
        if self.transport.is_closing():
            return
        self._deaf = True
        self._unset_keepalive_if_required()
        asked = self.cycle is not None and not self.cycle.response_complete
        if asked:
            self.cycle.disconnected = True
            self.cycle.message_event.set()
        if asked and self.cycle.response_started:
            self.transport.close()
            return
        self.flow.resume_reading()
        self.transport.write(refusal(status, self.headers or ()))
        self.transport.write_eof()
        self._wait(DISCARDED_FOR, self.transport.abort)

    @override
    def _unsupported_upgrade_warning(self) -> None:
        """There is nothing but HTTP/1.1 here: the request is answered as if nothing else had been asked for."""
        self.cycle.keep_alive = False

    @override
    def pause_writing(self) -> None:
        super().pause_writing()
        self._stalled = self._stalled or self.loop.call_later(TAKEN_WITHIN, self.transport.abort)

    @override
    def resume_writing(self) -> None:
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None
        super().resume_writing()


class Broken(Exception):
    """Ends the parsing of a request; the parser hands it on as an error of its own."""
