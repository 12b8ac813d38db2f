"""What is said to whoever breaks a limit of a connection, before there is a request that could be answered."""

import json
from collections.abc import Iterable
from http import HTTPStatus

from starlette.requests import HTTPConnection

from shared.domain.marking import _
from shared.web.wording import reader, saying

SENTENCES = {
    HTTPStatus.BAD_REQUEST: (_("Bad Request"), _("This cannot be read as one request of HTTP/1.1.")),
    HTTPStatus.REQUEST_TIMEOUT: (_("Request Timeout"), _("The request did not arrive in time.")),
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: (
        _("Request Header Fields Too Large"),
        _("Address and headers of a request have 32 KiB and 100 lines at most."),
    ),
    HTTPStatus.SERVICE_UNAVAILABLE: (
        _("Service Unavailable"),
        _("Too many requests are being served at the moment. Try again in a moment."),
    ),
}
"""Title and detail."""


def refusal(status: HTTPStatus, headers: Iterable[tuple[bytes, bytes]] = ()) -> bytes:
    """The whole answer, a problem document, after which the connection ends.

    ``headers`` are those that have come so far: where none says what is read, it is English.
    """
    language = reader(HTTPConnection({"type": "http", "headers": list(headers)}))
    title, detail = map(saying(language), SENTENCES[status])
    code = status.phrase.lower().replace(" ", "-")
    body = json.dumps({"status": status, "title": title, "detail": detail, "code": code, "facts": {}}).encode()
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}",
        "Content-Type: application/problem+json",
        f"Content-Language: {language}",
        f"Content-Length: {len(body)}",
        "Cache-Control: no-store",
        "Connection: close",
        *(("Retry-After: 2",) if status is HTTPStatus.SERVICE_UNAVAILABLE else ()),
    )
    return "\r\n".join((*head, "", "")).encode() + body
