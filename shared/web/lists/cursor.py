"""Where a page of a list ends, as whoever asks carries it back to us: opaque, and good for that list alone."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import blake2b
from hmac import compare_digest
from urllib.parse import urlencode

from fastapi import Request
from fastapi.exceptions import RequestValidationError

from shared.domain.work import Key
from shared.language.reasons import not_valid
from shared.settings import Settings

AFTER, LIMIT = "after", "limit"
LONGEST = 400
"""Letters of a cursor: two ids, a time and the seal."""
SEAL = 12
"""Bytes: a key that we have not made ourselves would be a question to the database in somebody else's words."""


def cursor(request: Request, key: Key) -> str:
    """The key, sealed together with the list it belongs to."""
    words = json.dumps(key, separators=(",", ":")).encode()
    return urlsafe_b64encode(_seal(request, words) + words).decode().rstrip("=")


def key_of(request: Request, said: str) -> Key:
    """What was sealed for this list, () for nothing; raises RequestValidationError for anything else."""
    if not said:
        return ()
    try:
        sealed = urlsafe_b64decode(said + "=" * (-len(said) % 4))
    except ValueError:
        sealed = b""
    words = sealed[SEAL:]
    if not compare_digest(sealed[:SEAL], _seal(request, words)):
        fault = not_valid("no-cursor")
        raise RequestValidationError([{"type": fault.type, "loc": ("query", AFTER), "ctx": fault.context}])
    return tuple(json.loads(words))


def next_page(request: Request, key: Key) -> str:
    """The Link header (RFC 8288) that leads there; relative, so that it holds behind any front."""
    return f'<{next_address(request, key)}>; rel="next"'


def next_address(request: Request, key: Key) -> str:
    """Where the next page is, from this one; with what picks a part of the list and how much of it is shown."""
    query = [*_filters(request), (AFTER, cursor(request, key))]
    if LIMIT in request.query_params:
        query.append((LIMIT, request.query_params[LIMIT]))
    return f"?{urlencode(query)}"


def _filters(request: Request) -> list[tuple[str, str]]:
    """What picks a part of the list. Whoever asks for pages of another size goes on in the same list."""
    return sorted((name, value) for name, value in request.query_params.multi_items() if name not in (AFTER, LIMIT))


def _seal(request: Request, words: bytes) -> bytes:
    settings: Settings = request.app.state.settings
    route, parts = request.scope["route"].path, sorted(request.path_params.items())
    which = json.dumps([route, parts, _filters(request)]).encode()
    secret = settings.pseudonym_key.get_secret_value().encode()[: blake2b.MAX_KEY_SIZE]
    return blake2b(which + b"\0" + words, key=secret, person=b"cursor", digest_size=SEAL).digest()
