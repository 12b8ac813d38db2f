"""Style, script and emblem, served from memory under an address that changes with them."""

from hashlib import blake2b
from importlib.resources import files
from mimetypes import guess_type
from pathlib import Path

from fastapi import APIRouter, Response

from shared.domain.errors import Absent
from shared.web.access import anyone
from shared.web.guarded import Guarded

_FOLDER = Path(__file__).parent / "static"


def _style() -> bytes:
    """The pieces of the style sheet in the order of their names: browsers ask for one file."""
    return b"\n".join(piece.read_bytes() for piece in sorted((_FOLDER / "style").glob("*.css")))


def _htmx() -> bytes:
    """What makes forms lively, out of the package that carries it: nothing of others is kept in this repository."""
    return files("django_htmx").joinpath("static/django_htmx/htmx-4.min.js").read_bytes()


_MADE = {"htmx.js": _htmx(), "style.css": _style()}
FILES = {path.name: path.read_bytes() for path in sorted(_FOLDER.iterdir()) if path.is_file()} | _MADE
VERSION = blake2b(b"\0".join(FILES.values()), digest_size=6).hexdigest()

static_router = APIRouter(include_in_schema=False, route_class=Guarded)


@static_router.get("/static/{version}/{file}", name="asset", dependencies=[anyone()])
def asset(version: str, file: str) -> Response:
    """One file; browsers may keep it for ever, because a changed file has another address."""
    if file not in FILES or version != VERSION:
        raise Absent("no-such-file", file=file)
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
    return Response(FILES[file], media_type=guess_type(file)[0], headers=headers)
