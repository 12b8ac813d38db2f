"""What is answered, compressed for whoever accepts that: lists and pages, and pages that are followed.

Nothing secret stands beside what somebody else could have written into an address: a form's token is another text each
time it is shown (decision 0035).
"""

from fastapi import FastAPI
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware

SMALL, EFFORT = 1024, 4
"""Bytes up to which an answer stays as it is, and how hard the others are compressed: a page takes half a
millisecond."""
AS_IT_IS = tuple(kind for kind in DEFAULT_EXCLUDED_CONTENT_TYPES if kind != "text/event-stream")
"""Not compressed. What is followed is: Starlette flushes after every piece."""


def compress_answers(app: FastAPI) -> None:
    """From the application's next start on."""
    app.add_middleware(GZipMiddleware, minimum_size=SMALL, compresslevel=EFFORT, exclude_content_types=AS_IT_IS)
