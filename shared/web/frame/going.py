"""Leading a browser on: by a redirect, or, where a script has sent the form, by telling the script."""

from urllib.parse import urlsplit

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from shared.web.door.forgery import READS


def going(request: Request, address: str) -> Response:
    """The browser goes to that address of ours.

    htmx follows a redirect by itself and puts what it finds there into this very page, which is right only where it is
    the same page; to another one the browser has to go.
    """
    if "hx-request" not in request.headers or address == _local(request.headers.get("hx-current-url", "")):
        return RedirectResponse(address, 303)
    return Response(status_code=200, headers={"HX-Redirect": address})


def page_of(request: Request) -> str:
    """The page that the reader looks at: the one asked for, or the one with the form that was sent."""
    return _local(str(request.url) if request.method in READS else request.headers.get("referer", "/"))


def _local(address: str) -> str:
    """What of an address stands behind the host: wherever it came from, it stays with us."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return "/"
    return "/" + f"{parts.path}?{parts.query}".rstrip("?").lstrip("/\\")
