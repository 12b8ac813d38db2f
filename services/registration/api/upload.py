"""A file that arrives over HTTP, kept out of memory when it is big."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from tempfile import SpooledTemporaryFile
from typing import IO

from fastapi import HTTPException, Request

LARGEST_FILE = 64 * 1024 * 1024
"""Bytes."""

IN_MEMORY = 4 * 1024 * 1024
"""Bytes; what is longer goes to a nameless file in the temporary directory."""

TOO_LARGE = f"The file is larger than {LARGEST_FILE // 1024 // 1024} MB; split it, every part with the header line."


@asynccontextmanager
async def uploaded(request: Request) -> AsyncIterator[IO[bytes]]:
    """The request's body as a file that is gone afterwards; 413 when it is too large."""
    with SpooledTemporaryFile(max_size=IN_MEMORY) as file:
        async for piece in request.stream():
            if file.tell() + len(piece) > LARGEST_FILE:
                raise HTTPException(413, TOO_LARGE)
            file.write(piece)
        yield file
