"""Style, script and emblem, served from memory under an address that changes with them."""

from hashlib import blake2b
from mimetypes import guess_type
from pathlib import Path

from fastapi import APIRouter, Response

from shared.domain.errors import Absent
from shared.web.access import anyone

FILES = {path.name: path.read_bytes() for path in sorted((Path(__file__).parent / "static").iterdir())}
VERSION = blake2b(b"\0".join(FILES.values()), digest_size=6).hexdigest()

static_router = APIRouter(include_in_schema=False)


@static_router.get("/static/{version}/{file}", name="asset", dependencies=[anyone()])
def asset(version: str, file: str) -> Response:
    """One file; browsers may keep it for ever, because a changed file has another address."""
    if file not in FILES or version != VERSION:
        raise Absent("no-such-file", file=file)
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
    return Response(FILES[file], media_type=guess_type(file)[0], headers=headers)
