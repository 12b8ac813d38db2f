"""A route that looks at the token before it reads a byte of the body, and takes no more than it has room for."""

import re
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from json import JSONDecodeError
from typing import Any, ClassVar

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic_core import from_json
from starlette.types import Message
from typing_extensions import override

from shared.language.reasons import Failure, not_valid
from shared.web.access import Allow, Caller, must_mean_it, stay_signed_in
from shared.web.door.forgery import has_body

Answering = Callable[[Request], Coroutine[Any, Any, Response]]

LARGEST_BODY = 1024 * 1024
"""Bytes of a request, unless its route says otherwise."""


class TooLarge(Failure):
    """More was sent than is taken at once: 413."""


class TooMany(Failure):
    """The caller has as much under way as anybody may: 429."""


class Full(Failure):
    """As much is under way as can be: 503."""


@dataclass(frozen=True)
class AtOnce:
    """How much may be under way in this process: of each caller, and of all."""

    of_each: int
    of_all: int
    _taken: Counter[str] = field(default_factory=Counter)

    @contextmanager
    def one_of(self, caller: Caller) -> Iterator[None]:
        """One more while inside; raises TooMany, or Full."""
        if self._taken[caller.subject] >= self.of_each:
            raise TooMany("too-many-of-yours", most=self.of_each)
        if self._taken.total() >= self.of_all:
            raise Full("no-more-at-once")
        self._taken[caller.subject] += 1
        try:
            yield
        finally:
            self._taken[caller.subject] -= 1
            if not self._taken[caller.subject]:
                del self._taken[caller.subject]


MOST_LISTS = 50_000
"""Lists and objects in a body; a round's wishes have no more than 20 005."""

BODIES = AtOnce(of_each=32, of_all=256)
"""Requests with a body, which is kept in memory until it is whole."""


class Guarded(APIRoute):
    """FastAPI reads the body of a request before it asks who sends it; here it is the other way round.

    What it answers is meant for this caller, so nobody in between keeps it.
    """

    largest_body: ClassVar[int] = LARGEST_BODY
    bodies: ClassVar[AtOnce] = BODIES

    def largest(self, _request: Request) -> int:
        """Bytes that are taken of this request."""
        return self.largest_body

    @override
    def get_route_handler(self) -> Answering:
        answer, asked = super().get_route_handler(), asking(self.dependant)

        async def guarded(request: Request) -> Response:
            bounded = _bounded(request, self.largest(request))
            if asked is None:
                return await answer(bounded)
            caller = await asked(request, None)
            with ExitStack() as held:
                if has_body(request):
                    held.enter_context(self.bodies.one_of(caller))
                request.state.held = held
                await must_mean_it(caller, bounded)
                response = await answer(bounded)
            response.headers["Cache-Control"] = "no-store"
            stay_signed_in(caller, request, response)
            return response

        return guarded


def asking(dependant: Dependant) -> Allow | None:
    """What asks for the token among a route's dependencies, at any depth."""
    if isinstance(dependant.call, Allow):
        return dependant.call
    return next((found for inner in dependant.dependencies if (found := asking(inner))), None)


class _Sent(Request):
    """A request whose JSON is read by pydantic's parser: nothing deep, no halves of characters, no numbers without end.

    Python's own takes lists within lists until the event loop has stood still for a while; half a million of them cost
    either as much as the garbage collector needs to look through them.
    """

    @override
    async def json(self) -> Any:
        body = (await self.body()).removeprefix(BOM_UTF8)
        if body.count(b"[") + body.count(b"{") > MOST_LISTS:
            fault = not_valid("too-many-lists", limit=MOST_LISTS)
            raise RequestValidationError([{"type": fault.type, "loc": ("body",), "ctx": fault.context}])
        try:
            return from_json(body)
        except ValueError as error:
            place = _PLACE.search(str(error))
            raise JSONDecodeError("not readable", body.decode(errors="replace"), _number(body, place)) from None


_PLACE = re.compile(r"line (\d+) column (\d+)$")


def _number(body: bytes, place: re.Match[str] | None) -> int:
    """Of the character at that line and column of bytes; all count from 1."""
    line, column = map(int, place.groups()) if place else (1, 1)
    lines = body.split(b"\n", line)
    read = b"\n".join([*lines[: line - 1], lines[line - 1][:column]])
    return len(read.decode(errors="replace"))


def _bounded(request: Request, largest: int) -> Request:
    """The same request; more than that raises TooLarge, before anything is read when its length is said."""
    said, taken = int(request.headers.get("content-length", "0")), 0
    too_large = TooLarge("content-too-large", most=largest)

    async def receive() -> Message:
        nonlocal taken
        if said > largest:
            raise too_large
        message = await request.receive()
        taken += len(message.get("body", b""))
        if taken > largest:
            raise too_large
        return message

    return _Sent(request.scope, receive)
