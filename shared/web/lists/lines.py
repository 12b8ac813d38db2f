"""A whole list as a stream: one JSON object a line, a page in memory, and at the end nothing, or why it broke off."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from functools import cache
from typing import Any, TypeVar, cast

import structlog
from fastapi import Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, TypeAdapter
from starlette.types import Receive, Scope, Send
from typing_extensions import override

from shared.domain.pieces import chunks
from shared.domain.work import Key
from shared.language.reasons import Failure
from shared.loops import is_transient
from shared.web.access import Caller
from shared.web.door.tokens import Unauthenticated
from shared.web.guarded import AtOnce
from shared.web.problems import OTHERS
from shared.web.sentences import Sentences
from shared.web.wording import reader

log = structlog.get_logger()

V = TypeVar("V")
Read = Callable[[Key, int], Awaitable[tuple[Iterable[V], Key]]]
"""Of a key and so many: the views that come after it, best made while they are taken, and the key of the last one."""

LINES = "application/x-ndjson"
"""What a request has to accept to be told all, line by line."""
TOGETHER = 100
"""Items between two turns of the event loop: a few milliseconds, whatever stands in them."""
STREAMS = AtOnce(of_each=4, of_all=32)
"""Lists that are told at a moment."""


async def written(kind: type[V], views: Iterable[V]) -> AsyncIterator[bytes]:
    """Them as JSON, some at a time and without brackets; the event loop has its turn between."""
    for piece in chunks(views, TOGETHER):
        yield _list_of(cast("Any", kind)).dump_json(piece)[1:-1]
        await asyncio.sleep(0)


@cache
def _one_of(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


@cache
def _list_of(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(list[kind])


class Lines(StreamingResponse):
    """The stream; raises TooMany or Full when it is asked for once too often."""

    media_type = LINES

    def __init__(self, request: Request, lines: AsyncIterator[bytes]) -> None:
        super().__init__(lines)
        self._caller: Caller = request.state.caller

    @override
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with STREAMS.one_of(self._caller):
            await super().__call__(scope, receive, send)


async def lines(
    request: Request, kind: type[V], read: Read[V], views: Iterable[V], then: Key, together: int
) -> AsyncIterator[bytes]:
    """A line for each of these and of all that come after them; at last one with ``failed`` if it fails."""
    caller: Caller = request.state.caller
    one = _one_of(cast("Any", kind))
    try:
        while True:
            for piece in chunks(views, TOGETHER):
                yield b"".join(one.dump_json(view) + b"\n" for view in piece)
                await asyncio.sleep(0)
            if not then:
                return
            if caller.is_over:
                raise Unauthenticated("token-not-valid-any-more")
            views, then = await read(then, together)
    except Exception as error:
        yield _Broken(**_broken_off(request, error)).model_dump_json().encode() + b"\n"


class _Broken(BaseModel):
    failed: str
    code: str
    facts: dict[str, Any]


def _broken_off(request: Request, error: Exception) -> dict[str, Any]:
    sentences: Sentences = request.app.state.sentences
    language = reader(request)
    if isinstance(error, Failure):
        why = error.reason
        return {"failed": sentences.explain(why, language), "code": why.code, "facts": why.plain_facts}
    if not is_transient(error):
        log.error("list broke off", exc_info=error)
    code = "away" if is_transient(error) else "our-fault"
    return {"failed": sentences.say(language)(OTHERS[code][2]), "code": code, "facts": {}}
