"""The ID token of whoever has signed in, kept for one thing: to tell the provider who signs out."""

from fastapi import Request, Response

from shared.settings import Settings
from shared.web.door.sealing import LONGEST, Seal

PATH = "/registration/sign-out"
"""The only address it is sent to: it is long, and of no use anywhere else."""
ROOM = 200
"""Bytes of a cookie's name and attributes."""


class Hints:
    """In a sealed cookie of its own; a token that is too long for one is not kept, and the provider may ask."""

    def __init__(self, settings: Settings) -> None:
        self._seal = Seal(settings, "hint")
        self._secure = settings.public_url.startswith("https:")
        self._name = "__Secure-telemachus_hint" if self._secure else "telemachus_hint"
        self._lasts = settings.session_longest_hours * 3600

    def keep(self, response: Response, id_token: str) -> None:
        """Until the session's longest age."""
        sealed = self._seal.seal({"t": id_token})
        if len(sealed) <= LONGEST - ROOM:
            response.set_cookie(
                self._name, sealed, self._lasts, path=PATH, secure=self._secure, httponly=True, samesite="lax"
            )

    def of(self, request: Request) -> str:
        """The token; empty where there is none."""
        said = self._seal.open(request.cookies.get(self._name, ""))
        return str(said["t"]) if said else ""

    def forget(self, response: Response) -> None:
        """It has done its service."""
        response.delete_cookie(self._name, path=PATH, secure=self._secure, httponly=True, samesite="lax")
