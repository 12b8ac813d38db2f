"""What every list is asked with, and answered as: ``after`` and ``limit``, a Link header to the next page, or lines."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, TypeVar

from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel

from shared.domain.work import Key, Where
from shared.language.values.places import spellings
from shared.web.access import Caller
from shared.web.lists.cursor import LONGEST, key_of, next_address, next_page
from shared.web.lists.lines import LINES, Lines, Read, lines, written

V = TypeVar("V")

USUAL, MOST = 100, 500
"""Items of a page, where nobody says how many, and at most."""


@dataclass(frozen=True)
class Paging:
    """How somebody asks for a list."""

    request: Request
    after: Key
    limit: int

    async def answer(
        self, kind: type[V], read: Read[V], whole: Callable[[list[V]], BaseModel] | None = None
    ) -> Response:
        """A page as a JSON list, or as what ``whole`` makes of it, and where the next begins; or all of it as lines."""
        if LINES in self.request.headers.get("accept", ""):
            first, then = await read(self.after, MOST)  # what fails at once is answered like anything else
            return Lines(self.request, lines(self.request, kind, read, first, then, MOST))
        views, then = await read(self.after, self.limit)
        if whole:
            body = whole(list(views)).model_dump_json().encode()
        else:
            body = b"[" + b",".join([piece async for piece in written(kind, views)]) + b"]"
        headers = {"Link": next_page(self.request, then)} if then else {}
        return Response(body, media_type="application/json", headers=headers)


async def paging(
    request: Request,
    after: Annotated[str, Query(max_length=LONGEST)] = "",
    limit: Annotated[int, Query(ge=1, le=MOST)] = USUAL,
) -> Paging:
    """Reads both; raises RequestValidationError for a cursor of another list."""
    return Paging(request, key_of(request, after), limit)


Paged = Annotated[Paging, Depends(paging)]


async def _after(request: Request, after: Annotated[str, Query(max_length=LONGEST)] = "") -> Key:
    return key_of(request, after)


After = Annotated[Key, Depends(_after)]
"""Where people are in a list whose pages are as long as their page has them."""


def next_link(request: Request, then: Key) -> str:
    """The address of the next part of a list, from this page; empty at its end."""
    return next_address(request, then) if then else ""


def of_theirs(caller: Caller, field: str) -> Where:
    """Only those in whose ``field`` a country stands that the caller manages, as the database is asked."""
    return {} if caller.covers(["*"]) else {field: {"$in": spellings(caller.countries)}}
