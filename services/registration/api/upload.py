"""A file that arrives over HTTP, kept out of memory when it is big."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from tempfile import SpooledTemporaryFile
from typing import IO

from fastapi import Request

from shared.web.problems import TooLarge

LARGEST_FILE = 64 * 1024 * 1024
"""Bytes."""

IN_MEMORY = 4 * 1024 * 1024
"""Bytes; what is longer goes to a nameless file in the temporary directory."""


@asynccontextmanager
async def uploaded(request: Request) -> AsyncIterator[IO[bytes]]:
    """The request's body as a file that is gone afterwards; raises TooLarge."""
    with SpooledTemporaryFile(max_size=IN_MEMORY) as file:
        async for piece in request.stream():
            if file.tell() + len(piece) > LARGEST_FILE:
                raise TooLarge("file-too-large", megabytes=LARGEST_FILE // 1024 // 1024)
            file.write(piece)
        yield file
