"""Whether a form is one of ours: another site can make a browser send anything, with the cookie it has for us.

Two things have to hold together. The browser says that the form stood on our own pages (``Origin``, which no script can
write); and the form carries what stands in the sealed session, which no other site can read.
"""

import hmac
import re
import secrets
from base64 import b64decode, urlsafe_b64encode

from fastapi import Request
from python_multipart.multipart import parse_options_header
from starlette.datastructures import FormData

from shared.language.reasons import Failure
from shared.web.door.session import Session

FIELD, HEADER = "csrf", "X-CSRF"
"""Where a form carries it; what a script sends may have it as a header."""
READS = frozenset({"GET", "HEAD"})
"""Methods that change nothing: for these a cookie is enough."""
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
MOST_FIELDS, MOST_FILES, LONGEST_FIELD = 500, 1, 64 * 1024
"""Of a form; the last in bytes."""
OURS = re.compile(r"/(?![/\\])[!-\[\]-~]*", re.ASCII)
"""What browsers take for a path of this very host: no second slash, no backslash, nothing that cannot be seen."""


class Forged(Failure):
    """A browser that is signed in sends what none of our own forms would: 403."""


def is_ours(address: str, longest: int) -> bool:
    """Whether an address that somebody handed us leads to a page of this very host, in so many letters at most."""
    return len(address) <= longest and OURS.fullmatch(address) is not None


def masked(session: Session) -> str:
    """What a form of this session carries: another text each time, so that a compressed page gives nothing away."""
    secret = session.secret.encode()
    mask = secrets.token_bytes(len(secret))
    return urlsafe_b64encode(mask + _xor(mask, secret)).decode()


def must_stand_here(request: Request, origin: str) -> None:
    """Raises Forged unless the request comes from a page of that very origin, and is what a form can send."""
    if request.headers.getlist("origin") != [origin]:
        raise Forged("not-from-our-page")
    if not _is_form(request) and (has_body(request) or HEADER not in request.headers):
        raise Forged("cookie-without-a-form")


async def must_be_shown_to(session: Session, request: Request) -> None:
    """Raises Forged unless that form was shown to this very session. A route is given its other fields alone."""
    form = await form_of(request)
    carried = request.headers.get(HEADER) or form.get(FIELD)
    request._form = FormData([field for field in form.multi_items() if field[0] != FIELD])
    if not isinstance(carried, str) or not _is_of(session, carried):
        raise Forged("form-is-not-yours")


async def form_of(request: Request) -> FormData:
    """What a form has sent, read once; raises Forged for one in an encoding that no browser sends."""
    if not _is_in_utf_8(request):
        raise Forged("form-not-in-utf-8")
    return await request.form(max_fields=MOST_FIELDS, max_files=MOST_FILES, max_part_size=LONGEST_FIELD)


def _is_in_utf_8(request: Request) -> bool:
    """As every browser sends it. Python knows encodings that read as halves of characters, or as nothing at all."""
    _, options = parse_options_header(request.headers.get("content-type"))
    return options.get(b"charset", b"utf-8").lower() == b"utf-8"


def _is_form(request: Request) -> bool:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower() in FORMS


def has_body(request: Request) -> bool:
    """Whether anything follows the headers."""
    return "transfer-encoding" in request.headers or request.headers.get("content-length", "0") != "0"


def _is_of(session: Session, carried: str) -> bool:
    secret = session.secret.encode()
    try:
        both = b64decode(carried, altchars=b"-_", validate=True)
    except ValueError:  # binascii.Error and UnicodeError are
        return False
    mask, hidden = both[: len(secret)], both[len(secret) :]
    return len(both) == 2 * len(secret) and hmac.compare_digest(_xor(mask, hidden), secret)


def _xor(mask: bytes, text: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(mask, text, strict=True))
