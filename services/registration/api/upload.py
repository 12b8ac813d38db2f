"""A file that arrives over HTTP, kept out of memory when it is big."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from tempfile import SpooledTemporaryFile
from typing import IO

from fastapi import Request

from shared.web.access import Caller
from shared.web.forms.files import LARGEST_FILE, UPLOADS
from shared.web.guarded import Guarded, TooLarge

IN_MEMORY = 4 * 1024 * 1024
"""Bytes; what is longer goes to a nameless file in the temporary directory."""


class Uploading(Guarded):
    """A route that takes a file."""

    largest_body = 2 * LARGEST_FILE  # «uploaded» says it in better words


@asynccontextmanager
async def uploaded(request: Request, caller: Caller) -> AsyncIterator[IO[bytes]]:
    """The request's body as a file that is gone afterwards; raises TooLarge, TooMany and Full."""
    with UPLOADS.one_of(caller), SpooledTemporaryFile(max_size=IN_MEMORY) as file:
        async for piece in request.stream():
            if file.tell() + len(piece) > LARGEST_FILE:
                raise TooLarge("file-too-large", megabytes=LARGEST_FILE // 1024 // 1024)
            file.write(piece)
        yield file
